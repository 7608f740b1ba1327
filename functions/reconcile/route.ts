/**
 * Reconciles one route: read the live objects, describe, desire, plan, apply, tell. Level-triggered: whatever the
 * event said, only what the API server answers now counts.
 *
 * @module
 */
import type { ChangeHint } from "../cloudevents/work.ts";
import type { Integration } from "../integrations/integration.ts";
import type { KubernetesObject } from "../kubernetes/objects.ts";
import type { Problem } from "../problem.ts";
import { parseRoute, routesNeedRegexp } from "../traefik/ingress-route.ts";
import type { RouteDescription, RouteReference } from "../traefik/route-description.ts";
import { applyStep } from "./apply.ts";
import { checkClaim } from "./claim.ts";
import { consequenceOf } from "./consequence.ts";
import type { ReconcileContext } from "./context.ts";
import { type ChildObservation, type Observation, observe } from "./observe.ts";
import { isIgnored, isSelected } from "./opt-out.ts";
import { controllingRoute, judge, routeOfOwner } from "./ownership.ts";
import { planChild, type Step } from "./plan.ts";
import { type Change, mergeReports, NOTHING_TO_DO, type Report, retryReport } from "./report.ts";
import { settle } from "./result.ts";

/** How often a race with another writer is answered by observing again before the sender is asked to wait. */
const MAX_OBSERVATIONS = 5;

export interface RouteOptions {
  readonly hint: ChangeHint | null;
  /** Only these, where not all are concerned. */
  readonly integrations?: readonly Integration[];
  /** A resync whose deletions are held back writes everything else. */
  readonly holdDeletions?: boolean;
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

/** Describes a route object; loads the RE2 port only where a rule needs it. */
export async function describeRoute(
  context: Pick<ReconcileContext, "loadRegexp">,
  object: KubernetesObject,
): Promise<RouteDescription> {
  const compileRegexp = routesNeedRegexp(object) ? await context.loadRegexp() : NO_REGEXP;
  return parseRoute(object, { compileRegexp });
}

const NO_REGEXP = () => null;

/** A report, or a race with another writer: then nothing is settled and the objects must be read again. */
export interface Effect extends Report {
  readonly raced: boolean;
}

const RACED: Effect = { ...NOTHING_TO_DO, raced: true };
const CALM: Effect = { ...NOTHING_TO_DO, raced: false };

async function reconcileObserved(
  context: ReconcileContext,
  route: RouteReference,
  observation: Observation,
  options: RouteOptions,
): Promise<Effect> {
  const { route: read, shadow } = observation;
  if (!read.ok) return effectOf(consequenceOf(read.error, `${route.kind} ${route.name}`));
  if (!shadow.ok) return effectOf(consequenceOf(shadow.error, `${route.kind} ${route.name}`));
  if (read.value === null) return removeLeftovers(context, route, observation);
  // Garbage collection removes the children of a route that is being deleted.
  if (read.value.metadata.deletionTimestamp !== undefined) return CALM;

  const description = await describeRoute(context, read.value);
  if (shadow.value !== null) return tell(context, description, shadowed(description));
  const effects = await Promise.all(
    [...observation.children].map(([integration, child]) =>
      reconcileChild(context, integration, description, child, options),
    ),
  );
  const own = isSelected(description, context.selector) ? description.problems : [];
  return tell(context, description, combine([{ ...CALM, problems: own }, ...effects]));
}

/** One integration of one route; its errors stay its own. */
async function reconcileChild(
  context: ReconcileContext,
  integration: Integration,
  description: RouteDescription,
  observed: ChildObservation,
  options: RouteOptions,
): Promise<Effect> {
  for (const result of [observed.live, observed.dependencies]) {
    if (!result.ok) return effectOf(consequenceOf(result.error, integration.name));
  }
  const { step, problems } = planChild({
    integration,
    description,
    live: observed.live.ok ? observed.live.value : null,
    dependencies: observed.dependencies.ok ? observed.dependencies.value : new Map(),
    instance: context.instance,
    optedOut: !isSelected(description, context.selector) || isIgnored(description, integration.name),
  });
  if (step.action === "none" || (step.action === "delete" && options.holdDeletions))
    return { ...CALM, problems };
  const claim = await checkClaim(context.client, integration, description.route, step, observed.siblings);
  if (claim.kind === "taken") return { ...CALM, problems: [...problems, claim.problem] };
  if (claim.kind === "unknown") return combine([{ ...CALM, problems }, effectOf(claim.consequence)]);
  const written = await write(context, integration, description.route.namespace, step);
  return combine([{ ...CALM, problems }, written]);
}

async function write(
  context: ReconcileContext,
  integration: Integration,
  namespace: string,
  step: Exclude<Step, { action: "none" }>,
): Promise<Effect> {
  const result = await settle(applyStep(context.client, integration.resource, namespace, step));
  if (!result.ok) return effectOf(consequenceOf(result.error, integration.name));
  return { ...CALM, changes: [changeOf(integration, step)] };
}

export function changeOf(integration: Integration, step: Exclude<Step, { action: "none" }>): Change {
  const { name } = step.action === "create" ? step.child.metadata : step.live.metadata;
  return { action: PAST_TENSE[step.action], kind: integration.resource.kind, name };
}

const PAST_TENSE = { create: "created", update: "updated", delete: "deleted" } as const;

/** The route is gone: what garbage collection has not removed yet, and is ours and of that very route, goes. */
async function removeLeftovers(
  context: ReconcileContext,
  route: RouteReference,
  observation: Observation,
): Promise<Effect> {
  const effects = [...observation.children].map(async ([integration, { live }]): Promise<Effect> => {
    if (!live.ok) return effectOf(consequenceOf(live.error, integration.name));
    const child = live.value;
    if (child === null || child.metadata.deletionTimestamp !== undefined) return CALM;
    if (judge(child, route, context.instance) !== "ours" || !isOwnedBy(child, route)) return CALM;
    return write(context, integration, route.namespace, { action: "delete", live: child });
  });
  return combine(await Promise.all(effects));
}

/** Unlike `judge`, the API group counts: the route of the other group may live on. */
function isOwnedBy(child: KubernetesObject, route: RouteReference): boolean {
  const owner = controllingRoute(child);
  return owner !== null && routeOfOwner(owner, route.namespace).group === route.group;
}

/** What an error of the API server does to a report. */
export function effectOf(consequence: ReturnType<typeof consequenceOf>): Effect {
  switch (consequence.kind) {
    case "again":
      return RACED;
    case "silent":
      return CALM;
    case "problem":
      return { ...CALM, problems: [consequence.problem] };
    case "retry":
      return { ...CALM, retry: { why: consequence.why, retryAfterSeconds: consequence.retryAfterSeconds } };
  }
}

function combine(effects: readonly Effect[]): Effect {
  return { ...mergeReports(effects), raced: effects.some(({ raced }) => raced) };
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

function shadowed(description: RouteDescription): Effect {
  const { kind, name } = description.route;
  const problem: Problem = {
    reason: "Shadowed",
    message: `${kind} ${name} exists in traefik.io too, and that one counts. Delete this one of traefik.containo.us.`,
    field: "apiVersion",
  };
  return { ...CALM, problems: [problem] };
}
