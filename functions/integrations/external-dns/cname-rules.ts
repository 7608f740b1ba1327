/**
 * Where a CNAME record cannot stand.
 *
 * @module
 */
import type { Problem } from "../../problem.ts";
import { shown } from "../../schema/shown.ts";
import type { OptionedEndpoint } from "./endpoint-options.ts";
import type { Endpoint } from "./endpoints.ts";

/** The endpoints that can be published, and a problem for each that cannot. */
export interface CheckedEndpoints {
  readonly endpoints: readonly Endpoint[];
  readonly problems: readonly Problem[];
}

/** Load balancers that external-dns makes alias records for on Route 53 without being asked. */
const AWS_TARGET = /\.(?:amazonaws\.com(?:\.cn)?|awsglobalaccelerator\.com|cloudfront\.net)$/;

/** Without those that would point at themselves: a loop that no resolver follows. */
export function withoutLoops(endpoints: readonly Endpoint[]): CheckedEndpoints {
  const problems: Problem[] = [];
  const straight = endpoints.filter(({ recordType, dnsName, targets = [] }) => {
    if (recordType !== "CNAME" || !targets.includes(dnsName)) return true;
    const message = `the host ${shown(dnsName)} gets no DNS record: it is the target itself, and a CNAME cannot point at its own name. Name another target, or IP addresses.`;
    problems.push({ reason: "UnusableHost", message, field: null });
    return false;
  });
  return { endpoints: straight, problems };
}

type CheckedForApex = Omit<OptionedEndpoint, "recordTTL" | "setIdentifier">;

/**
 * Warns of a CNAME at what looks like the top of a zone, where DNS has none (RFC 1034, section 3.6.2): a name of two
 * labels. Nobody can know the zones from here, so the record is published all the same; a provider may flatten it.
 */
export function apexProblems(endpoints: readonly CheckedForApex[]): readonly Problem[] {
  return endpoints.filter(isLikelyApex).map(({ dnsName, targets = [] }) => ({
    reason: "UnusableHost",
    message:
      `the host ${shown(dnsName)} looks like the top of a zone, where a CNAME to ${shown(targets[0] ?? "")} is not possible. ` +
      'Set the annotation external-dns.kubernetes.io/alias: "true" if the DNS provider has alias records, or name IP addresses as target.',
    field: null,
  }));
}

function isLikelyApex({ dnsName, recordType, targets = [], providerSpecific = [] }: CheckedForApex): boolean {
  if (recordType !== "CNAME") return false;
  const isSolved = providerSpecific.some(({ name }) => name === "alias" || /\/cloudflare-/.test(name));
  const labels = dnsName.split(".");
  if (isSolved || labels.length !== 2 || labels[0] === "*") return false;
  return !targets.some((target) => AWS_TARGET.test(target));
}
