/**
 * The annotations for ACME's HTTP-01 challenge. cert-manager's shim turns them into annotations of the Certificate
 * (`setIssuerSpecificConfig`), which beat the solver of the issuer.
 *
 * @module
 */
import type { KubernetesObject } from "../../../kubernetes/objects.ts";
import type { Problem } from "../../../problem.ts";
import { isObjectName } from "../../../schema/object-names.ts";
import { shown } from "../../../schema/shown.ts";
import { isUnfilled } from "../../../traefik/placeholders.ts";
import { invalidAnnotation } from "../../annotation.ts";

export const ACME_PREFIX = "acme.cert-manager.io/";

const CLASS = "http01-ingress-class";
const CLASS_NAME = "http01-ingress-ingressclassname";
const EDIT_IN_PLACE = "http01-edit-in-place";

export const ACME_NAMES: readonly string[] = [CLASS, CLASS_NAME, EDIT_IN_PLACE];

/** Annotation of a route to annotation of its Certificate. */
const OVERRIDES: ReadonlyMap<string, string> = new Map([
  [ACME_PREFIX + CLASS, `${ACME_PREFIX}http01-override-ingress-class`],
  [ACME_PREFIX + CLASS_NAME, `${ACME_PREFIX}http01-override-ingress-ingressclassname`],
]);

/**
 * The annotations that the Certificate gets. Where one is invalid, `live`, the Certificate as it is, keeps what it has.
 */
export function acmeAnnotations(
  annotations: Readonly<Record<string, string>>,
  live: KubernetesObject | null,
): Readonly<Record<string, string>> {
  const overrides: Record<string, string> = {};
  for (const [key, override] of OVERRIDES) {
    const value = annotations[key] || undefined;
    if (value === undefined) continue;
    const used = errorOf(key, value) === null ? value : live?.metadata.annotations?.[override];
    if (used !== undefined) overrides[override] = used;
  }
  return overrides;
}

export function acmeProblems(annotations: Readonly<Record<string, string>>): readonly Problem[] {
  const problems: Problem[] = [];
  for (const key of [...OVERRIDES.keys(), ACME_PREFIX + EDIT_IN_PLACE]) {
    const value = annotations[key];
    const error = value === undefined ? null : errorOf(key, value);
    if (error !== null) problems.push(invalidAnnotation(key, error, value));
  }
  return problems;
}

function errorOf(key: string, value: string): string | null {
  if (key === ACME_PREFIX + EDIT_IN_PLACE) {
    if (value !== "true") return null;
    return `it has no effect: it has the route's own Ingress answer the challenge, and an IngressRoute is none. Leave it out; cert-manager makes an Ingress for the challenge, whose class ${ACME_PREFIX}${CLASS_NAME} names.`;
  }
  const isClass =
    key === ACME_PREFIX + CLASS ? /^[!-~]+$/.test(value) && !isUnfilled(value) : isObjectName(value);
  if (value === "" || isClass) return null;
  return `${shown(value)} is no ingress class: write the name of an IngressClass such as traefik.`;
}
