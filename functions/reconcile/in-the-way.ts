/**
 * What a route's user is told about an object that is not ours, where a child would be. Pure.
 *
 * @module
 */
import type { Claim, Coverage, Integration } from "../integrations/integration.ts";
import type { KubernetesObject } from "../kubernetes/objects.ts";
import type { Problem } from "../problem.ts";
import type { RouteReference } from "../traefik/route-description.ts";
import { ADOPT_ANNOTATION, type Ownership } from "./ownership.ts";
import { notOurs } from "./plan.ts";

/** What would have been made. */
export interface Unmade {
  readonly route: RouteReference;
  readonly claim: string;
  /** The names that the child would have. */
  readonly names: readonly string[];
}

/**
 * The object has the child's name, or another name and what is claimed. One that serves the route as well as the child
 * would is no problem.
 */
export function inTheWay(
  integration: Integration & { readonly claim: Claim },
  { route, claim, names }: Unmade,
  object: KubernetesObject,
  ownership: Ownership,
): Problem {
  const { name } = object.metadata;
  const isNamesake = name === integration.childName(route);
  const coverage =
    integration.claim.of(object.spec) === claim ? coverageOf(integration.names(object.spec), names) : "none";
  if (isNamesake && coverage === "none") return notOurs(object, ownership);
  const taken = withAdvice(integration.claim.taken(claim, name, coverage), coverage, object);
  return isNamesake ? { ...taken, reason: notOurs(object, ownership).reason } : taken;
}

/**
 * Adoption takes out of an object what its routes do not name: nobody is to lose a wildcard by our advice. What has a
 * controller cannot be adopted, and is gone when that is.
 */
function withAdvice(taken: Problem, coverage: Coverage, { metadata }: KubernetesObject): Problem {
  if (coverage === "none") return taken;
  const controller = metadata.ownerReferences?.find((owner) => owner.controller === true);
  if (controller !== undefined) {
    return {
      ...taken,
      message: `${taken.message} It belongs to ${controller.kind} ${controller.name} and goes with it.`,
    };
  }
  if (coverage === "wider") return taken;
  const advice = `Or hand that object over with the annotation ${ADOPT_ANNOTATION}: "true".`;
  return { ...taken, message: `${taken.message} ${advice}` };
}

function coverageOf(held: readonly string[], wanted: readonly string[]): Coverage {
  const names = held.map((name) => name.toLowerCase());
  const covers = (name: string) => names.includes(name) || names.includes(name.replace(/^[^.*]+/, "*"));
  if (wanted.length === 0 || !wanted.every(covers)) return "none";
  return new Set([...names, ...wanted]).size === wanted.length ? "exact" : "wider";
}
