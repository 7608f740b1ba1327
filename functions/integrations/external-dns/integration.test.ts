import assert from "node:assert/strict";
import { test } from "node:test";
import * as v from "valibot";
import { problemsOf } from "../../config/problems.ts";
import { refusalOf } from "../../reconcile/plan/host-policy.ts";
import { parseRoute } from "../../traefik/ingress-route.ts";
import type { DesiredChild, ObservedState } from "../integration.ts";
import { createExternalDNS } from "./integration.ts";
import { externalDNSSettings } from "./settings.ts";

function route(annotations: Record<string, string> = {}, match = "Host(`a.shop.org`)") {
  const metadata = { namespace: "shop", name: "web", annotations };
  const spec = { routes: [{ kind: "Rule", match }] };
  return parseRoute(
    { apiVersion: "traefik.io/v1alpha1", kind: "IngressRoute", metadata, spec },
    { compileRegexp: () => null },
  );
}

const observedState: ObservedState = {
  child: null,
  dependencies: new Map(),
  refuseName: () => null,
  othersReady: true,
};

const create = (settings: object) => createExternalDNS(v.parse(externalDNSSettings, settings));

function present(settings: object, description = route(), more: Partial<ObservedState> = {}): DesiredChild {
  const desired = create(settings).desiredState(description, { ...observedState, ...more });
  assert.equal(desired.kind, "present");
  return desired as DesiredChild;
}

const endpointsOf = ({ spec }: DesiredChild) => spec.endpoints as readonly Record<string, unknown>[];
const DNS = "external-dns.kubernetes.io/";
const STATIC = { targetIPs: ["192.0.2.7"] };

const policy = [{ namespaces: ["shop"], suffixes: ["shop.org"] }];
const refuseName = (name: string) => refusalOf(policy, "shop", name);

test("hosts in provider properties pass the host policy", () => {
  const annotations = {
    [`${DNS}cloudflare-custom-hostname`]: "www.bank.org, b.shop.org",
    [`${DNS}cloudflare-record-comment`]: "see www.bank.org",
    [`${DNS}cloudflare-tags`]: "www.bank.org",
    [`${DNS}webhook-hostname`]: "WWW.Bank.org.",
    [`${DNS}webhook-zone`]: "internal",
    [`${DNS}aws-health-check-id`]: "abc",
  };
  const child = present(STATIC, route(annotations), { refuseName });
  assert.deepEqual(endpointsOf(child)[0]?.providerSpecific, [
    { name: "aws/health-check-id", value: "abc" },
    { name: `${DNS}cloudflare-custom-hostname`, value: "b.shop.org" },
    { name: `${DNS}cloudflare-record-comment`, value: "see www.bank.org" },
    { name: `${DNS}cloudflare-tags`, value: "www.bank.org" },
    { name: "webhook/zone", value: "internal" },
  ]);
  assert.deepEqual(
    child.problems.map(({ reason, field }) => `${reason} ${field}`),
    ["cloudflare-custom-hostname", "webhook-hostname"].map(
      (name) => `HostNotAllowed metadata.annotations[${DNS}${name}]`,
    ),
  );
  const single = { [`${DNS}cloudflare-custom-hostname`]: "bank" };
  assert.equal(endpointsOf(present(STATIC, route(single), { refuseName }))[0]?.providerSpecific, undefined);
  const free = endpointsOf(present(STATIC, route(annotations)))[0]?.providerSpecific as { value: string }[];
  assert.equal(free.length, 6);
  assert.ok(free.some(({ value }) => value === "www.bank.org, b.shop.org"));
});

test("annotations that are not allowed have no effect and are reported; to opt out is everybody's right", () => {
  const settings = { ...STATIC, allowedAnnotations: ["ttl", `${DNS}aws-*`] };
  const annotations = {
    [`${DNS}ttl`]: "60",
    "external-dns.alpha.kubernetes.io/hostname": "b.shop.org",
    [`${DNS}target`]: "192.0.2.9",
    "traefik-cert-rotater.io/target": "192.0.2.8",
    "traefik-cert-rotater.io/ignore": "cert-manager",
  };
  assert.deepEqual(endpointsOf(present(settings, route(annotations))), [
    { dnsName: "a.shop.org", recordTTL: 60, recordType: "A", targets: ["192.0.2.7"] },
  ]);
  assert.deepEqual(create(settings).extraNames(annotations), []);
  assert.deepEqual(
    create(settings)
      .check(route(annotations))
      .map(({ field }) => field),
    ["external-dns.alpha.kubernetes.io/hostname", `${DNS}target`, "traefik-cert-rotater.io/target"].map(
      (key) => `metadata.annotations[${key}]`,
    ),
  );
});

test("defaultTargets: endpoints without targets and type, which external-dns fills in", () => {
  const settings = { defaultTargets: true };
  assert.deepEqual(create(settings).dependencies, []);
  assert.deepEqual(endpointsOf(present(settings)), [{ dnsName: "a.shop.org", recordTTL: 300 }]);
  const options = { [`${DNS}ttl`]: "60", [`${DNS}cloudflare-proxied`]: "true", [`${DNS}alias`]: "true" };
  assert.deepEqual(endpointsOf(present(settings, route(options))), [
    {
      dnsName: "a.shop.org",
      recordTTL: 60,
      providerSpecific: [
        { name: "alias", value: "true" },
        { name: `${DNS}cloudflare-proxied`, value: "true" },
      ],
    },
  ]);
  assert.deepEqual(present(settings, route(options)).problems, []);
  for (const key of [`${DNS}target`, "traefik-cert-rotater.io/target"]) {
    const targets = endpointsOf(present(settings, route({ [key]: "192.0.2.9" })))[0]?.targets;
    assert.deepEqual(targets, ["192.0.2.9"]);
  }
});

test("default-targets on a route: the same for it alone", () => {
  const key = "traefik-cert-rotater.io/default-targets";
  assert.deepEqual(endpointsOf(present(STATIC, route({ [key]: "true" }))), [
    { dnsName: "a.shop.org", recordTTL: 300 },
  ]);
  for (const value of ["false", ""]) {
    assert.deepEqual(endpointsOf(present(STATIC, route({ [key]: value })))[0]?.targets, ["192.0.2.7"]);
    assert.deepEqual(create(STATIC).check(route({ [key]: value })), []);
  }
  assert.match(
    create(STATIC).check(route({ [key]: "yes" }))[0]?.message ?? "",
    /^"yes" is not known: write true/,
  );
  const both = route({ [key]: "true", "traefik-cert-rotater.io/target": "192.0.2.9" });
  assert.deepEqual(endpointsOf(present(STATIC, both))[0]?.targets, ["192.0.2.9"]);
  assert.match(
    create(STATIC).check(both)[0]?.message ?? "",
    /no effect beside traefik-cert-rotater\.io\/target/,
  );
});

test("optIn: only routes that ask for it, and no word to the others", () => {
  const settings = { ...STATIC, optIn: true };
  const key = "traefik-cert-rotater.io/enable";
  for (const value of ["external-dns", "all", "cert-manager, external-dns"]) {
    assert.equal(endpointsOf(present(settings, route({ [key]: value }))).length, 1);
  }
  const typo = { [`${DNS}ttl`]: "soon" };
  for (const annotations of [{}, { [key]: "cert-manager" }, typo]) {
    const desired = create(settings).desiredState(route(annotations), observedState);
    assert.deepEqual({ ...desired, why: undefined }, { kind: "absent", why: undefined, problems: [] });
    assert.deepEqual(create(settings).check(route(annotations)), []);
  }
  assert.equal(create(settings).check(route({ ...typo, [key]: "all" })).length, 1);
});

test("domains: only hosts at or below them, and no word about the rest", () => {
  const settings = { ...STATIC, domains: [".Shop.org", "example.com"] };
  const match = "Host(`shop.org`) || Host(`*.shop.org`) || Host(`nas.local`) || Host(`workshop.org`)";
  const child = present(settings, route({}, match));
  assert.deepEqual(
    endpointsOf(child).map(({ dnsName }) => dnsName),
    ["*.shop.org", "shop.org"],
  );
  assert.deepEqual(child.problems, []);
  const desired = create(settings).desiredState(route({}, "Host(`nas.local`)"), observedState);
  assert.deepEqual({ ...desired, why: undefined }, { kind: "absent", why: undefined, problems: [] });
  // A rule in error keeps what is published, where it still may be.
  const published = {
    apiVersion: "externaldns.k8s.io/v1alpha1",
    kind: "DNSEndpoint",
    metadata: { name: "web" },
    spec: { endpoints: [{ dnsName: "kept.shop.org" }, { dnsName: "kept.local" }] },
  };
  const broken = present(settings, route({}, "Host(`nas.local`"), { child: published });
  assert.deepEqual(
    endpointsOf(broken).map(({ dnsName }) => dnsName),
    ["kept.shop.org"],
  );
});

test("settings that do not fit are refused with their path", () => {
  const problems = (settings: object) =>
    problemsOf(v.safeParse(externalDNSSettings, settings).issues ?? [], []).map(
      ({ path, found, expected }) => `${path}: ${found}, ${expected}`,
    );
  assert.deepEqual(problems({ domains: ["example.com", "*.example.com", "https://x.org"] }), [
    'domains[1]: "*.example.com", a domain such as example.com, for it and all names below it',
    'domains[2]: "https://x.org", a domain such as example.com, for it and all names below it',
  ]);
  assert.deepEqual(problems({ defaultTargets: true, targetIPs: ["192.0.2.1"] }), [
    ": an object, neither targetService nor targetIPs beside defaultTargets",
  ]);
  assert.deepEqual(problems({ targetIPs: ["192.0.2.1", "::ffff:10.0.0.1"] }), [
    'targetIPs[1]: "::ffff:10.0.0.1", an IPv4 address without ::ffff:',
  ]);
  assert.match(
    problems({ endpointTemplate: { metadata: { labels: { a: "b c" } } } })[0] ?? "",
    /labels\.a: "b c", the value of a label/,
  );
  assert.deepEqual(problems({ endpointTemplate: { metadata: { label: {} } } }), [
    "endpointTemplate.metadata.label: an unknown key, the key labels",
  ]);
});

test("static addresses are published in one spelling, each once", () => {
  const settings = { targetIPs: ["192.0.2.1", "192.0.2.1", "2001:DB8::1", "2001:db8:0::1"] };
  assert.deepEqual(v.parse(externalDNSSettings, settings).targetIPs, ["192.0.2.1", "2001:db8::1"]);
});
