/**
 * One namespace of a resync: which routes need work, and which children have lost their route. Pure.
 *
 * @module
 */
import type { Integration } from "../../integrations/integration.ts";
import type { KubernetesObject } from "../../kubernetes/objects.ts";
import type { Problem } from "../../problem.ts";
import type { RouteDescription, RouteReference } from "../../traefik/route-description.ts";
import { type Claimant, claimedHosts, rankOf } from "../plan/host-claims.ts";
import { keepsChild, mayHaveChild, unshadowed } from "../plan/members.ts";
import { isSelected } from "../plan/opt-out.ts";
import { isOfInstance, owningRoutes } from "../plan/ownership.ts";
import { type Plan, type PlanSetting, planChild, type Step } from "../plan/plan.ts";
import { isReadyFor } from "../plan/readiness.ts";
import { compareAge, isSharing, planGroup, type SharingIntegration } from "../plan/shared.ts";
import type { ReconcileContext } from "../route/context.ts";

/** A child none of whose owners is among the listed routes. Only live 404s of the owners make it an orphan. */
export interface Stray {
  readonly integration: Integration;
  readonly child: KubernetesObject;
  readonly owners: readonly RouteReference[];
}

/**
 * What a route needs. `creations` may be written as they are, for they can overwrite nothing. Everything else was
 * planned on lists of different versions and only means: look at that route live.
 */
export interface RouteNeed {
  readonly description: RouteDescription;
  readonly creations: readonly Creation[];
  readonly needsLook: boolean;
  readonly deletes: number;
  /** Several routes or children are concerned. */
  readonly thorough: boolean;
  readonly problems: readonly Problem[];
}

export interface Creation {
  readonly integration: Integration;
  readonly step: Extract<Step, { action: "create" }>;
}

export interface NamespaceCensus {
  readonly needs: readonly RouteNeed[];
  readonly strays: readonly Stray[];
  /** Children of this installation seen here. */
  readonly children: number;
  /** Each host that a route wants, and how good its claim is. */
  readonly claims: readonly (readonly [host: string, claimant: Claimant])[];
}

export interface ListedRoute {
  readonly description: RouteDescription;
  /** It is being deleted: garbage collection removes its children, and nothing is made for it any more. */
  readonly terminating: boolean;
}

export interface CensusInput {
  readonly namespace: string;
  readonly routes: readonly ListedRoute[];
  /** Our labelled children, of every installation; an integration whose list failed is left out. */
  readonly children: ReadonlyMap<Integration, readonly KubernetesObject[]>;
  /** An integration whose dependencies could not be read is left out. */
  readonly dependencies: ReadonlyMap<Integration, Dependencies>;
}

type Dependencies = ReadonlyMap<string, KubernetesObject | null>;
type CensusContext = Pick<
  ReconcileContext,
  "integrations" | "selector" | "instance" | "onOptOut" | "refuseHost"
>;

/** A plan and the route to which it is put down. */
interface Finding {
  readonly description: RouteDescription;
  readonly integration: Integration;
  readonly plan: Plan;
  readonly thorough: boolean;
}

export function takeCensus(
  context: CensusContext,
  { namespace, routes, children, dependencies }: CensusInput,
): NamespaceCensus {
  const known = new Set(routes.map(({ description }) => keyOf(description.route)));
  const living = unshadowed(
    routes.flatMap(({ description, terminating }) => (terminating ? [] : [description])),
  );
  const isReady = readinessOf(context, children);
  const findings: Finding[] = [];
  const strays: Stray[] = [];
  let count = 0;
  for (const [integration, objects] of children) {
    const given = dependencies.get(integration);
    if (given === undefined) continue;
    findings.push(
      ...(isSharing(integration)
        ? findShared(context, integration, living, objects, settingOf(context, given, namespace))
        : findOwn(context, integration, living, objects, (description) =>
            settingOf(context, given, namespace, isReady(integration, description)),
          )),
    );
    const mine = objects.filter((child) => isOfInstance(child, context.instance));
    strays.push(...mine.flatMap((child) => strayOf(integration, child, known)));
    count += mine.length;
  }
  const claims = claimsOf(context, living, children);
  return { needs: needsOf(context, living, findings), strays, children: count, claims };
}

function settingOf(
  { instance, onOptOut, refuseHost }: CensusContext,
  dependencies: Dependencies,
  namespace: string,
  othersReady = true,
): PlanSetting {
  const refuseName = (name: string) => refuseHost(namespace, name);
  const mayName = (host: string) => refuseName(host) === null;
  return { instance, onOptOut, facts: { dependencies, mayName, refuseName, othersReady } };
}

/** Tells whether what other integrations make for a route is ready; looked up only for those that wait. */
function readinessOf(context: CensusContext, children: CensusInput["children"]) {
  const byOwner = new Map<Integration, Map<string, KubernetesObject[]>>();
  const childrenOf = (integration: Integration, { route }: RouteDescription) => {
    const known = byOwner.get(integration) ?? groupByOwner(children.get(integration) ?? []);
    byOwner.set(integration, known);
    return known.get(keyOf(route)) ?? [];
  };
  return (integration: Integration, description: RouteDescription): boolean =>
    !integration.waitsForOthers ||
    context.integrations.every(
      (other) =>
        other === integration || isReadyFor(context, other, description, childrenOf(other, description)),
    );
}

function groupByOwner(children: readonly KubernetesObject[]): Map<string, KubernetesObject[]> {
  const byOwner = new Map<string, KubernetesObject[]>();
  for (const child of children) {
    for (const owner of owningRoutes(child)) {
      const key = keyOf(owner);
      byOwner.set(key, [...(byOwner.get(key) ?? []), child]);
    }
  }
  return byOwner;
}

/** Each route has a child for itself. */
function findOwn(
  { selector }: CensusContext,
  integration: Integration,
  routes: readonly RouteDescription[],
  children: readonly KubernetesObject[],
  settingFor: (description: RouteDescription) => PlanSetting,
): Finding[] {
  const byName = new Map(children.map((child) => [child.metadata.name, child]));
  return routes.map((description) => {
    const live = byName.get(integration.childName(description.route)) ?? null;
    const optedOut = !mayHaveChild(description, selector, integration.name);
    const plan = planChild({ integration, description, live, optedOut }, settingFor(description));
    return { description, integration, plan, thorough: false };
  });
}

/** Each claim has a child; its plan is put down to the oldest member or, where none is left, to a former owner. */
function findShared(
  context: CensusContext,
  integration: SharingIntegration,
  routes: readonly RouteDescription[],
  children: readonly KubernetesObject[],
  setting: PlanSetting,
): Finding[] {
  const { selector } = context;
  const { claim } = integration;
  const eligible = routes.filter((description) => mayHaveChild(description, selector, integration.name));
  const keeps = (description: RouteDescription) => keepsChild(context, description, integration.name);
  const keeping = routes.filter(keeps);
  const claimants = eligible.filter((description) => !keeps(description));
  const members = Map.groupBy(claimants, (description) => claim.wantedBy(description));
  const holders = Map.groupBy(children, ({ spec }) => claim.of(spec));
  const byName = new Map(children.map((child) => [child.metadata.name, child]));
  const byRoute = new Map(routes.map((description) => [keyOf(description.route), description]));
  return [...new Set([...members.keys(), ...holders.keys()])].flatMap((name) => {
    if (name === null) return [];
    const group = {
      claim: name,
      members: members.get(name) ?? [],
      keeping,
      holders: holders.get(name) ?? [],
      occupantOf: (child: string) => byName.get(child) ?? null,
      moving: null,
    };
    const description = [...group.members].sort(compareAge)[0] ?? formerOwner(group.holders, byRoute);
    if (description === null) return [];
    const thorough = group.members.length > 1 || group.holders.length > 1;
    const plans = planGroup(integration, group, setting);
    const problems = plans.flatMap((plan) => plan.problems);
    // The write is one route's affair, what is wrong is told on each, as at their events.
    const others = group.members.filter((member) => member !== description);
    return [
      ...plans.map((plan) => ({ description, integration, plan, thorough })),
      ...others.map((member) => ({
        description: member,
        integration,
        plan: { step: { action: "none" as const }, problems },
        thorough: false,
      })),
    ];
  });
}

function formerOwner(
  holders: readonly KubernetesObject[],
  byRoute: ReadonlyMap<string, RouteDescription>,
): RouteDescription | null {
  const owners = holders.flatMap(owningRoutes).flatMap((owner) => byRoute.get(keyOf(owner)) ?? []);
  return owners[0] ?? null;
}

function claimsOf(
  { selector, instance }: CensusContext,
  routes: readonly RouteDescription[],
  children: CensusInput["children"],
): NamespaceCensus["claims"] {
  const carriers = new Map<string, { child: KubernetesObject; names: readonly string[] }[]>();
  for (const [integration, objects] of children) {
    for (const child of objects) {
      if (!isOfInstance(child, instance)) continue;
      const named = { child, names: integration.names(child.spec) };
      for (const owner of owningRoutes(child)) {
        const known = carriers.get(keyOf(owner));
        if (known === undefined) carriers.set(keyOf(owner), [named]);
        else known.push(named);
      }
    }
  }
  return routes.flatMap((description) => {
    if (!isSelected(description, selector)) return [];
    const { route } = description;
    const own = carriers.get(keyOf(route)) ?? [];
    return [...claimedHosts(description, own)].map(
      (host) => [host, { route, rank: rankOf(description, host, own) }] as const,
    );
  });
}

function needsOf(
  { selector }: CensusContext,
  routes: readonly RouteDescription[],
  findings: readonly Finding[],
): readonly RouteNeed[] {
  const byRoute = Map.groupBy(
    findings.filter(({ plan }) => plan.step.action !== "none" || plan.problems.length > 0),
    ({ description }) => description,
  );
  return routes.flatMap((description) => {
    const own = isSelected(description, selector) ? description.problems : [];
    const plans = byRoute.get(description) ?? [];
    return own.length === 0 && plans.length === 0 ? [] : [needOf(description, own, plans)];
  });
}

function needOf(
  description: RouteDescription,
  own: readonly Problem[],
  findings: readonly Finding[],
): RouteNeed {
  const steps = findings.map(({ plan }) => plan.step.action);
  return {
    description,
    creations: findings.flatMap(({ integration, plan: { step } }) =>
      step.action === "create" ? [{ integration, step }] : [],
    ),
    needsLook: steps.includes("update") || steps.includes("delete"),
    deletes: steps.filter((action) => action === "delete").length,
    thorough: findings.some(({ thorough }) => thorough),
    problems: [...own, ...findings.flatMap(({ plan }) => plan.problems)],
  };
}

function strayOf(integration: Integration, child: KubernetesObject, known: ReadonlySet<string>): Stray[] {
  if (child.metadata.deletionTimestamp !== undefined) return [];
  const owners = owningRoutes(child);
  return owners.some((owner) => known.has(keyOf(owner))) ? [] : [{ integration, child, owners }];
}

function keyOf({ group, kind, name }: RouteReference): string {
  return `${group}/${kind}/${name}`;
}
