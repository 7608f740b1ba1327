/**
 * The plans of one integration for one route, with whatever further reading they need.
 *
 * @module
 */
import type { Integration } from "../integrations/integration.ts";
import type { KubernetesObject } from "../kubernetes/objects.ts";
import type { RouteDescription, RouteReference } from "../traefik/route-description.ts";
import { type ChildObservation, listNamespace } from "./observe/view.ts";
import { keepsChild, mayHaveChild, readMembers } from "./plan/members.ts";
import { isOfInstance, owningRoutes } from "./plan/ownership.ts";
import { type Plan, type PlanSetting, planChild } from "./plan/plan.ts";
import { decide, isSharing, type SharingIntegration } from "./plan/shared.ts";
import { type Result, settle } from "./result.ts";
import type { ReconcileContext } from "./route/context.ts";
import { withoutClaimed } from "./strict-claims.ts";

export interface RouteState {
  readonly route: RouteReference;
  /** Null where the route is gone. */
  readonly description: RouteDescription | null;
  readonly namespaceAnnotations: Readonly<Record<string, string>>;
  /** The children of the other integrations are ready. */
  readonly othersReady: boolean;
  /** Several routes or children are known to be concerned. */
  readonly thorough: boolean;
  /** Hosts that another namespace holds are refused at once. */
  readonly checksClaims: boolean;
}

/** What is to be written, in this order; the error of a read without which that cannot be said. */
export async function planRoute(
  context: ReconcileContext,
  integration: Integration,
  state: RouteState,
  observed: ChildObservation,
): Promise<Result<readonly Plan[]>> {
  for (const read of [observed.live, observed.dependencies, observed.listed]) if (!read.ok) return read;
  const live = readValue(observed.live);
  if (isSharing(integration)) return planShared(context, integration, state, observed);
  const { description } = state;
  const setting = settingOf(context, state, observed);
  if (description === null) return { ok: true, value: leftovers(context, state.route, live) };
  const optedOut = !mayHaveChild(description, context.selector, integration.name);
  const plan = planChild({ integration, description, live, optedOut }, setting);
  return { ok: true, value: [plan] };
}

async function planShared(
  context: ReconcileContext,
  integration: SharingIntegration,
  state: RouteState,
  observed: ChildObservation,
): Promise<Result<readonly Plan[]>> {
  const { route, description, namespaceAnnotations, thorough } = state;
  const { client, selector, onOptOut } = context;
  const eligible = description !== null && mayHaveChild(description, selector, integration.name);
  if (description !== null && !eligible && onOptOut === "keep") return { ok: true, value: [] };
  const found = [readValue(observed.live), ...readValue(observed.listed)].filter((child) => child !== null);
  const known = unique(found).filter((child) => description !== null || isOfThatRoute(child, route));
  let children: readonly KubernetesObject[] | null = null;
  let routes: readonly RouteDescription[] | null = null;
  while (true) {
    const decision = decide({
      integration,
      description,
      route,
      eligible,
      wanted: eligible ? integration.claim.wantedBy(description) : null,
      known,
      children,
      routes,
      thorough,
      keeps: (candidate) => keepsChild(context, candidate, integration.name),
      setting: settingOf(context, state, observed),
    });
    if ("plans" in decision) return { ok: true, value: decision.plans };
    if (decision.missing === "children") {
      const read = await (observed.siblings ??
        settle(listNamespace(client, integration.resource, route.namespace)));
      if (!read.ok) return read;
      children = read.value;
    } else {
      const read = await readMembers(context, route.namespace, integration.name, namespaceAnnotations);
      if (!read.ok) return read;
      const allowed = state.checksClaims
        ? await withoutClaimed(context, read.value, ours(context, children ?? known))
        : read;
      if (!allowed.ok) return allowed;
      routes = allowed.value;
    }
  }
}

function settingOf(
  { instance, onOptOut, refuseHost }: ReconcileContext,
  { route, othersReady }: RouteState,
  observed: ChildObservation,
): PlanSetting {
  const refuseName = (name: string) => refuseHost(route.namespace, name);
  const mayName = (host: string) => refuseName(host) === null;
  return {
    instance,
    onOptOut,
    facts: { dependencies: readValue(observed.dependencies), mayName, refuseName, othersReady },
  };
}

/** The route is gone: what garbage collection has not removed yet, and is ours and of that very route, goes. */
function leftovers(
  { instance }: ReconcileContext,
  route: RouteReference,
  live: KubernetesObject | null,
): readonly Plan[] {
  if (live === null || live.metadata.deletionTimestamp !== undefined) return [];
  if (!isOfInstance(live, instance) || !isOfThatRoute(live, route)) return [];
  return [{ step: { action: "delete", live }, problems: [] }];
}

/** Unlike elsewhere the API group counts: when one route is gone, its namesake of the other group may live on. */
function isOfThatRoute(child: KubernetesObject, { kind, name, group }: RouteReference): boolean {
  return owningRoutes(child).some(
    (owner) => owner.kind === kind && owner.name === name && owner.group === group,
  );
}

function unique(children: readonly KubernetesObject[]): readonly KubernetesObject[] {
  return [...new Map(children.map((child) => [child.metadata.name, child])).values()];
}

function ours({ instance }: ReconcileContext, children: readonly KubernetesObject[]) {
  return children.filter((child) => isOfInstance(child, instance));
}

/** Of a read that is known to have succeeded. */
function readValue<T>(result: Result<T>): T {
  if (!result.ok) throw new TypeError("a failed read has no value");
  return result.value;
}
