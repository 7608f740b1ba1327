/**
 * Each thing that a user may say and take back: an annotation, a field of a template, a setting. Values are such that
 * each is valid and has an effect on its own.
 *
 * @module
 */

export interface OptionalInput {
  readonly name: string;
  readonly annotations?: Readonly<Record<string, string>>;
  /** Fields of `spec.tls` of the route. */
  readonly tls?: Readonly<Record<string, unknown>>;
  readonly template?: {
    readonly metadata?: Readonly<Record<string, unknown>>;
    readonly spec?: Readonly<Record<string, unknown>>;
  };
  /** Settings of the integration with external-dns. */
  readonly externalDNS?: Readonly<Record<string, unknown>>;
}

/** Annotations of cert-manager, without their prefix. */
const CERTIFICATE_ANNOTATIONS = {
  issuer: "other",
  "cluster-issuer": "other",
  "common-name": "a.example.org",
  "alt-names": "b.example.org",
  "ip-sans": "9.9.9.9",
  "email-sans": "ops@example.org",
  "subject-organizations": "Example",
  "subject-organizationalunits": "Shop",
  "subject-countries": "DE",
  "subject-provinces": "Berlin",
  "subject-localities": "Berlin",
  "subject-postalcodes": "10115",
  "subject-streetaddresses": "Street 1",
  "subject-serialnumber": "42",
  duration: "2160h",
  "renew-before": "360h",
  "renew-before-percentage": "30",
  usages: "server auth",
  "revision-history-limit": "3",
  "private-key-algorithm": "ECDSA",
  "private-key-encoding": "PKCS8",
  "private-key-size": "4096",
  "private-key-rotation-policy": "Always",
  "secret-template": '{"labels":{"team":"shop"}}',
};

/** Annotations of external-dns, without their prefix. */
const DNS_ANNOTATIONS = {
  hostname: "c.example.org",
  target: "lb.example.net",
  ttl: "60",
  "set-identifier": "blue",
  "record-type": "ptr",
  controller: "somebody",
  "aws-evaluate-target-health": "false",
  "aws-target-hosted-zone": "Z1",
  "azure-tags": "a=b",
  "cloudflare-proxied": "true",
  "cloudflare-record-comment": "shop",
  "cloudflare-region-key": "eu",
  "cloudflare-tags": "a,b",
  "coredns-group": "g",
  "scw-priority": "5",
  "webhook-note": "x",
};

/** Top-level fields of `spec` of a Certificate. */
const TEMPLATE_FIELDS = {
  outputFormats: { additionalOutputFormats: [{ type: "DER" }] },
  commonName: { commonName: "a.example.org" },
  duration: { duration: "2160h" },
  emailAddresses: { emailAddresses: ["ops@example.org"] },
  encodeUsagesInRequest: { encodeUsagesInRequest: false },
  ipAddresses: { ipAddresses: ["9.9.9.9"] },
  isCA: { isCA: false },
  issuerGroup: { issuerRef: { name: "ca", group: "cert-manager.io" } },
  issuerKind: { issuerRef: { name: "ca", kind: "ClusterIssuer" } },
  keystores: { keystores: { pkcs12: { create: true, passwordSecretRef: { name: "p", key: "k" } } } },
  nameConstraints: { isCA: true, nameConstraints: { permitted: { dnsDomains: ["example.org"] } } },
  otherNames: { otherNames: [{ oid: "1.2.3", utf8Value: "x" }] },
  privateKey: { privateKey: { rotationPolicy: "Always" } },
  privateKeyEmpty: { privateKey: {} },
  renewBefore: { renewBefore: "360h" },
  revisionHistoryLimit: { revisionHistoryLimit: 3 },
  secretTemplate: { secretTemplate: { labels: { team: "shop" }, annotations: { note: "x" } } },
  signatureAlgorithm: { signatureAlgorithm: "SHA512WithRSA" },
  subject: { subject: { organizations: ["Example"] } },
  uris: { uris: ["spiffe://example.org/a"] },
  usages: { usages: ["server auth"] },
};

export const OPTIONAL_INPUTS: readonly OptionalInput[] = [
  ...annotations("cert-manager.io/", CERTIFICATE_ANNOTATIONS),
  ...annotations("external-dns.kubernetes.io/", DNS_ANNOTATIONS),
  ...annotations("external-dns.alpha.kubernetes.io/", { ttl: "90", "cloudflare-tags": "c" }),
  {
    name: "alias",
    annotations: {
      "external-dns.kubernetes.io/alias": "true",
      "traefik-cert-rotater.io/target": "l.example",
    },
  },
  {
    name: "aws-weight",
    annotations: {
      "external-dns.kubernetes.io/aws-weight": "10",
      "external-dns.kubernetes.io/set-identifier": "green",
    },
  },
  ...annotations("traefik-cert-rotater.io/", { target: "192.0.2.8", ignore: "external-dns" }),
  { name: "domains", tls: { domains: [{ main: "d.example.org", sans: ["e.example.org"] }] } },
  ...Object.entries(TEMPLATE_FIELDS).map(([name, spec]) => ({ name, template: { spec } })),
  // The same field with more or less in it: what is left out has to go as well.
  { name: "two outputFormats", template: { spec: { additionalOutputFormats: [{ type: "CombinedPEM" }] } } },
  { name: "template labels", template: { metadata: { labels: { team: "shop" } } } },
  { name: "template annotations", template: { metadata: { annotations: { note: "x" } } } },
  { name: "endpoint labels", externalDNS: { endpointTemplate: { metadata: { labels: { team: "shop" } } } } },
  {
    name: "endpoint annotations",
    externalDNS: { endpointTemplate: { metadata: { annotations: { note: "x" } } } },
  },
  { name: "configured ttl", externalDNS: { ttl: 120 } },
];

function annotations(prefix: string, values: Readonly<Record<string, string>>): OptionalInput[] {
  return Object.entries(values).map(([key, value]) => ({
    name: prefix + key,
    annotations: { [prefix + key]: value },
  }));
}
