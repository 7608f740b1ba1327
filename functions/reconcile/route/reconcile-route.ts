/**
 * Reconciles one route: read the live objects, describe, desire, plan, apply, tell. Level-triggered: whatever the
 * event said, only what the API server answers now counts.
 *
 * @module
 */

import type { Integration } from "../../integrations/integration.ts";
import type { KubernetesObject } from "../../kubernetes/objects.ts";
import type { RouteDescription, RouteReference } from "../../traefik/route-description.ts";
import type { ChangeHint } from "../../work.ts";
import { type Change, type Report, retryReport } from "../apply/report.ts";
import { CALM, changeEffect, combine, type Effect, effectOf, problemEffect } from "../effect.ts";
import { describeRoute } from "../observe/describe.ts";
import { checkGuard } from "../observe/guard.ts";
import { type ChildObservation, type Observation, observe } from "../observe/view.ts";
import { isSelected } from "../plan/opt-out.ts";
import { isOfInstance, isOwnedBy } from "../plan/ownership.ts";
import type { Plan } from "../plan/plan.ts";
import { areOthersReady } from "../plan/readiness.ts";
import { planRoute, type RouteState } from "../plan-route.ts";
import { type Result, settle } from "../result.ts";
import { shadowed } from "../shadowed.ts";
import { withoutClaimed } from "../strict-claims.ts";
import type { ReconcileContext } from "./context.ts";

/** How often a race with another writer is answered by observing again before the sender is asked to wait. */
const MAX_OBSERVATIONS = 5;

export interface RouteOptions {
  readonly hint: ChangeHint | null;
  /** Only these, where not all are concerned. */
  readonly integrations?: readonly Integration[];
  /** A resync whose deletions are held back writes everything else. */
  readonly holdDeletions?: boolean;
  /** A resync has seen that several routes or children are concerned, which the route alone may not show. */
  readonly thorough?: boolean;
  /** Other namespaces' hosts are refused, as with `hostClaims: strict`. */
  readonly checkClaims?: boolean;
}

/** Brings the children of one route to what the route and the configuration say. Never throws for API errors. */
export async function reconcileRoute(
  context: ReconcileContext,
  route: RouteReference,
  options: RouteOptions,
): Promise<Report> {
  const integrations = options.integrations ?? context.integrations;
  const changes: Change[] = [];
  for (let attempt = 0; attempt < MAX_OBSERVATIONS; attempt++) {
    const observation = await observe(context.client, route, integrations, options.hint);
    const report = await reconcileObserved(context, route, observation, options);
    changes.push(...report.changes);
    if (!report.raced) return { ...report, changes };
  }
  return { ...retryReport("other writers were faster each time"), changes };
}

async function reconcileObserved(
  context: ReconcileContext,
  route: RouteReference,
  observation: Observation,
  options: RouteOptions,
): Promise<Effect> {
  const { route: read, shadow, namespaceAnnotations: annotations } = observation;
  if (!read.ok) return effectOf(read.error, `${route.kind} ${route.name}`);
  if (!shadow.ok) return effectOf(shadow.error, `${route.kind} ${route.name}`);
  if (!annotations.ok) return effectOf(annotations.error, `Namespace ${route.namespace}`);
  // Garbage collection removes the children of a route that is being deleted.
  if (read.value?.metadata.deletionTimestamp !== undefined) return CALM;

  const checksClaims = context.hostClaims === "strict" || options.checkClaims === true;
  const described = await describe(context, read.value, annotations.value, observation, checksClaims);
  if (!described.ok) return effectOf(described.error, `host claims`);
  const description = described.value;
  if (description !== null && shadow.value !== null) {
    return tell(context, description, problemEffect([shadowed(description)]));
  }
  const effects = await Promise.all(
    [...observation.children].map(async ([integration, child]) => {
      const state = {
        route,
        description,
        namespaceAnnotations: annotations.value,
        othersReady: await areOthersReady(context, integration, description, observation),
        thorough: options.thorough === true,
        checksClaims,
      };
      return reconcileChildren(context, integration, state, child, options);
    }),
  );
  if (description === null) return combine(effects);
  const own = isSelected(description, context.selector) ? description.problems : [];
  return tell(context, description, combine([problemEffect(own), ...effects]));
}

/** The route as its namespace, the host policy and, where that is asked for at once, other claims leave it. */
async function describe(
  context: ReconcileContext,
  object: KubernetesObject | null,
  namespaceAnnotations: Readonly<Record<string, string>>,
  observation: Observation,
  checksClaims: boolean,
): Promise<Result<RouteDescription | null>> {
  if (object === null) return { ok: true, value: null };
  const description = await describeRoute(context, object, namespaceAnnotations);
  if (!checksClaims || !isSelected(description, context.selector)) return { ok: true, value: description };
  const own = childrenOf(context, observation, description.route);
  const read = await withoutClaimed(context, [description], own);
  return read.ok ? { ok: true, value: read.value[0] ?? null } : read;
}

function childrenOf(
  { instance }: ReconcileContext,
  { children }: Observation,
  route: RouteReference,
): readonly KubernetesObject[] {
  return [...children.values()]
    .flatMap(({ live, listed }) => [
      ...(live.ok && live.value !== null ? [live.value] : []),
      ...(listed.ok ? listed.value : []),
    ])
    .filter((child) => isOfInstance(child, instance) && isOwnedBy(child, route));
}

/** One integration of one route; its errors stay its own. */
async function reconcileChildren(
  context: ReconcileContext,
  integration: Integration,
  state: RouteState,
  observed: ChildObservation,
  options: RouteOptions,
): Promise<Effect> {
  const planned = await planRoute(context, integration, state, observed);
  if (!planned.ok) return effectOf(planned.error, integration.name);
  const effects: Effect[] = [];
  // One after the other: what takes over a claim is written before what gives it up goes.
  for (const plan of planned.value) {
    effects.push(await carryOut(context, integration, state.route.namespace, plan, options));
  }
  return combine(effects);
}

async function carryOut(
  context: ReconcileContext,
  integration: Integration,
  namespace: string,
  { step, problems }: Plan,
  options: RouteOptions,
): Promise<Effect> {
  const told = problemEffect(problems);
  if (step.action === "none") return told;
  if (step.action === "delete" && options.holdDeletions) return { ...told, held: 1 };
  const refused = await checkGuard(context, integration, namespace, step);
  if (!refused.ok) return combine([told, effectOf(refused.error, integration.name)]);
  if (refused.value !== null) return problemEffect([...problems, refused.value]);
  const written = await settle(context.execute(integration.resource, namespace, step));
  return combine([
    told,
    written.ok ? changeEffect(integration, step) : effectOf(written.error, integration.name),
  ]);
}

/** Events come after the children and never change the answer. A race is told once it is settled. */
async function tell(
  context: ReconcileContext,
  description: RouteDescription,
  effect: Effect,
): Promise<Effect> {
  await context.events.record(description, effect.changes, effect.raced ? [] : effect.problems);
  return effect;
}
