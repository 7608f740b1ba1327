/**
 * What the function would do with routes, without a cluster: the same descriptions and children. Pure.
 *
 * @module
 */
import { capProblems } from "../../cap-problems.ts";
import type { Desired, Facts, Integration } from "../../integrations/integration.ts";
import type { KubernetesObject } from "../../kubernetes/objects.ts";
import type { Problem } from "../../problem.ts";
import { buildChild } from "../../reconcile/plan/child.ts";
import { isIgnored, isSelected, type Selector } from "../../reconcile/plan/opt-out.ts";
import { compareAge } from "../../reconcile/plan/shared.ts";
import type { RouteKinds } from "../../traefik/resources.ts";
import type { RouteDescription } from "../../traefik/route-description.ts";

/** A child that a route has, or why it has none. */
export interface DerivedChild {
  readonly integration: Integration;
  readonly child: KubernetesObject | null;
  /** Null where there is a child of the route's own. */
  readonly why: string | null;
}

export interface Derivation {
  readonly description: RouteDescription;
  readonly children: readonly DerivedChild[];
  readonly problems: readonly Problem[];
}

export interface Deriver {
  readonly integrations: readonly Integration[];
  readonly selector: Selector & RouteKinds;
  readonly dependencies: Facts["dependencies"];
  /** Why the namespace may not have the name; null where it may. */
  readonly refuseHost: (namespace: string, name: string) => Problem | null;
}

/** Derives the children of each route; routes that claim the same child share it, as they would in a cluster. */
export function derive(descriptions: readonly RouteDescription[], deriver: Deriver): readonly Derivation[] {
  return descriptions.map((description) => {
    const derived = deriver.integrations.map((integration) =>
      deriveChild(description, descriptions, integration, deriver),
    );
    return {
      description,
      children: derived,
      problems: capProblems([...description.problems, ...derived.flatMap(({ problems }) => problems)]),
    };
  });
}

function deriveChild(
  description: RouteDescription,
  all: readonly RouteDescription[],
  integration: Integration,
  { selector, dependencies, refuseHost }: Deriver,
): DerivedChild & { readonly problems: readonly Problem[] } {
  const none = (why: string, problems: readonly Problem[] = []) => ({
    integration,
    child: null,
    why,
    problems,
  });
  const left = leftOut(description, selector, integration);
  if (left !== null) return none(left);
  if (description.undecidable) return none(whyUndecidable(description));
  const [first, ...others] = membersWith(description, all, selector, integration);
  const merged =
    others.length === 0 || integration.claim === null ? first : integration.claim.merge([first, ...others]);
  const desired = integration.desire(merged, {
    child: null,
    dependencies,
    mayName: (host) => refuseHost(description.route.namespace, host) === null,
    refuseName: (name) => refuseHost(description.route.namespace, name),
    othersReady: true,
  });
  if (desired.kind !== "present") return none(reasonFor(desired, description), desired.problems);
  const problems = [...(integration.claim?.contradictions([first, ...others]) ?? []), ...desired.problems];
  const child = buildChild(integration, merged, desired, null);
  const shared = first === description ? null : `shared with ${first.route.kind} ${first.route.name}`;
  return { integration, child: shared === null ? child : null, why: shared, problems };
}

function leftOut(
  description: RouteDescription,
  selector: Selector & RouteKinds,
  { name }: Integration,
): string | null {
  const { route } = description;
  if (!selector.udp && route.kind === "IngressRouteUDP") return "selector.udp is false";
  if (!isSelected(description, selector)) {
    return `the route is of class ${description.ingressClass ?? "none"}, not ${selector.ingressClass}`;
  }
  return isIgnored(description, name) ? "the route opts out by annotation" : null;
}

/** The routes that share the child, the one that names it first; the route alone where nothing is shared. */
function membersWith(
  description: RouteDescription,
  all: readonly RouteDescription[],
  selector: Selector & RouteKinds,
  integration: Integration,
): readonly [RouteDescription, ...RouteDescription[]] {
  const claim = integration.claim?.wantedBy(description) ?? null;
  const members = all.filter(
    (other) =>
      claim !== null &&
      other.route.namespace === description.route.namespace &&
      leftOut(other, selector, integration) === null &&
      integration.claim?.wantedBy(other) === claim,
  );
  const [first, ...rest] = [...members].sort(compareAge);
  return first === undefined ? [description] : [first, ...rest];
}

function whyUndecidable({ notes }: RouteDescription): string {
  return notes.some(({ reason }) => reason === "ParentRefs")
    ? "the route has parents and names no host itself; what exists stays"
    : "what the route wants cannot be decided; what exists stays";
}

function reasonFor(desired: Desired, { route, hosts, tls }: RouteDescription): string {
  if (desired.kind === "absent" && desired.why !== undefined) return desired.why;
  if (desired.kind === "unchanged") return "it cannot be decided; what exists stays";
  if (route.kind === "IngressRouteUDP") return "UDP has neither hosts nor TLS; only an annotation names it";
  if (hosts.length === 0) return "no rule gives a usable host";
  if (tls === null) return "the route has no spec.tls";
  if (tls.passthrough) return "TLS is passed through";
  return tls.certResolver === null
    ? "spec.tls has no secretName"
    : `Traefik gets the certificate itself (certResolver ${tls.certResolver})`;
}
