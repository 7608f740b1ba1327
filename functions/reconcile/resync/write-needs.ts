/**
 * The writing half of a resync: what was found missing or different, here or on other replicas.
 *
 * @module
 */
import { randomUUID } from "node:crypto";
import type { RouteReference } from "../../traefik/route-description.ts";
import { owningRoutes } from "../plan/ownership.ts";
import type { ReconcileContext } from "../route/context.ts";
import { logRoute } from "../route/log-route.ts";
import { createChildren } from "./create-children.ts";
import { BATCH_SIZE, fanOut } from "./fan-out.ts";
import { HeldClaims } from "./held-claims.ts";
import type { RouteNeed } from "./route-needs.ts";
import { type Deletion, type Findings, keyOfRoute, type Run, reconcileLive } from "./run.ts";

/** From here on a host that another namespace holds is refused; its routes are reconciled whatever else they need. */
export function refuseClaimedHosts(
  { context, options }: Run,
  { claims }: Findings,
): { readonly context: ReconcileContext; readonly conflicting: readonly RouteReference[] } {
  const decides = options.namespace === null && context.hostClaims !== "off";
  const conflicting = decides ? claims.conflicting() : [];
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
  createsFromLists: boolean,
): Promise<readonly Deletion[]> {
  const { pool, context, summary } = run;
  const isConflicting = new Set(conflicting);
  const needs = findings.needs.filter(({ description }) => !isConflicting.has(description.route));
  const unwanted = findings.deletions.filter(({ route }) => !isConflicting.has(route));
  // What this very resync has created by mistake it takes back, however much that is.
  const isMistake = ({ route }: Deletion) => !createsFromLists && run.createdFromLists.has(keyOfRoute(route));
  const [mistakes, deletions] = [unwanted.filter(isMistake), unwanted.filter((each) => !isMistake(each))];
  for (const { route, readsAll } of mistakes) {
    await pool.add(async () => void (await reconcileLive(run, route, { readsAll })));
  }
  const held = new Map<string, HeldClaims>();
  const write = (need: RouteNeed): Promise<void> => {
    const { namespace } = need.description.route;
    const claims = held.get(namespace) ?? new HeldClaims(context.client, namespace);
    held.set(namespace, claims);
    return pool.add(() => writeNeed(run, need, claims, createsFromLists, deletions));
  };
  // A batch says nothing about a route but its name, so what concerns several routes stays here.
  let here: readonly RouteNeed[] = needs;
  const single = needs.filter((need) => !readsOthers(need));
  if (context.handOut !== null && single.length > BATCH_SIZE) {
    const byRoute = new Map(single.map((need) => [need.description.route, need]));
    summary.handedOut += await fanOut([...byRoute.keys()], {
      run: randomUUID(),
      now: context.now,
      handOut: context.handOut,
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
  for (const need of here) await write(need);
  await pool.drain();
  return deletions;
}

function readsOthers({ readsAll, readsNames }: RouteNeed): boolean {
  return readsAll || readsNames;
}

async function writeNeed(
  run: Run,
  need: RouteNeed,
  claims: HeldClaims,
  createsFromLists: boolean,
  deletions: Deletion[],
): Promise<void> {
  const { context, summary } = run;
  const key = keyOfRoute(need.description.route);
  const isTold = !need.changes && (need.creations.length === 0 || run.refused.has(key));
  // What the first look has told need not be told again.
  if (isTold && !createsFromLists) return;
  const writesFromLists = createsFromLists && !need.changes;
  const { report, hasWritten } = writesFromLists
    ? await createChildren(context, need, claims)
    : { report: null, hasWritten: false };
  if (hasWritten) run.createdFromLists.add(key);
  else if (report !== null) run.refused.add(key);
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
function routesOf({ integrations }: ReconcileContext, { description, creations }: RouteNeed) {
  const { route } = description;
  if (!integrations.some(({ waitsForOthers }) => waitsForOthers)) return [route];
  const sharers = creations.flatMap(({ plan: { step } }) =>
    step.action === "create" ? owningRoutes(step.child) : [],
  );
  return [route, ...sharers.filter(({ kind, name }) => kind !== route.kind || name !== route.name)];
}
