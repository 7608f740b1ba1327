/**
 * cert-manager's annotations for the fields of a Certificate, each read on its own.
 *
 * What they mean and which values are refused is that of cert-manager 1.21: its shim for Ingress and Gateway
 * (`translateAnnotations`) and the admission webhook for Certificates. What only one of them refuses is refused here
 * too: the other would leave the user with a Certificate that is never written or never issued.
 *
 * @module
 */
import { shown } from "../../../schema/shown.ts";
import { isUnfilled } from "../../../traefik/placeholders.ts";
import { addressBits } from "../../../traefik/rule/ip-address.ts";
import { canonicalAddress } from "../../address.ts";
import { commaSeparated, type Parsed, parseInteger, sortedSet } from "../../annotation.ts";
import { parseGoDuration } from "../../go-duration.ts";
import { LONGEST_COMMON_NAME } from "../spec/common-name.ts";
import { parseSecretTemplate } from "../spec/secret-template.ts";
import { isEmailAddress, isUri, USAGES } from "../spec/values.ts";
import { parseCsvLine } from "./csv.ts";

export const PREFIX = "cert-manager.io/";

/** An annotation and the field of the spec that it sets, such as `privateKey.size`. */
export interface AnnotationField {
  readonly key: string;
  readonly path: string;
  readonly parse: (value: string) => Parsed;
}

const MAX_INT32 = 2 ** 31 - 1;

export const ANNOTATION_FIELDS: readonly AnnotationField[] = [
  field("common-name", "commonName", commonName),
  field("ip-sans", "ipAddresses", ipAddresses),
  field("uri-sans", "uris", uris),
  field("email-sans", "emailAddresses", emailAddresses),
  field("subject-organizations", "subject.organizations", subjectList),
  field("subject-organizationalunits", "subject.organizationalUnits", subjectList),
  field("subject-countries", "subject.countries", subjectList),
  field("subject-provinces", "subject.provinces", subjectList),
  field("subject-localities", "subject.localities", subjectList),
  field("subject-postalcodes", "subject.postalCodes", subjectList),
  field("subject-streetaddresses", "subject.streetAddresses", subjectList),
  field("subject-serialnumber", "subject.serialNumber", (value) => (value === "" ? null : { value })),
  field("duration", "duration", duration),
  field("renew-before", "renewBefore", duration),
  field("renew-before-percentage", "renewBeforePercentage", integer(1, 99, "a percentage from 1 to 99")),
  field("usages", "usages", usages),
  field("revision-history-limit", "revisionHistoryLimit", integer(1, MAX_INT32, "a whole number from 1")),
  field("private-key-algorithm", "privateKey.algorithm", choice("RSA", "ECDSA", "Ed25519")),
  field("private-key-encoding", "privateKey.encoding", choice("PKCS1", "PKCS8")),
  field("private-key-size", "privateKey.size", integer(1, MAX_INT32, "a number of bits such as 2048")),
  field("private-key-rotation-policy", "privateKey.rotationPolicy", choice("Never", "Always")),
  field("secret-template", "secretTemplate", parseSecretTemplate),
];

function field(name: string, path: string, parse: AnnotationField["parse"]): AnnotationField {
  const parseFilled = (value: string) =>
    isUnfilled(value) ? { error: `${shown(value)} is a placeholder` } : parse(value);
  return { key: PREFIX + name, path, parse: parseFilled };
}

function commonName(value: string): Parsed {
  const bytes = Buffer.byteLength(value);
  if (bytes > LONGEST_COMMON_NAME) {
    const found = `${shown(value)} has ${bytes} bytes, and a common name has at most ${LONGEST_COMMON_NAME}`;
    return { error: `${found}: write a shorter one; longer names belong in alt-names` };
  }
  return value === "" ? null : { value };
}

function ipAddresses(value: string): Parsed {
  const addresses = commaSeparated(value);
  const bad = addresses.find((address) => addressBits(address) === 0);
  if (bad !== undefined) {
    return { error: `${shown(bad)} is no IP address: write IPv4 or IPv6 addresses separated by commas` };
  }
  return addresses.length === 0 ? null : { value: sortedSet(addresses.map(canonicalAddress)) };
}

/** Kept as they are written; commas separate them, so none can have one. */
function uris(value: string): Parsed {
  const found = commaSeparated(value);
  const bad = found.find((uri) => !isUri(uri));
  if (bad !== undefined) {
    return {
      error: `${shown(bad)} is no URI: write absolute ones such as spiffe://example.com/shop, separated by commas`,
    };
  }
  return found.length === 0 ? null : { value: sortedSet(found) };
}

function emailAddresses(value: string): Parsed {
  const addresses = commaSeparated(value);
  const bad = addresses.length === 0 ? value : addresses.find((candidate) => !isEmailAddress(candidate));
  if (bad !== undefined) {
    return {
      error: `${shown(bad)} is no email address: write plain ones such as ops@example.com, separated by commas`,
    };
  }
  return { value: sortedSet(addresses) };
}

/** The order is kept: it is that of the subject's attributes. */
function subjectList(value: string): Parsed {
  const values = parseCsvLine(value);
  if (values !== null) return { value: values };
  return {
    error: `${shown(value)} is not one line of CSV: separate values with commas, and put a value with a comma or a quote in double quotes, as in "Example, Inc.",Other`,
  };
}

/** Kept as it is written: another spelling would look like a change of the Certificate. */
function duration(value: string): Parsed {
  if (parseGoDuration(value) !== null) return { value };
  return {
    error: `${shown(value)} is no duration: write hours, minutes and seconds, such as 2160h for 90 days`,
  };
}

function usages(value: string): Parsed {
  const wanted = value.split(",").map((usage) => usage.trim());
  const bad = wanted.find((usage) => !USAGES.includes(usage));
  if (bad === undefined) return { value: sortedSet(wanted) };
  return { error: `${shown(bad)} is no key usage: the usages are ${USAGES.join(", ")}` };
}

function integer(min: number, max: number, expected: string): AnnotationField["parse"] {
  return (value) => {
    const number = parseInteger(value, min, max);
    return number === null ? { error: `${shown(value)} is not ${expected}` } : { value: number };
  };
}

function choice(...values: readonly string[]): AnnotationField["parse"] {
  return (value) => {
    if (values.includes(value)) return { value };
    return { error: `${shown(value)} is not known: write ${values.join(" or ")}, spelt exactly so` };
  };
}
