import assert from "node:assert/strict";
import { test } from "node:test";
import * as v from "valibot";
import { parseRoute } from "../../../traefik/ingress-route.ts";
import { dnsAnnotations } from "../annotations.ts";
import { createExternalDNS } from "../integration.ts";
import { externalDNSSettings } from "../settings.ts";

const DNS = "external-dns.kubernetes.io/";
const HOSTNAME = { [`${DNS}hostname`]: "extra.shop.org" };

interface Given {
  readonly annotations?: Readonly<Record<string, string>>;
  readonly match?: string;
  readonly domains?: readonly string[];
}

function route({ annotations = {}, match = "Host(`a.shop.org`)", domains }: Given) {
  const metadata = { namespace: "shop", name: "web", annotations };
  const tls = domains === undefined ? {} : { tls: { secretName: "web", domains: [{ sans: domains }] } };
  const spec = { routes: [{ kind: "Rule", match }], ...tls };
  return parseRoute(
    { apiVersion: "traefik.io/v1alpha1", kind: "IngressRoute", metadata, spec },
    {
      compileRegexp: () => null,
      extraNames: (given) => ({ "external-dns": dnsAnnotations(given).hostnames }),
    },
  );
}

/** The names that are published, or why none are. */
function published(settings: object, given: Given = {}): readonly string[] | string {
  const integration = createExternalDNS(
    v.parse(externalDNSSettings, { targetIPs: ["192.0.2.7"], ...settings }),
  );
  const desired = integration.desiredState(route(given), {
    child: null,
    dependencies: new Map(),
    refuseName: () => null,
    othersReady: true,
  });
  if (desired.kind === "present") return integration.names(desired.spec);
  return (desired.kind === "absent" && desired.why) || desired.kind;
}

function reported(settings: object, given: Given): readonly string[] {
  const integration = createExternalDNS(
    v.parse(externalDNSSettings, { targetIPs: ["192.0.2.7"], ...settings }),
  );
  return integration.check(route(given)).map(({ message }) => message);
}

const domains = ["*.shop.org", "b.shop.org"];
const regexp = "HostRegexp(`^.+\\.shop\\.org$`)";

const CASES: readonly [what: string, settings: object, given: Given, expected: readonly string[] | string][] =
  [
    ["the hosts of the rules", {}, { domains }, ["a.shop.org"]],
    [
      "those of tls.domains too",
      { hostSource: "rulesAndDomains" },
      { domains },
      ["*.shop.org", "a.shop.org", "b.shop.org"],
    ],
    ["those of tls.domains alone", { hostSource: "domains" }, { domains }, domains],
    ["where there are none, those of the rules", { hostSource: "domains" }, {}, ["a.shop.org"]],
    ["those of a rule without names", { hostSource: "rulesAndDomains" }, { domains, match: regexp }, domains],
    ["which have none by default", {}, { domains, match: regexp }, "absent"],
    [
      "none at or below an excluded domain",
      { excludeDomains: [".Shop.org"] },
      { match: "Host(`a.shop.org`) || Host(`a.org`)" },
      ["a.org"],
    ],
    ["only excluded ones", { excludeDomains: ["org"] }, {}, "all hosts are at or below excludeDomains"],
    [
      "an exception below a domain",
      { domains: ["org"], excludeDomains: ["shop.org"] },
      { match: "Host(`a.shop.org`) || Host(`a.org`) || Host(`nas`)" },
      ["a.org"],
    ],
    [
      "none that the route excludes",
      {},
      {
        match: "Host(`a.shop.org`) || Host(`nas.local`)",
        annotations: { "traefik-cert-rotater.io/exclude-hosts": "NAS.local., " },
      },
      ["a.shop.org"],
    ],
    [
      "none at all",
      {},
      { annotations: { "traefik-cert-rotater.io/exclude-hosts": "a.shop.org" } },
      "the route leaves its hosts out (exclude-hosts)",
    ],
    ["rules and annotation", {}, { annotations: HOSTNAME }, ["a.shop.org", "extra.shop.org"]],
    [
      "the annotation only",
      {},
      { annotations: { ...HOSTNAME, [`${DNS}ingress-hostname-source`]: "annotation-only" } },
      ["extra.shop.org"],
    ],
    [
      "the rules only",
      {},
      { annotations: { ...HOSTNAME, [`${DNS}ingress-hostname-source`]: "Defined-Hosts-Only" } },
      ["a.shop.org"],
    ],
    [
      "the annotation only, and there is none",
      {},
      { annotations: { "external-dns.alpha.kubernetes.io/ingress-hostname-source": "annotation-only" } },
      "the route leaves its hosts out (ingress-hostname-source)",
    ],
    [
      "rules and annotation where the choice is not allowed",
      { allowedAnnotations: ["hostname"] },
      { annotations: { ...HOSTNAME, [`${DNS}ingress-hostname-source`]: "annotation-only" } },
      ["a.shop.org", "extra.shop.org"],
    ],
    ["nothing unasked", { optIn: true }, {}, "the route does not ask for DNS (optIn)"],
    [
      "what is asked for by a target",
      { optIn: true },
      { annotations: { [`${DNS}target`]: "192.0.2.9" } },
      ["a.shop.org"],
    ],
    [
      "what is asked for by a name",
      { optIn: true },
      { annotations: HOSTNAME },
      ["a.shop.org", "extra.shop.org"],
    ],
    [
      "nothing for a target that is not allowed",
      { optIn: true, allowedAnnotations: ["ttl"] },
      { annotations: { [`${DNS}target`]: "192.0.2.9" } },
      "the route does not ask for DNS (optIn)",
    ],
  ];
for (const [what, settings, given, expected] of CASES) {
  test(`published: ${what}`, () => assert.deepEqual(published(settings, given), expected));
}

test("a host that is excluded and none of the route's is reported, and so is an unknown source of hosts", () => {
  const annotations = {
    "traefik-cert-rotater.io/exclude-hosts": "a.shop.org,b.shop.org",
    [`${DNS}ingress-hostname-source`]: "annotations",
  };
  const match = "Host(`a.shop.org`) || Host(`c.shop.org`)";
  assert.deepEqual(reported({}, { annotations, match }), [
    '"annotations" is not known, so rules and annotation both count: write annotation-only or defined-hosts-only.',
    '"b.shop.org" is no host of this route, so it excludes nothing: write one of a.shop.org, c.shop.org, or remove it.',
  ]);
  const known = { "traefik-cert-rotater.io/exclude-hosts": "a.shop.org" };
  assert.deepEqual(reported({}, { annotations: known, match }), []);
});
