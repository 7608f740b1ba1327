/**
 * A common name for issuers whose policy wants one: public authorities need none, some private ones do.
 *
 * @module
 */
import type { Problem } from "../../../problem.ts";
import { shown } from "../../../schema/shown.ts";
import type { Spec } from "../../integration.ts";
import { withoutCovered } from "../../names.ts";

/** In RFC 5280, appendix A, `ub-common-name`. */
export const LONGEST_COMMON_NAME = 64;

export interface NamedSpec {
  readonly spec: Spec;
  readonly problems: readonly Problem[];
}

/** The spec with the first of the names that is short enough, unless it says itself what the subject is. */
export function withCommonName(spec: Spec, names: readonly string[]): NamedSpec {
  if (isSet(spec.commonName) || isSet(spec.literalSubject)) return { spec, problems: [] };
  const commonName = names.find((name) => Buffer.byteLength(name) <= LONGEST_COMMON_NAME);
  if (commonName !== undefined) return { spec: { ...spec, commonName }, problems: [] };
  const message =
    `no host is short enough for a common name, which has at most ${LONGEST_COMMON_NAME} bytes: ${shown(names[0] ?? "")} has ${Buffer.byteLength(names[0] ?? "")}. ` +
    "The Certificate gets none (commonName: firstHost); write a shorter one with cert-manager.io/common-name.";
  return { spec, problems: [{ reason: "UnusableHost", message, field: "spec.routes" }] };
}

/** The spec without a common name that a wildcard covers: ACME orders have it beside the other names. */
export function withoutCoveredCommonName(
  spec: Spec,
  names: readonly string[],
): { readonly spec: Spec; readonly covered: string | null } {
  const { commonName, ...rest } = spec;
  if (
    typeof commonName !== "string" ||
    withoutCovered([...names, commonName.toLowerCase()]).length > names.length
  ) {
    return { spec, covered: null };
  }
  return names.includes(commonName.toLowerCase())
    ? { spec, covered: null }
    : { spec: rest, covered: commonName };
}

export function coveredCommonName(commonName: string, field: string): Problem {
  const message =
    `a wildcard of the Certificate covers the common name ${shown(commonName)}, and ACME servers refuse an order with both: ` +
    "it is left out. Write the wildcard, or leave the common name out.";
  return { reason: field.startsWith("metadata.") ? "InvalidAnnotation" : "InvalidField", message, field };
}

function isSet(value: unknown): boolean {
  return value !== undefined && value !== "";
}
