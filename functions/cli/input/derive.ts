/**
 * What the function would do with routes, without a cluster: the same descriptions and children. Pure.
 *
 * @module
 */
import { capProblems } from "../../cap-problems.ts";
import type { Desired, Integration, ObservedState } from "../../integrations/integration.ts";
import type { KubernetesObject } from "../../kubernetes/objects.ts";
import type { Steps } from "../../pace.ts";
import type { Problem } from "../../problem.ts";
import { compareAge } from "../../reconcile/plan/age.ts";
import { buildChild } from "../../reconcile/plan/child/child.ts";
import type { DecidedNames } from "../../reconcile/plan/names/decide-names.ts";
import { isIgnored, isSelected, type Selector } from "../../reconcile/plan/opt-out.ts";
import { shadowed, unshadowed } from "../../reconcile/plan/shadowed.ts";
import { LEGACY_GROUP, type RouteKinds } from "../../traefik/resources.ts";
import type { RouteDescription } from "../../traefik/route-description.ts";
import { placeOf, type Surroundings } from "./beside.ts";
import { decideForAll } from "./derive-names.ts";
import { inOrder } from "./problem-order.ts";

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
  /** In the order of the fields; notes too. */
  readonly problems: readonly Problem[];
}

/** With where the route comes from. */
export interface LocatedDerivation extends Derivation {
  readonly origin: string;
  /** Null where it comes from a cluster. */
  readonly file: string | null;
}

export interface Deriver {
  readonly integrations: readonly Integration[];
  readonly selector: Selector & RouteKinds;
  readonly dependencies: ObservedState["dependencies"];
  /** Why the namespace may not have the name; null where it may. */
  readonly refuseHost: (namespace: string, name: string) => Problem | null;
  readonly surroundings: Surroundings;
}

/**
 * Derives the children of each route; routes that name the same shared resource share a child, as they would in a
 * cluster.
 */
export function* derive(
  descriptions: readonly RouteDescription[],
  deriver: Deriver,
): Steps<readonly Derivation[]> {
  const served = unshadowed(descriptions).filter(
    (description) => notServed(description, deriver.selector) === null,
  );
  const isServed = new Set(served);
  const decided = yield* decideForAll(deriver.integrations, served, (description) =>
    factsFor(description, deriver),
  );
  const groups = new Map(
    deriver.integrations.map((integration) => [integration, groupsOf(served, integration)]),
  );
  const derivations: Derivation[] = [];
  for (const description of descriptions) {
    const childOf = (integration: Integration) =>
      deriveChild(
        description,
        groups.get(integration)?.get(description) ?? [description],
        integration,
        deriver,
        decided.get(integration)?.get(description),
      );
    derivations.push(
      isServed.has(description)
        ? derivationOf(description, deriver.integrations.map(childOf))
        : unserved(description, deriver),
    );
    yield;
  }
  return derivations;
}

function derivationOf(
  description: RouteDescription,
  derived: readonly (DerivedChild & { readonly problems: readonly Problem[] })[],
): Derivation {
  return {
    description,
    children: derived.map(({ integration, child, why }) => ({ integration, child, why })),
    problems: capProblems(
      inOrder([
        ...description.problems,
        ...notesOf(description),
        ...derived.flatMap(({ problems }) => problems),
      ]),
    ),
  };
}

/** What is worth knowing of the route itself. */
export function notesOf({ notes }: RouteDescription): readonly Problem[] {
  return notes.map((note) => ({ ...note, note: true }));
}

/** Why the route is none of this installation's; null where it is one. */
export function notServed(
  { route, ingressClass }: RouteDescription,
  selector: Deriver["selector"],
): string | null {
  if (route.group === LEGACY_GROUP && !selector.legacyGroup) {
    return `the route is of ${LEGACY_GROUP}, which selector.legacyGroup leaves out`;
  }
  if (!selector.udp && route.kind === "IngressRouteUDP") return "selector.udp is false";
  if (isSelected({ ingressClass }, selector)) return null;
  return `the route is of class ${ingressClass ?? "none"}, not ${selector.ingressClass}`;
}

/** What is wrong with a route that nobody looks at is nobody's business, but that a namesake hides it. */
function unserved(description: RouteDescription, { integrations, selector }: Deriver): Derivation {
  const left = notServed(description, selector);
  const why = left ?? "a namesake in traefik.io counts";
  return {
    description,
    children: integrations.map((integration) => ({ integration, child: null, why })),
    problems: left === null ? [shadowed(description)] : [],
  };
}

function deriveChild(
  description: RouteDescription,
  members: Members,
  integration: Integration,
  deriver: Deriver,
  decided: DecidedNames | undefined,
): DerivedChild & { readonly problems: readonly Problem[] } {
  const none = (why: string, problems: readonly Problem[] = []) => ({
    integration,
    child: null,
    why,
    problems,
  });
  if (isIgnored(description, integration.name)) return none("the route opts out by annotation");
  if (description.undecidable) return none(whyUndecidable(description));
  const [first, ...others] = members;
  const merged =
    others.length === 0 || integration.sharedResource === null
      ? first
      : integration.sharedResource.merge([first, ...others]);
  const desired = integration.desiredState(merged, {
    child: null,
    ...factsFor(description, deriver),
    ...(decided === undefined ? {} : { followed: { before: new Set(), now: decided.followed } }),
  });
  if (desired.kind !== "present") return none(reasonFor(desired, description), desired.problems);
  const problems = [
    ...(integration.sharedResource?.contradictions([first, ...others]) ?? []),
    ...desired.problems,
    ...(decided?.problems ?? []),
  ];
  const child = buildChild(integration, merged, desired, null);
  const place = placeOf(integration, members, child, deriver.surroundings);
  if ("problem" in place) return none(place.why, [place.problem]);
  if (first !== description) {
    return none(`shared with ${first.route.kind} ${first.route.name}`, problems);
  }
  const named = { ...child, metadata: { ...child.metadata, name: place.name } };
  return { integration, child: named, why: null, problems };
}

function factsFor(
  { route: { namespace } }: RouteDescription,
  { dependencies, refuseHost }: Deriver,
): Omit<ObservedState, "child"> {
  return {
    dependencies,
    refuseName: (name) => refuseHost(namespace, name),
    othersReady: true,
  };
}

/** The routes that share a child, the one that names it first. */
type Members = readonly [RouteDescription, ...RouteDescription[]];

/** The routes that share a child with others or may, each with all of them. */
function groupsOf(
  served: readonly RouteDescription[],
  { name, sharedResource }: Integration,
): ReadonlyMap<RouteDescription, Members> {
  const groups = Map.groupBy(served, (description) => {
    const wanted = isIgnored(description, name) ? null : (sharedResource?.requestedBy(description) ?? null);
    return wanted === null ? null : `${description.route.namespace}/${wanted}`;
  });
  groups.delete(null);
  return new Map(
    [...groups.values()].flatMap((group) => {
      const members = group.sort(compareAge) as unknown as Members;
      return members.map((member) => [member, members] as const);
    }),
  );
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
