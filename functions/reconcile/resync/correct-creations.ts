/**
 * The second look of a resync that has created children from its lists: routes may have changed or opted out since, and
 * somebody else may have taken up what a child claims.
 *
 * @module
 */
import type { RouteReference } from "../../traefik/route-description.ts";
import { routeKey } from "../../traefik/route-description.ts";
import { type Findings, type Run, reconcileLive } from "./run.ts";

/**
 * Looks live at what this resync has created and the lists of now no longer want so. What it created by mistake it takes
 * back, however much that is; everything else was decided at the first look, or has events of its own.
 */
export async function correctCreations(
  run: Run,
  { needs, deletions }: Findings,
  conflicting: readonly RouteReference[],
): Promise<void> {
  const { createdFromLists, counted, pool } = run;
  const isCreated = (route: RouteReference) => createdFromLists.has(routeKey(route));
  const differing = [
    ...needs
      .filter(({ changes }) => changes)
      .map(({ description, readsAll }) => ({ route: description.route, readsAll })),
    ...deletions,
    ...conflicting.filter(isCreated).map((route) => ({ route, readsAll: true })),
  ];
  for (const [key, { route, readsAll }] of new Map(differing.map((each) => [routeKey(each.route), each]))) {
    // The oldest of those that share a child stands for all of them.
    const isConcerned = isCreated(route) || readsAll;
    if (!isConcerned || counted.has(key)) continue;
    const blocks = isCreated(route) ? {} : ({ blocksDeletions: "configured" } as const);
    await pool.add(async () => void (await reconcileLive(run, route, { readsAll, ...blocks })));
  }
  await pool.drain();
}
