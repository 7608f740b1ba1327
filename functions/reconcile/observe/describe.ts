/**
 * Route objects to descriptions, and what besides the route itself has a say in them: its namespace and the host
 * policy. The RE2 port is loaded only where a rule needs it.
 *
 * @module
 */
import { capProblems } from "../../cap-problems.ts";
import type { Integration } from "../../integrations/integration.ts";
import type { KubernetesObject } from "../../kubernetes/objects.ts";
import { inPieces, Pace } from "../../pace.ts";
import type { Problem } from "../../problem.ts";
import { parseRouteInSteps, routesNeedRegexp } from "../../traefik/ingress-route.ts";
import type { RouteDescription } from "../../traefik/route-description.ts";
import type { CompileRegexp } from "../../traefik/rule/regexp.ts";
import type { RuleSyntax } from "../../traefik/rule/syntax.ts";
import { annotationProblems, namespaceProblems } from "../plan/annotation-problems.ts";
import { withoutHosts } from "../plan/host-policy.ts";
import { isIgnored, withNamespaceOptOut } from "../plan/opt-out.ts";
import { unshadowed } from "../plan/shadowed.ts";

const NO_REGEXP: CompileRegexp = () => null;

export interface DescribeContext {
  readonly integrations: readonly Integration[];
  readonly defaultRuleSyntax: RuleSyntax;
  readonly loadRegexp: () => Promise<CompileRegexp>;
  /** Why the namespace may not have the host; null where it may. */
  readonly refuseHost: (namespace: string, host: string) => Problem | null;
}

/** Describes a route object as the API server sent it. Never throws for what a user wrote. */
export async function describeRoute(
  { integrations, defaultRuleSyntax, loadRegexp, refuseHost }: DescribeContext,
  object: KubernetesObject,
  namespaceAnnotations: Readonly<Record<string, string>>,
  /** Of work that describes several. */
  pace = new Pace(),
): Promise<RouteDescription> {
  const compileRegexp = routesNeedRegexp(object) ? await loadRegexp() : NO_REGEXP;
  const extraNames = (annotations: RouteDescription["annotations"]) => namesOf(annotations, integrations);
  const options = { compileRegexp, defaultRuleSyntax, extraNames };
  const parsed = await inPieces(parseRouteInSteps(object, options), pace);
  const { namespace } = parsed.route;
  const named = withNamespaceOptOut(parsed, namespaceAnnotations);
  const allowed = withoutHosts(named, (host) => refuseHost(namespace, host));
  const problems = [
    ...allowed.problems,
    ...annotationProblems(parsed.annotations, integrations),
    ...namespaceProblems(namespaceAnnotations, namespace, integrations),
    ...checks(named, integrations),
  ];
  return problems.length === 0 ? allowed : { ...allowed, problems: capProblems(problems) };
}

/**
 * Routes as they count: described, without those that give way to a namesake of the current group. `optOuts` are
 * annotations of namespaces; one that is not there has none that matter.
 */
export async function describeRoutes(
  context: DescribeContext,
  objects: readonly KubernetesObject[],
  optOuts: ReadonlyMap<string, Readonly<Record<string, string>>>,
  pace = new Pace(),
): Promise<readonly RouteDescription[]> {
  const described: RouteDescription[] = [];
  for (const object of objects) {
    const annotations = optOuts.get(object.metadata.namespace ?? "") ?? {};
    described.push(await describeRoute(context, object, annotations, pace));
  }
  const counting = unshadowed(described);
  await pace.pause();
  return counting;
}

/** What each integration finds wrong with what the route asks of it, unless the route wants nothing of it. */
function checks(description: RouteDescription, integrations: readonly Integration[]): readonly Problem[] {
  if (description.undecidable) return [];
  return integrations.flatMap((integration) =>
    isIgnored(description, integration.name) ? [] : integration.check(description),
  );
}

function namesOf(
  annotations: RouteDescription["annotations"],
  integrations: readonly Integration[],
): RouteDescription["extraNames"] {
  const extra: Record<string, readonly string[]> = {};
  for (const { name, extraNames } of integrations) {
    const names = extraNames(annotations);
    if (names.length > 0) extra[name] = names;
  }
  return extra;
}
