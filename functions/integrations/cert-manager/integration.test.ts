// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders as users write them
import assert from "node:assert/strict";
import { test } from "node:test";
import * as v from "valibot";
import type { KubernetesObject } from "../../kubernetes/objects.ts";
import { refusalOf } from "../../reconcile/plan/host-policy.ts";
import { parseRoute } from "../../traefik/ingress-route.ts";
import type { DesiredChild, ObservedState } from "../integration.ts";
import { createCertManager } from "./integration.ts";
import { certManagerSettings } from "./settings.ts";

interface RouteOptions {
  readonly annotations?: Record<string, string>;
  readonly match?: string;
  readonly tls?: object;
  readonly name?: string;
}

function route({ annotations = {}, match = "Host(`a.shop.org`)", tls, name = "web" }: RouteOptions) {
  const metadata = { namespace: "shop", name, annotations };
  const spec = { routes: [{ kind: "Rule", match }], tls: tls ?? { secretName: "s" } };
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

const create = (settings: object) => createCertManager(v.parse(certManagerSettings, settings));

/** As the reconciler has it: with the names that annotations add. */
function described(settings: object, options: RouteOptions) {
  const description = route(options);
  return {
    ...description,
    extraNames: { "cert-manager": create(settings).extraNames(description.annotations) },
  };
}

function desiredState(
  settings: object,
  options: RouteOptions,
  more: Partial<ObservedState> = {},
): DesiredChild {
  const desired = create(settings).desiredState(described(settings, options), { ...observedState, ...more });
  assert.equal(desired.kind, "present");
  return desired as DesiredChild;
}

const namesOf = ({ spec }: DesiredChild) => spec.dnsNames;
const CM = "cert-manager.io/";
const ACME = "acme.cert-manager.io/";

test("nor is one that only the common name adds to the order", () => {
  const match = "Host(`*.example.com`) || Host(`www.example.com`)";
  const asked = (commonName: string) =>
    desiredState({}, { match, annotations: { [`${CM}common-name`]: commonName } });
  const { spec, problems } = asked("WWW.example.com");
  assert.equal(spec.commonName, undefined);
  assert.deepEqual(
    problems.map(({ reason, field }) => `${reason} ${field}`),
    [`InvalidAnnotation metadata.annotations[${CM}common-name]`],
  );
  for (const other of ["*.example.com", "example.com", "a.b.example.com", "Shop of Examples"]) {
    const { spec, problems } = asked(other);
    assert.deepEqual([spec.commonName, problems], [other, []]);
  }
  const template = {
    certificateTemplate: { spec: { issuerRef: { name: "x" }, commonName: "q.example.com" } },
  };
  const reported = desiredState(template, { match });
  assert.equal(reported.spec.commonName, undefined);
  assert.match(reported.problems[0]?.field ?? "", /certificateTemplate\.spec\.commonName$/);
  assert.equal(desiredState({ commonName: "firstHost" }, { match }).spec.commonName, "*.example.com");
});

test("a name that a wildcard of the Certificate covers is not listed beside it, whatever gave it", () => {
  const match =
    "Host(`*.example.com`) || Host(`www.example.com`) || Host(`example.com`) || Host(`a.b.example.com`)";
  const rest = ["*.example.com", "a.b.example.com", "example.com"];
  assert.deepEqual(namesOf(desiredState({}, { match })), rest);
  const annotations = { [`${CM}alt-names`]: "alt.example.com,*.b.example.com" };
  assert.deepEqual(namesOf(desiredState({}, { match, annotations })), [
    "*.b.example.com",
    "*.example.com",
    "example.com",
  ]);
  const tls = {
    secretName: "s",
    domains: [{ main: "example.com", sans: ["*.example.com", "x.example.com"] }],
  };
  assert.deepEqual(namesOf(desiredState({}, { tls })), ["*.example.com", "example.com"]);
  const child = certificate({ dnsNames: ["*.example.com", "kept.example.com"] });
  const broken = desiredState({}, { match: "Host(`new.example.com`) || (" }, { child });
  assert.deepEqual(namesOf(broken), ["*.example.com"]);
  const sharedResource = create({}).sharedResource;
  const merged = sharedResource?.merge([
    route({ match: "Host(`*.example.com`)" }),
    route({ match: "Host(`b.example.com`)" }),
  ]);
  assert.ok(merged !== undefined);
  const desired = create({}).desiredState(merged, observedState);
  assert.deepEqual(namesOf(desired as DesiredChild), ["*.example.com"]);
});

function certificate(spec: object, annotations: Record<string, string> = {}): KubernetesObject {
  return {
    apiVersion: "cert-manager.io/v1",
    kind: "Certificate",
    metadata: { name: "web-tls", annotations },
    spec,
  };
}

const policy = [{ namespaces: ["shop"], suffixes: ["shop.org"] }];
const refuseName = (name: string) => refusalOf(policy, "shop", name);
const ruled = { refuseName };

test("no identity gets past the host policy: annotation, template or what the Certificate has", () => {
  const annotations = {
    [`${CM}common-name`]: "www.bank.org",
    [`${CM}ip-sans`]: "192.0.2.1",
    [`${CM}uri-sans`]: "spiffe://bank.org/x,https://a.shop.org/",
    [`${CM}email-sans`]: "ceo@bank.org,ops@shop.org",
    [`${CM}subject-organizations`]: "Shop,system:masters",
  };
  const byAnnotation = desiredState({}, { annotations }, ruled);
  assert.deepEqual(byAnnotation.spec, {
    issuerRef: { kind: "ClusterIssuer", name: "ca-issuer" },
    dnsNames: ["a.shop.org"],
    secretName: "s",
    uris: ["https://a.shop.org/"],
    emailAddresses: ["ops@shop.org"],
    subject: { organizations: ["Shop"] },
  });
  assert.deepEqual(
    byAnnotation.problems.map(({ reason, field }) => `${reason} ${field}`),
    Object.keys(annotations)
      .toSorted()
      .map((key) => `HostNotAllowed metadata.annotations[${key}]`)
      .toSorted(bySpec),
  );
  const template = (spec: object) => ({
    certificateTemplate: { spec: { issuerRef: { name: "x" }, ...spec } },
  });
  const byTemplate = desiredState(template({ literalSubject: "CN=www.bank.org" }), {}, ruled);
  assert.equal(byTemplate.spec.literalSubject, undefined);
  assert.equal(
    byTemplate.problems[0]?.field,
    "integrations.certManager.certificateTemplate.spec.literalSubject",
  );
  const otherNames = [{ oid: "1.3.6.1.4.1.311.20.2.3", utf8Value: "ceo@bank.org" }];
  assert.equal(desiredState(template({ otherNames }), {}, ruled).spec.otherNames, undefined);
  assert.deepEqual(desiredState(template({ otherNames }), {}).spec.otherNames, otherNames);
  // An invalid annotation leaves what the Certificate has, but not what it may not have.
  const child = certificate({ commonName: "www.bank.org" });
  const invalid = { [`${CM}common-name`]: "x".repeat(65) };
  assert.equal(desiredState({}, { annotations: invalid }, { ...ruled, child }).spec.commonName, undefined);
  assert.equal(desiredState({}, { annotations: invalid }, { child }).spec.commonName, "www.bank.org");
});

/** In the order of the spec's fields. */
function bySpec(one: string, other: string): number {
  const order = ["common-name", "ip-sans", "uri-sans", "email-sans", "subject"];
  const rank = (text: string) => order.findIndex((name) => text.includes(name));
  return rank(one) - rank(other);
}

test("annotations that are not allowed have no effect and are reported", () => {
  const settings = { allowedAnnotations: [`${CM}private-key-*`, "duration", "http01-ingress-class"] };
  const annotations = {
    [`${CM}cluster-issuer`]: "internal-ca",
    [`${CM}alt-names`]: "b.shop.org",
    [`${CM}duration`]: "720h",
    [`${CM}private-key-algorithm`]: "ECDSA",
    [`${ACME}http01-ingress-class`]: "traefik",
    [`${ACME}http01-ingress-ingressclassname`]: "traefik",
  };
  const { spec, annotations: given } = desiredState(settings, { annotations });
  assert.deepEqual(spec, {
    issuerRef: { kind: "ClusterIssuer", name: "ca-issuer" },
    dnsNames: ["a.shop.org"],
    secretName: "s",
    duration: "720h",
    privateKey: { algorithm: "ECDSA" },
  });
  assert.deepEqual(given, { [`${ACME}http01-override-ingress-class`]: "traefik" });
  const problems = create(settings).check(route({ annotations }));
  assert.deepEqual(
    problems.map(({ reason, field }) => `${reason} ${field}`),
    [
      "cert-manager.io/cluster-issuer",
      "cert-manager.io/alt-names",
      `${ACME}http01-ingress-ingressclassname`,
    ].map((key) => `InvalidAnnotation metadata.annotations[${key}]`),
  );
  assert.match(problems[0]?.message ?? "", /integrations\.certManager\.allowedAnnotations/);
  assert.deepEqual(create({}).check(route({ annotations })), []);
});

test("the shim's annotations for HTTP-01 become the Certificate's, beside those of the template", () => {
  const settings = { certificateTemplate: { metadata: { annotations: { a: "b" } } } };
  const annotations = {
    [`${ACME}http01-ingress-class`]: "traefik",
    [`${ACME}http01-ingress-ingressclassname`]: "traefik-public",
  };
  assert.deepEqual(desiredState(settings, { annotations }).annotations, {
    a: "b",
    [`${ACME}http01-override-ingress-class`]: "traefik",
    [`${ACME}http01-override-ingress-ingressclassname`]: "traefik-public",
  });
  assert.equal(
    desiredState({}, { annotations: { [`${ACME}http01-ingress-class`]: "" } }).annotations,
    undefined,
  );
  const wrong = {
    [`${ACME}http01-ingress-ingressclassname`]: "Not A Name",
    [`${ACME}http01-edit-in-place`]: "true",
  };
  assert.deepEqual(
    create({})
      .check(route({ annotations: wrong }))
      .map(({ field }) => field),
    Object.keys(wrong).map((key) => `metadata.annotations[${key}]`),
  );
  const override = `${ACME}http01-override-ingress-ingressclassname`;
  const child = certificate({}, { [override]: "before" });
  assert.deepEqual(desiredState({}, { annotations: wrong }, { child }).annotations, { [override]: "before" });
  assert.deepEqual(
    create({}).check(route({ annotations: { [`${ACME}http01-edit-in-place`]: "false" } })),
    [],
  );
});

test("commonName: firstHost takes the first name that is short enough, unless something else is said", () => {
  const settings = { commonName: "firstHost" };
  const long = `${"l".repeat(60)}.example.com`;
  assert.equal(desiredState({}, {}).spec.commonName, undefined);
  assert.equal(
    desiredState(settings, { match: "Host(`b.shop.org`) || Host(`a.shop.org`)" }).spec.commonName,
    "a.shop.org",
  );
  assert.equal(
    desiredState(settings, { match: `Host(\`${long}\`) || Host(\`z.org\`)` }).spec.commonName,
    "z.org",
  );
  const annotations = { [`${CM}common-name`]: "x.shop.org" };
  assert.equal(desiredState(settings, { annotations }).spec.commonName, "x.shop.org");
  const certificateTemplate = { spec: { issuerRef: { name: "x" }, literalSubject: "CN=y.shop.org" } };
  assert.equal(desiredState({ ...settings, certificateTemplate }, {}).spec.commonName, undefined);
  // 64 bytes are enough, and one more is too much.
  const longest = `${"l".repeat(60)}.org`;
  assert.equal(desiredState(settings, { match: `Host(\`${longest}\`)` }).spec.commonName, longest);
  const tooLong = desiredState(settings, { match: `Host(\`l${longest}\`)` });
  assert.equal(tooLong.spec.commonName, undefined);
  assert.match(tooLong.problems[0]?.message ?? "", /no host is short enough for a common name, .* has 65\./);
});

test("private names beside public ones are reported, and the Certificate is made all the same", () => {
  const mixed = desiredState({}, { match: "Host(`a.shop.org`) || Host(`a.local`)" });
  assert.deepEqual(namesOf(mixed), ["a.local", "a.shop.org"]);
  assert.deepEqual(
    mixed.problems.map(({ reason }) => reason),
    ["PrivateName"],
  );
  assert.deepEqual(desiredState({}, { match: "Host(`a.local`) || Host(`nas`)" }).problems, []);
  const address = desiredState({}, { annotations: { [`${CM}ip-sans`]: "10.0.0.1" } });
  assert.match(address.problems[0]?.message ?? "", /signs "10\.0\.0\.1"/);
});

test("a name that no Secret can have makes no Certificate, and is reported", () => {
  for (const secretName of ["My-Secret", "a_b", "other/secret", "-a", "a".repeat(254), "a b", "*"]) {
    const description = route({ tls: { secretName } });
    assert.equal(create({}).sharedResource?.requestedBy(description), null, secretName);
    assert.equal(create({}).desiredState(description, observedState).kind, "absent");
    assert.deepEqual(
      create({})
        .check(description)
        .map(({ reason, field }) => `${reason} ${field}`),
      ["InvalidField spec.tls.secretName"],
    );
  }
  assert.deepEqual(create({}).check(route({ tls: { secretName: "a.b-c" } })), []);
  assert.deepEqual(
    create({ ignoreSecrets: ["My-*"] }).check(route({ tls: { secretName: "My-Secret" } })),
    [],
  );
  assert.deepEqual(create({}).check(route({ tls: { certResolver: "le" } })), []);
});

test("a placeholder in the Secret's name is called one, as it is written", () => {
  for (const [secretName, placeholder] of [
    ["${X}-tls", "${X}"],
    ["${SECRET_DOMAIN/./-}-tls", "${SECRET_DOMAIN/./-}"],
    ["$(Ns)/tls", "$(Ns)"],
    ["<Your-Secret>", "<Your-Secret>"],
    ["%SECRET%", "%SECRET%"],
    ["{{ .Values.secret }}", "{{ .Values.secret }}"],
    ["SECRET_PLACEHOLDER", "SECRET_PLACEHOLDER"],
  ] as const) {
    const [problem] = create({}).check(route({ tls: { secretName } }));
    assert.equal(problem?.placeholder, placeholder);
    assert.equal(problem.field, "spec.tls.secretName");
    assert.match(problem.message, /^no Secret can have the name .*: it has /);
    assert.ok(problem.message.includes(placeholder), problem.message);
    assert.doesNotMatch(problem.message, /own namespace/);
  }
});

test("what a sharing route asks for and does not get is reported; what fits, and names, are not", () => {
  const contradictions = (first: RouteOptions, ...others: RouteOptions[]) =>
    create({})
      .sharedResource?.contradictions([
        route({ name: "a", ...first }),
        ...others.map((other) => route({ name: "b", ...other })),
      ])
      .map(({ message }) => /asks for (\S+)/.exec(message)?.[1]);
  const a = {
    annotations: { [`${CM}cluster-issuer`]: "letsencrypt", [`${CM}private-key-algorithm`]: "ECDSA" },
  };
  assert.deepEqual(contradictions(a), []);
  assert.deepEqual(contradictions(a, {}), []);
  assert.deepEqual(contradictions(a, a), []);
  assert.deepEqual(contradictions({}, a), ["issuerRef", "privateKey.algorithm"]);
  const b = {
    [`${CM}cluster-issuer`]: "internal-ca",
    [`${CM}duration`]: "720h",
    [`${CM}alt-names`]: "b2.example.com",
    [`${CM}usages`]: "nonsense",
    [`${ACME}http01-ingress-class`]: "nginx",
  };
  assert.deepEqual(contradictions(a, { annotations: b }), [
    "issuerRef",
    "duration",
    `annotations.${ACME}http01-override-ingress-class`,
  ]);
  // What cert-manager does anyway, and what the template says, contradicts nothing.
  const same = {
    [`${CM}cluster-issuer`]: "ca-issuer",
    [`${CM}private-key-algorithm`]: "RSA",
    [`${CM}duration`]: "2160h",
  };
  assert.deepEqual(contradictions({}, { annotations: same }), []);
});

test("invalid annotations are reported on their own route, also where another one decides", () => {
  const annotations = { [`${CM}usages`]: "nonsense", [`${CM}duration`]: "90d" };
  assert.deepEqual(
    create({})
      .check(route({ annotations }))
      .map(({ field }) => field),
    [`metadata.annotations[${CM}duration]`, `metadata.annotations[${CM}usages]`],
  );
  assert.deepEqual(create({}).check(route({ annotations, tls: { certResolver: "le" } })), []);
});
