/**
 * The writing half of a resync: what the census found missing or different, here or on other instances.
 *
 * @module
 */
import { randomUUID } from "node:crypto";
import type { RouteReference } from "../../traefik/route-description.ts";
import { owningRoutes } from "../plan/ownership.ts";
import type { ReconcileContext } from "../route/context.ts";
import { logRoute } from "../route/log-route.ts";
import { createChildren } from "./create-children.ts";
import { BATCH_SIZE, spread } from "./fan-out.ts";
import { HeldClaims } from "./held-claims.ts";
import type { RouteNeed } from "./route-needs.ts";
import { lookAt, type Run } from "./run.ts";

/** From here on a host that another namespace holds is refused; its routes are looked at whatever else they need. */
export function withClaims(run: Run): Run {
  const { book, context, options } = run;
  const losers = new Set(options.namespace === null ? book.losers() : []);
  if (losers.size === 0) return run;
  const refuseHost: ReconcileContext["refuseHost"] = (namespace, host) =>
    context.refuseHost(namespace, host) ?? book.refuse(namespace, host);
  return {
    ...run,
    context: { ...context, refuseHost },
    needs: run.needs.filter(({ description }) => !losers.has(description.route)),
    deletions: run.deletions.filter(({ route }) => !losers.has(route)),
    losers: [...losers],
  };
}

/** Writes for the routes that need it; deletions come later. */
export async function meetNeeds(run: Run): Promise<void> {
  const { pool, context, tally } = run;
  const claims = new Map<string, HeldClaims>();
  const meet = (need: RouteNeed): Promise<void> => {
    const { namespace } = need.description.route;
    const held = claims.get(namespace) ?? new HeldClaims(context.client, namespace);
    claims.set(namespace, held);
    return pool.add(() => meetNeed(run, need, held));
  };
  // A batch says nothing about a route but its name, so what concerns several routes stays here.
  let here: readonly RouteNeed[] = run.needs;
  const single = run.needs.filter(({ thorough }) => !thorough);
  if (context.handOut !== null && single.length > BATCH_SIZE) {
    const byRoute = new Map(single.map((need) => [need.description.route, need]));
    tally.handedOut = await spread([...byRoute.keys()], {
      run: randomUUID(),
      now: context.now ?? Date.now,
      handOut: context.handOut,
      workOff: async (routes) => {
        for (const need of routes.flatMap((route) => byRoute.get(route) ?? [])) await meet(need);
        await pool.drain();
      },
    });
    here = run.needs.filter(({ thorough }) => thorough);
  }
  for (const route of run.losers) await pool.add(() => lookAtLoser(run, route));
  for (const need of here) await meet(need);
  await pool.drain();
}

async function meetNeed(run: Run, need: RouteNeed, claims: HeldClaims): Promise<void> {
  const { context, tally } = run;
  const report = need.needsLook ? null : await createChildren(context, need, claims);
  if (report === null) {
    for (const route of routesOf(context, need)) await lookAndDefer(run, route, need.thorough);
    return;
  }
  logRoute(context.log, need.description.route, report);
  tally.add(report);
}

/** What has become unwanted since the lists were read counts like all other deletions. */
async function lookAndDefer(run: Run, route: RouteReference, thorough: boolean): Promise<void> {
  const { deferred } = await lookAt(run, route, { holdDeletions: "configured", thorough });
  const count = deferred.length;
  if (count > 0) run.deletions.push({ route, count, configured: count, thorough });
}

/**
 * The route that the need is put down to. Where DNS waits for children, also those that would have shared the child
 * that could not be made: they may have nothing to wait for.
 */
function routesOf({ integrations }: ReconcileContext, { description, creations }: RouteNeed) {
  const { route } = description;
  if (!integrations.some(({ waitsForOthers }) => waitsForOthers)) return [route];
  const sharers = creations.flatMap(({ step }) => owningRoutes(step.child));
  return [route, ...sharers.filter(({ kind, name }) => kind !== route.kind || name !== route.name)];
}

/** A route that has lost all its hosts has children to lose too, and those count like all other deletions. */
async function lookAtLoser(run: Run, route: RouteReference): Promise<void> {
  const { held } = await lookAt(run, route, { holdDeletions: "all", thorough: true });
  if (held > 0) run.deletions.push({ route, count: held, configured: 0, thorough: true });
}
