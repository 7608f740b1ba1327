/**
 * Whether a Certificate that somebody made is what a route would get, so that taking it over has nothing issued again.
 *
 * @module
 */
import { isDeepStrictEqual } from "node:util";
import { isRecord } from "../../schema/unknown.ts";
import { parseGoDuration } from "../go-duration.ts";
import type { Spec } from "../integration.ts";
import { namesIn } from "./names.ts";

/** Identities besides DNS names: what a Certificate has of them and the route does not give would stay in it unasked. */
const IDENTITIES = ["ipAddresses", "uris", "emailAddresses", "otherNames", "literalSubject"];

/** Compared in their own way, or changed without a new certificate. */
const NOT_COMPARED = [
  "dnsNames",
  "issuerRef",
  "secretName",
  "secretTemplate",
  "additionalOutputFormats",
  "revisionHistoryLimit",
];

/** Why not, as the end of a sentence; null where it is. What the Certificate has beyond what is wanted stays as it is. */
export function mismatch(spec: unknown, wanted: unknown): string | null {
  if (!isRecord(spec) || !isRecord(wanted)) return "it has no spec";
  return otherNames(spec, wanted) ?? otherIssuer(spec, wanted) ?? otherField(spec, wanted);
}

function otherNames(spec: Spec, wanted: Spec): string | null {
  const [has, wants] = [lowerCase(namesIn(spec)), lowerCase(namesIn(wanted))];
  const [more, missing] = [
    has.filter((name) => !wants.includes(name)),
    wants.filter((name) => !has.includes(name)),
  ];
  if (more.length > 0) return `it names ${more.join(", ")} too, which no route of its Secret does`;
  if (missing.length > 0) return `it lacks ${missing.join(", ")}`;
  const { commonName } = spec;
  if (typeof commonName === "string" && commonName !== "" && !has.includes(commonName.toLowerCase())) {
    return `its common name is ${commonName}, which is none of its names`;
  }
  const identity = IDENTITIES.find(
    (field) => isGiven(spec[field]) && !isDeepStrictEqual(spec[field], wanted[field]),
  );
  return identity === undefined ? null : `it has ${identity}, which the route does not give`;
}

function otherIssuer(spec: Spec, wanted: Spec): string | null {
  const [has, wants] = [issuerOf(spec.issuerRef), issuerOf(wanted.issuerRef)];
  return has === wants ? null : `its issuer is ${has}, and that of the route ${wants}`;
}

/** With the defaults that cert-manager has for what is left out. */
function issuerOf(reference: unknown): string {
  const { group = "cert-manager.io", kind = "Issuer", name } = isRecord(reference) ? reference : {};
  return `${kind} ${name}${group === "cert-manager.io" ? "" : ` of ${group}`}`;
}

function otherField(spec: Spec, wanted: Spec): string | null {
  const field = Object.keys(wanted).find(
    (key) => !NOT_COMPARED.includes(key) && !has(spec[key], wanted[key]),
  );
  return field === undefined ? null : `its ${field} would change`;
}

/** Whether what is wanted is there already, in whatever spelling; an object may have more. */
function has(value: unknown, wanted: unknown): boolean {
  if (isRecord(wanted)) {
    return (
      isRecord(value) &&
      Object.keys(wanted).every((key) => key === "rotationPolicy" || has(value[key], wanted[key]))
    );
  }
  if (typeof wanted === "string" && typeof value === "string") {
    const [one, other] = [parseGoDuration(value), parseGoDuration(wanted)];
    return value === wanted || (one !== null && one === other);
  }
  return isDeepStrictEqual(value, wanted);
}

function isGiven(value: unknown): boolean {
  return (
    value !== undefined && value !== null && value !== "" && !(Array.isArray(value) && value.length === 0)
  );
}

function lowerCase(names: readonly string[]): readonly string[] {
  return names.map((name) => name.toLowerCase());
}
