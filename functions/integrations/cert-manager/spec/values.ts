/**
 * Values of a Certificate's spec that an annotation and a template may both give.
 *
 * @module
 */

/** RFC 5280, sections 4.2.1.3 and 4.2.1.12, as the Certificate CRD spells them. */
export const USAGES = [
  "any",
  "cert sign",
  "client auth",
  "code signing",
  "content commitment",
  "crl sign",
  "data encipherment",
  "decipher only",
  "digital signature",
  "email protection",
  "encipher only",
  "ipsec end system",
  "ipsec tunnel",
  "ipsec user",
  "key agreement",
  "key encipherment",
  "microsoft sgc",
  "netscape sgc",
  "ocsp signing",
  "s/mime",
  "server auth",
  "signing",
  "timestamping",
];

/** An absolute URI in ASCII, as certificates have them (RFC 5280, section 4.2.1.6). */
export function isUri(text: string): boolean {
  return /^[a-z][a-z0-9+.-]*:[!-~]+$/i.test(text) && URL.canParse(text);
}

const ATOM = "[\\w!#$%&'*+/=?^`{|}~-]+";
const EMAIL_ADDRESS = new RegExp(`^${ATOM}(?:\\.${ATOM})*@${ATOM}(?:\\.${ATOM})*$`);

/** Go's `mail.ParseAddress` without names, comments and quotes; certificates have room for ASCII only (RFC 5280). */
export function isEmailAddress(text: string): boolean {
  return EMAIL_ADDRESS.test(text);
}
