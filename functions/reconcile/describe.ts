/**
 * Route objects to descriptions, with the RE2 port loaded only where a rule needs it.
 *
 * @module
 */
import type { KubernetesObject } from "../kubernetes/objects.ts";
import { parseRoute, routesNeedRegexp } from "../traefik/ingress-route.ts";
import type { RouteDescription } from "../traefik/route-description.ts";
import type { CompileRegexp } from "../traefik/rule.ts";

const NO_REGEXP: CompileRegexp = () => null;

/** Describes a route object as the API server sent it. Never throws for what a user wrote. */
export async function describeRoute(
  { loadRegexp }: { readonly loadRegexp: () => Promise<CompileRegexp> },
  object: KubernetesObject,
): Promise<RouteDescription> {
  return parseRoute(object, { compileRegexp: routesNeedRegexp(object) ? await loadRegexp() : NO_REGEXP });
}
