/**
 * What a template of Certificates may have at most: fields of every kind that cert-manager takes.
 *
 * @module
 */

export const FULL_CERTIFICATE_SPEC = {
  usages: ["server auth"],
  issuerRef: { name: "x", kind: "AWSPCAIssuer", group: "awspca.cert-manager.io" },
  subject: { organizations: ["Example, Inc."], serialNumber: "42" },
  privateKey: { size: 384, algorithm: "ECDSA", rotationPolicy: "Always", encoding: "PKCS8" },
  signatureAlgorithm: "ECDSAWithSHA384",
  duration: "2160h",
  renewBeforePercentage: 30,
  keystores: {
    pkcs12: { create: true, profile: "Modern2023", passwordSecretRef: { name: "p", key: "k" } },
  },
  additionalOutputFormats: [{ type: "DER" }],
  secretTemplate: { annotations: { "cert-manager.io/allow-direct-injection": "true" } },
  nameConstraints: { critical: true, permitted: { dnsDomains: ["example.org"] } },
  isCA: true,
  encodeUsagesInRequest: false,
  otherNames: [{ oid: "1.3.6.1.4.1.311.20.2.3", utf8Value: "a@b.org" }],
  uris: ["spiffe://example.org/x"],
  renewal: { policy: "RenewBefore", windows: [{ cron: "0 0 * * *", windowDuration: "1h" }] },
};
