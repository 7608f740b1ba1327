/**
 * The writing half of a resync: what was found missing or different, here or on other replicas.
 *
 * @module
 */
import { randomUUID } from "node:crypto";
import { Pace } from "../../pace.ts";
import { type RouteReference, routeKey } from "../../traefik/route-description.ts";
import { readHostClaims } from "../observe/host-claims.ts";
import { owningRoutes } from "../plan/ownership.ts";
import type { ReconcileContext } from "../route/context.ts";
import { logRoute } from "../route/log-route.ts";
import { createChildren } from "./create-children.ts";
import { fanOut, ROUTE_BATCH_SIZE } from "./fan-out.ts";
import type { ReadNamespaces } from "./read-namespaces.ts";
import type { RouteNeed } from "./route-needs.ts";
import { type Deletion, type Findings, type Run, reconcileLive } from "./run.ts";
import { TakenResources } from "./taken-resources.ts";

/** Who is refused which host, from here on. */
export interface Refusals {
  readonly context: ReconcileContext;
  /** Routes that claim a host which another namespace holds; they are reconciled whatever else they need. */
  readonly conflicting: readonly RouteReference[];
}

/**
 * From here on a host that another namespace holds is refused. A resync that does not see everything asks the cluster
 * first, but only if it is to write anything.
 *
 * @throws KubernetesError the claims could not be read
 */
export async function refuseClaimedHosts(
  { context, options }: Run,
  { findings, isComplete }: ReadNamespaces,
): Promise<Refusals> {
  const { namespace, integrations } = options;
  if (context.hostClaims === "off") return { context, conflicting: [] };
  const seesAll = isComplete && namespace === null && integrations === undefined;
  // Who asks about one namespace does not wait for all of them, unless every event does.
  if (namespace !== null && context.hostClaims !== "strict") return { context, conflicting: [] };
  if (!seesAll && findings.needs.length === 0) return { context, conflicting: [] };
  const claims = seesAll ? findings.claims : await readHostClaims(context);
  const conflicting = claims
    .conflicting()
    .filter((route) => namespace === null || route.namespace === namespace);
  if (conflicting.length === 0) return { context, conflicting };
  const refuseHost: ReconcileContext["refuseHost"] = (namespace, host) =>
    context.refuseHost(namespace, host) ?? claims.refuse(namespace, host);
  return { context: { ...context, refuseHost }, conflicting };
}

/** Writes for the routes that need it; answers with the deletions that come later. */
export async function writeNeeds(
  run: Run,
  findings: Findings,
  conflicting: readonly RouteReference[],
): Promise<readonly Deletion[]> {
  const { pool, context, summary } = run;
  const isConflicting = new Set(conflicting.map(routeKey));
  const needs = findings.needs.filter(({ description }) => !isConflicting.has(routeKey(description.route)));
  const deletions = findings.deletions.filter(({ route }) => !isConflicting.has(routeKey(route)));
  const takenIn = new Map<string, TakenResources>();
  const write = (need: RouteNeed): Promise<void> => {
    const { namespace } = need.description.route;
    const taken = takenIn.get(namespace) ?? new TakenResources(context.client, namespace);
    takenIn.set(namespace, taken);
    return pool.add(() => writeNeed(run, need, taken, deletions));
  };
  // A batch says nothing about a route but its name, so what concerns several routes stays here.
  let here: readonly RouteNeed[] = needs;
  const single = needs.filter((need) => !readsOthers(need));
  const { sendRouteBatch } = context;
  if (sendRouteBatch !== null && single.length > ROUTE_BATCH_SIZE) {
    const byRoute = new Map(single.map((need) => [need.description.route, need]));
    summary.fannedOut += await fanOut([...byRoute.keys()], {
      run: randomUUID(),
      now: context.now,
      sendRouteBatch,
      workOff: async (routes) => {
        for (const need of routes.flatMap((route) => byRoute.get(route) ?? [])) await write(need);
        await pool.drain();
      },
    });
    here = needs.filter(readsOthers);
  }
  for (const route of conflicting) {
    await pool.add(async () => {
      // A route that has lost all its hosts has children to lose too, and those count like all other deletions.
      const { blocked } = await reconcileLive(run, route, { blocksDeletions: "all", readsAll: true });
      if (blocked > 0) deletions.push({ route, count: blocked, configured: 0, readsAll: true });
    });
  }
  // What is put down instead of made never waits for anything.
  const pace = new Pace();
  for (const need of here) {
    const pause = pace.pause();
    if (pause !== null) await pause;
    await write(need);
  }
  await pool.drain();
  return deletions;
}

function readsOthers({ readsAll, readsNames }: RouteNeed): boolean {
  return readsAll || readsNames;
}

async function writeNeed(
  run: Run,
  need: RouteNeed,
  taken: TakenResources,
  deletions: Deletion[],
): Promise<void> {
  const { context, summary } = run;
  const { report, hasWritten } = need.changes
    ? { report: null, hasWritten: false }
    : await createChildren(context, need, taken);
  if (hasWritten) for (const route of ownersOf(need)) run.createdFromLists.add(routeKey(route));
  if (report === null) {
    for (const route of routesOf(context, need)) {
      // What has become unwanted since the lists were read counts like all other deletions.
      const { readsAll, readsNames } = need;
      const options = { blocksDeletions: "configured", readsAll, readsNames } as const;
      const { deferred } = await reconcileLive(run, route, options);
      const count = deferred.length;
      if (count > 0) deletions.push({ route, count, configured: count, readsAll: need.readsAll });
    }
    return;
  }
  logRoute(context.log, need.description.route, report);
  summary.add(report);
}

/**
 * The route that the need is put down to. Where DNS waits for children, also those that would have shared the child
 * that could not be made: they may have nothing to wait for.
 */
function routesOf({ integrations }: ReconcileContext, need: RouteNeed) {
  const { route } = need.description;
  if (!integrations.some(({ waitsForOthers }) => waitsForOthers)) return [route];
  const sharers = ownersOf(need);
  return [route, ...sharers.filter(({ kind, name }) => kind !== route.kind || name !== route.name)];
}

/** The routes that are to own what is to be created. */
function ownersOf({ creations }: RouteNeed): readonly RouteReference[] {
  return creations.flatMap(({ plan: { step } }) =>
    step.action === "create" ? owningRoutes(step.child) : [],
  );
}
