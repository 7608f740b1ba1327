/**
 * What is reported of the object that keeps a shared child from being made: one that has the child's name,
 * or another name and what the child would acquire. Pure.
 *
 * @module
 */
import type { Coverage } from "../../integrations/integration.ts";
import type { KubernetesObject } from "../../kubernetes/objects.ts";
import type { Problem } from "../../problem.ts";
import type { RouteReference } from "../../traefik/route-description.ts";
import { inTheWay } from "./in-the-way.ts";
import type { SharingIntegration } from "./namespace-index.ts";
import { ADOPT_ANNOTATION, controllerOf, type Identity, isLabelled, makerOf } from "./ownership.ts";

/** What would have been made. */
export interface Unmade {
  readonly route: RouteReference;
  readonly sharedResource: string;
  /** The names that the child would have. */
  readonly names: readonly string[];
}

/** An object of the user's own that serves the route as well as the child would is no problem. */
export function whyUnmade(
  integration: SharingIntegration,
  { route, sharedResource, names }: Unmade,
  object: KubernetesObject,
  identity: Identity,
): Problem {
  const { name } = object.metadata;
  const isNamesake = name === integration.childName(route);
  const coverage =
    integration.sharedResource.of(object.spec) === sharedResource && isUsersOwn(object)
      ? coverageOf(integration.names(object.spec), names)
      : "none";
  if (isNamesake && coverage === "none") return inTheWay(object, route, identity);
  const taken = withAdvice(integration.sharedResource.taken(sharedResource, name, coverage), coverage);
  return isNamesake ? { ...taken, reason: inTheWay(object, route, identity).reason } : taken;
}

/** Nobody's but the user's: no controller looks after it, and nothing says that it is, or is to be, a child of ours. */
function isUsersOwn(object: KubernetesObject): boolean {
  const isAnothers =
    controllerOf(object) !== undefined || isLabelled(object) || makerOf(object) !== undefined;
  return !isAnothers && object.metadata.annotations?.[ADOPT_ANNOTATION] === undefined;
}

/** Adoption takes out of an object what its routes do not name: nobody is to lose a wildcard by our advice. */
function withAdvice(taken: Problem, coverage: Coverage): Problem {
  if (coverage !== "exact") return taken;
  const advice = `Or hand that object over with the annotation ${ADOPT_ANNOTATION}: "true".`;
  return { ...taken, message: `${taken.message} ${advice}` };
}

function coverageOf(existing: readonly string[], wanted: readonly string[]): Coverage {
  const names = existing.map((name) => name.toLowerCase());
  const covers = (name: string) => names.includes(name) || names.includes(name.replace(/^[^.*]+/, "*"));
  if (wanted.length === 0 || !wanted.every(covers)) return "none";
  return new Set([...names, ...wanted]).size === wanted.length ? "exact" : "wider";
}
