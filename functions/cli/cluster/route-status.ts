/**
 * How each route is doing: what it should have, what it has, and whether the third-party controllers have done their
 * part.
 *
 * @module
 */
import type { Integration } from "../../integrations/integration.ts";
import type { KubernetesObject } from "../../kubernetes/objects.ts";
import type { Problem } from "../../problem.ts";
import { isIgnored } from "../../reconcile/plan/opt-out.ts";
import {
  byOwner,
  classifyOwnership,
  isOfInstance,
  mayWrite,
  type Ownership,
  owningRoutes,
} from "../../reconcile/plan/ownership.ts";
import { type RouteDescription, routeName } from "../../traefik/route-description.ts";
import { type ChildProgress, progressOf } from "./child-progress.ts";
import { keptNames } from "./kept-names.ts";
import { whereReadable } from "./reader.ts";
import type { Snapshot } from "./snapshot.ts";
import type { RecordedWrite } from "./write-recorder.ts";

/**
 * `none`: not wanted, or it waits for something. `missing`, `outdated`, `surplus`: the next resync would create, change
 * or delete it. `foreign`, `released`: an object in the way that is not ours. `pending`: the third-party controller has
 * not done its part.
 */
export type ChildState =
  | "ready"
  | "pending"
  | "missing"
  | "outdated"
  | "surplus"
  | "foreign"
  | "released"
  | "opted out"
  | "none";

export interface ChildStatus {
  readonly integration: Integration;
  /** The child, or what is in its place. */
  readonly object: KubernetesObject | null;
  readonly name: string;
  readonly state: ChildState;
  /** Null where there is nothing to say. */
  readonly why: string | null;
  readonly keptNames: readonly string[];
}

export interface RouteStatus {
  readonly description: RouteDescription;
  readonly children: readonly ChildStatus[];
  readonly problems: readonly Problem[];
  /** Somebody, or some time, is needed. */
  readonly wrong: boolean;
}

const FINE: readonly ChildState[] = ["ready", "none", "opted out"];
const IN_THE_WAY: readonly Problem["reason"][] = ["NotOurs", "Released"];

/** Those in which something is wrong first, then by namespace and name. */
export async function routeStatuses(snapshot: Snapshot): Promise<readonly RouteStatus[]> {
  const index = indexOf(snapshot);
  const statuses = await Promise.all(
    snapshot.routes.map((description) => statusOf(snapshot, index, description)),
  );
  const key = ({ description: { route }, wrong }: RouteStatus) =>
    `${wrong ? 0 : 1} ${route.namespace}/${route.name} ${route.kind}`;
  return [...statuses].sort((one, other) => (key(one) < key(other) ? -1 : 1));
}

/** Children of this installation that no route has any more. */
export function orphans({ run, routes }: Snapshot): readonly RecordedWrite[] {
  const known = new Set(routes.map(({ route }) => routeName(route)));
  return run.writes.filter(
    ({ step }) =>
      step.action === "delete" && !owningRoutes(step.live).some((owner) => known.has(routeName(owner))),
  );
}

interface Index {
  readonly descriptions: ReadonlyMap<string, RouteDescription>;
  readonly problems: ReadonlyMap<string, readonly Problem[]>;
  /** By integration and route. */
  readonly children: ReadonlyMap<Integration, ReadonlyMap<string, readonly KubernetesObject[]>>;
  readonly writes: ReadonlyMap<Integration, ReadonlyMap<string, readonly RecordedWrite[]>>;
}

function indexOf({ routes, run, configuration, childrenOf, identity }: Snapshot): Index {
  const { integrations } = configuration;
  const mine = (integration: Integration) =>
    childrenOf(integration).filter((child) => isOfInstance(child, identity));
  return {
    descriptions: new Map(routes.map((description) => [routeName(description.route), description])),
    problems: Map.groupBy(run.problems, ({ route }) => (route === null ? "" : routeName(route))),
    children: new Map(integrations.map((each) => [each, byOwner(mine(each), (child) => child, routeName)])),
    writes: new Map(
      integrations.map((each) => [
        each,
        byOwner(
          run.writes.filter(({ resource }) => resource === each.resource),
          ({ step }) => (step.action === "delete" ? step.live : step.child),
          routeName,
        ),
      ]),
    ),
  };
}

async function statusOf(
  snapshot: Snapshot,
  index: Index,
  description: RouteDescription,
): Promise<RouteStatus> {
  const problems = index.problems.get(routeName(description.route)) ?? [];
  const { integrations } = snapshot.configuration;
  const children = await Promise.all(
    integrations.map((integration) => childStatus(snapshot, index, description, integration, problems)),
  );
  const wrong = problems.length > 0 || children.some(({ state }) => !FINE.includes(state));
  return { description, children, problems, wrong };
}

async function childStatus(
  snapshot: Snapshot,
  index: Index,
  description: RouteDescription,
  integration: Integration,
  problems: readonly Problem[],
): Promise<ChildStatus> {
  const key = routeName(description.route);
  const status = { integration, why: null, keptNames: [] };
  const writes = index.writes.get(integration)?.get(key) ?? [];
  const write = writes.find(({ action }) => action !== "delete") ?? writes[0];
  const child = ownChild(integration, description, index.children.get(integration)?.get(key) ?? []);
  if (write?.action === "create") {
    return { ...status, object: null, name: write.name, state: "missing" };
  }
  if (child === null)
    return { ...status, ...(await substitute(snapshot, description, integration, problems)) };
  const progress = progressOf(child, integration);
  return {
    ...status,
    object: child,
    name: child.metadata.name,
    state: stateOf(write, progress),
    why: progress.why,
    keptNames: keptNames(
      integration,
      child,
      owningRoutes(child).flatMap((owner) => index.descriptions.get(routeName(owner)) ?? []),
      snapshot.dependencies.get(integration) ?? new Map(),
    ),
  };
}

/** The child that has what the route names now, else any. */
function ownChild(
  { sharedResource }: Integration,
  description: RouteDescription,
  children: readonly KubernetesObject[],
): KubernetesObject | null {
  const wanted = sharedResource?.requestedBy(description) ?? null;
  return (
    children.find(({ spec }) => wanted !== null && sharedResource?.of(spec) === wanted) ?? children[0] ?? null
  );
}

function stateOf(write: RecordedWrite | undefined, { done }: ChildProgress): ChildState {
  if (write?.action === "delete") return "surplus";
  if (write !== undefined) return "outdated";
  return done ? "ready" : "pending";
}

/** What stands where the child would be. */
async function substitute(
  { reader, identity }: Snapshot,
  description: RouteDescription,
  integration: Integration,
  problems: readonly Problem[],
): Promise<Pick<ChildStatus, "object" | "name" | "state">> {
  const { route } = description;
  const name = integration.childName(route);
  const nothing = { object: null, name };
  if (isIgnored(description, integration.name)) return { ...nothing, state: "opted out" };
  const isTaken = problems.some(({ reason }) => reason === integration.sharedResource?.takenReason);
  if (!isTaken && !problems.some(({ reason }) => IN_THE_WAY.includes(reason))) {
    return { ...nothing, state: "none" };
  }
  const object = await read(reader.client, integration, route.namespace, name);
  const ownership: Ownership | null = object === null ? null : classifyOwnership(object, route, identity);
  if (ownership !== null && !mayWrite(ownership)) {
    return { object, name, state: ownership === "released" ? "released" : "foreign" };
  }
  return { ...nothing, state: isTaken ? "foreign" : "none" };
}

async function read(
  client: Snapshot["reader"]["client"],
  { resource }: Integration,
  namespace: string,
  name: string,
): Promise<KubernetesObject | null> {
  return await whereReadable(client.get({ resource, namespace, name }), null);
}
