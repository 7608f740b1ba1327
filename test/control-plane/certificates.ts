/**
 * The keys and certificates of a test cluster. RSA, because node-forge, which has no dependencies, knows no ECDSA.
 *
 * @module
 */
import { generateKeyPair as generateKeyPairCallback, randomBytes } from "node:crypto";
import { promisify } from "node:util";
import forge from "node-forge";

const generateKeyPair = promisify(generateKeyPairCallback);

/** Certificate and private key, both PEM. */
export interface KeyedCertificate {
  readonly certPem: string;
  readonly keyPem: string;
}

/** Whom a certificate is for: `commonName` and `organizations` are user and groups to the API server. */
export interface Subject {
  readonly commonName: string;
  readonly organizations?: readonly string[];
  /** DNS names and IP addresses of a server. Without any, the certificate is a client's. */
  readonly hosts?: readonly string[];
}

/** Makes a certificate authority, valid for a day. */
export async function createAuthority(commonName: string): Promise<KeyedCertificate> {
  const keys = await rsaKeys();
  return certify(keys, { commonName }, null);
}

/** Issues a certificate with a fresh key, valid for a day. */
export async function issue(authority: KeyedCertificate, subject: Subject): Promise<KeyedCertificate> {
  return certify(await rsaKeys(), subject, authority);
}

/** A key pair for signing service-account tokens. */
export async function createSigningKeys(): Promise<{ publicPem: string; privatePem: string }> {
  return rsaKeys();
}

async function rsaKeys(): Promise<{ publicPem: string; privatePem: string }> {
  const { publicKey, privateKey } = await generateKeyPair("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  return { publicPem: publicKey, privatePem: privateKey };
}

/** Signs with the key of `issuer`, or, for an authority, with its own. */
function certify(
  keys: { publicPem: string; privatePem: string },
  subject: Subject,
  issuer: KeyedCertificate | null,
): KeyedCertificate {
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = forge.pki.publicKeyFromPem(keys.publicPem);
  certificate.serialNumber = `01${randomBytes(15).toString("hex")}`;
  // A margin for a clock that steps back.
  certificate.validity.notBefore = new Date(Date.now() - 3_600_000);
  certificate.validity.notAfter = new Date(Date.now() + 86_400_000);
  const name = [
    { shortName: "CN", value: subject.commonName },
    ...(subject.organizations ?? []).map((value) => ({ shortName: "O", value })),
  ];
  certificate.setSubject(name);
  certificate.setIssuer(
    issuer === null ? name : forge.pki.certificateFromPem(issuer.certPem).subject.attributes,
  );
  certificate.setExtensions(issuer === null ? authorityExtensions : leafExtensions(subject.hosts ?? []));
  const signer = forge.pki.privateKeyFromPem(issuer?.keyPem ?? keys.privatePem);
  certificate.sign(signer, forge.md.sha256.create());
  return { certPem: forge.pki.certificateToPem(certificate), keyPem: keys.privatePem };
}

const authorityExtensions = [
  { name: "basicConstraints", cA: true, critical: true },
  { name: "keyUsage", keyCertSign: true, cRLSign: true, critical: true },
  { name: "subjectKeyIdentifier" },
];

function leafExtensions(hosts: readonly string[]): object[] {
  const usage = { name: "keyUsage", digitalSignature: true, keyEncipherment: true, critical: true };
  if (hosts.length === 0) return [usage, { name: "extKeyUsage", clientAuth: true }];
  const altNames = hosts.map((host) =>
    /^[\d.]+$|:/.test(host) ? { type: 7, ip: host } : { type: 2, value: host },
  );
  return [usage, { name: "extKeyUsage", serverAuth: true }, { name: "subjectAltName", altNames }];
}
