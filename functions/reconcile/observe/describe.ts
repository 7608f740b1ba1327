/**
 * Route objects to descriptions, and what besides the route itself has a say in them: its namespace and the host
 * policy. The RE2 port is loaded only where a rule needs it.
 *
 * @module
 */
import type { Integration } from "../../integrations/integration.ts";
import type { KubernetesObject } from "../../kubernetes/objects.ts";
import type { Problem } from "../../problem.ts";
import { parseRoute, routesNeedRegexp } from "../../traefik/ingress-route.ts";
import type { RouteDescription } from "../../traefik/route-description.ts";
import type { CompileRegexp } from "../../traefik/rule/rule.ts";
import { annotationProblems, namespaceProblems } from "../annotation-problems.ts";
import { withoutHosts } from "../plan/host-policy.ts";
import { isIgnored, withNamespaceOptOut } from "../plan/opt-out.ts";

const NO_REGEXP: CompileRegexp = () => null;

export interface DescribeContext {
  readonly integrations: readonly Integration[];
  readonly loadRegexp: () => Promise<CompileRegexp>;
  /** Why the namespace may not have the host; null where it may. */
  readonly refuseHost: (namespace: string, host: string) => Problem | null;
}

/** Describes a route object as the API server sent it. Never throws for what a user wrote. */
export async function describeRoute(
  { integrations, loadRegexp, refuseHost }: DescribeContext,
  object: KubernetesObject,
  namespaceAnnotations: Readonly<Record<string, string>>,
): Promise<RouteDescription> {
  const compileRegexp = routesNeedRegexp(object) ? await loadRegexp() : NO_REGEXP;
  const parsed = parseRoute(object, { compileRegexp });
  const { namespace } = parsed.route;
  const named = withExtraNames(withNamespaceOptOut(parsed, namespaceAnnotations), integrations);
  const names = integrations.map(({ name }) => name);
  const told = [
    ...annotationProblems(parsed.annotations, names),
    ...namespaceProblems(namespaceAnnotations, namespace, names),
    ...checks(named, integrations),
  ];
  const allowed = withoutHosts(named, (host) => refuseHost(namespace, host));
  return told.length === 0 ? allowed : { ...allowed, problems: [...allowed.problems, ...told] };
}

/** What each integration finds wrong with what the route asks of it, unless the route wants nothing of it. */
function checks(description: RouteDescription, integrations: readonly Integration[]): readonly Problem[] {
  if (description.undecidable) return [];
  return integrations
    .filter(({ name }) => !isIgnored(description, name))
    .flatMap((integration) => integration.check(description));
}

function withExtraNames(
  description: RouteDescription,
  integrations: readonly Integration[],
): RouteDescription {
  const extra = integrations.map(
    ({ name, extraNames }) => [name, extraNames(description.annotations)] as const,
  );
  return { ...description, extraNames: Object.fromEntries(extra.filter(([, names]) => names.length > 0)) };
}
