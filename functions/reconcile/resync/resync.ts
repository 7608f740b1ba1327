/**
 * A full resync: repairs whatever was missed and removes orphans. It lists every kind once, side by side, joins
 * them by namespace, and writes only where something differs; where nothing does, it writes nothing.
 *
 * @module
 */
import { randomUUID } from "node:crypto";
import type { Integration } from "../../integrations/integration.ts";
import { KindNotServedError } from "../../kubernetes/errors.ts";
import type { KubernetesObject, ResourceDefinition } from "../../kubernetes/objects.ts";
import { resourceOfRoute, routeResources } from "../../traefik/resources.ts";
import type { RouteReference } from "../../traefik/route-description.ts";
import type { ReconcileContext } from "../context.ts";
import { describeRoute } from "../describe.ts";
import { changeEffect, effectOf } from "../effect.ts";
import { ClaimBook } from "../host-claims.ts";
import { logRoute } from "../log-route.ts";
import { readDependencies, readOptOuts } from "../observe.ts";
import { MANAGED_BY_SELECTOR } from "../ownership.ts";
import { type Report, retryReport } from "../report.ts";
import { settle } from "../result.ts";
import { type RouteOptions, reconcileRoute } from "../route.ts";
import { type ListedRoute, type NamespaceCensus, type RouteNeed, type Stray, takeCensus } from "./census.ts";
import { createChildren } from "./create-children.ts";
import { heldProblem, isHeld } from "./deletions.ts";
import { BATCH_SIZE, spread } from "./hand-out.ts";
import { HeldClaims } from "./held-claims.ts";
import { type JoinedNamespace, joinByNamespace, type Part } from "./join.ts";
import { listByNamespace, type NamespaceObjects } from "./listing.ts";
import { Pool, ROUTES_AT_ONCE } from "./pool.ts";
import { Tally } from "./tally.ts";

export interface ResyncOptions {
  /** Null: all namespaces. */
  readonly namespace: string | null;
  /** Only these, where not all are concerned. */
  readonly integrations?: readonly Integration[];
  readonly confirmDeletions: boolean;
}

/** Never throws for API errors: what could not be done is in the tally's `retry` and `problems`. */
export async function resync(context: ReconcileContext, options: ResyncOptions): Promise<Tally> {
  const run: Run = {
    context,
    options,
    integrations: options.integrations ?? context.integrations,
    pool: new Pool(ROUTES_AT_ONCE),
    tally: new Tally(),
    needs: [],
    deletions: [],
    strays: [],
    book: new ClaimBook(),
    losers: [],
  };
  const complete = await readNamespaces(run);
  const settled = withClaims(run);
  await meetNeeds(settled);
  if (complete) await deleteUnwanted(settled);
  return run.tally;
}

interface Run {
  readonly context: ReconcileContext;
  readonly options: ResyncOptions;
  readonly integrations: readonly Integration[];
  readonly pool: Pool;
  readonly tally: Tally;
  /** Routes that need something written, once it is known who holds which host. */
  readonly needs: RouteNeed[];
  /** Routes that no longer want a child they have: last, and only as the brake allows. */
  readonly deletions: Deletion[];
  readonly strays: Stray[];
  readonly book: ClaimBook;
  /** Routes that want a host that another namespace holds. */
  readonly losers: readonly RouteReference[];
}

interface Deletion {
  readonly route: RouteReference;
  readonly count: number;
  readonly thorough: boolean;
}

type Listed = ListedRoute | KubernetesObject;

/** False where the routes could not be listed to the end: then nothing may be deleted. */
async function readNamespaces(run: Run): Promise<boolean> {
  const kinds = routeResources(run.context.selector.legacyGroup);
  const [dependencies, optOuts] = await Promise.all([dependenciesOf(run), optOutsOf(run)]);
  if (optOuts === null) return false;
  const listings = [
    ...kinds.map((resource) => listRoutes(run, resource, optOuts)),
    ...run.integrations.map(({ resource }) => listChildren(run, resource)),
  ];
  const failed = new Set<Integration>();
  for await (const joined of joinByNamespace(listings)) {
    const routes = joined.parts.slice(0, kinds.length);
    if (!routesAreKnown(run, routes as Part<ListedRoute>[])) return false;
    const children = childrenByIntegration(run, joined, kinds.length, failed);
    const census = takeCensus(run.context, {
      namespace: joined.namespace,
      routes: routes.flatMap((part) => (part.ok ? (part.items as ListedRoute[]) : [])),
      children,
      dependencies,
    });
    note(run, census);
  }
  return true;
}

/** Annotations of the namespaces that opt out; null where they could not be read. */
async function optOutsOf({ context, options, tally }: Run) {
  const read = await settle(readOptOuts(context.client, options.namespace));
  if (read.ok) return read.value;
  const effect = effectOf(read.error, "namespaces");
  tally.add(effect.raced ? retryReport(read.error.message) : effect);
  return null;
}

/** What the integrations need for every route; one whose dependencies cannot be read is left out and told. */
async function dependenciesOf(run: Run) {
  const read = new Map<Integration, ReadonlyMap<string, KubernetesObject | null>>();
  await Promise.all(
    run.integrations.map(async (integration) => {
      const result = await settle(readDependencies(run.context.client, integration));
      if (result.ok) read.set(integration, result.value);
      else run.tally.add(effectOf(result.error, integration.name));
    }),
  );
  return read;
}

function listRoutes(
  run: Run,
  resource: ResourceDefinition,
  optOuts: ReadonlyMap<string, Readonly<Record<string, string>>>,
): AsyncIterable<NamespaceObjects<Listed>> {
  const { context, options, tally } = run;
  return listByNamespace(context.client, { resource, namespace: options.namespace }, async (object) => {
    tally.routes++;
    const terminating = object.metadata.deletionTimestamp !== undefined;
    const annotations = optOuts.get(object.metadata.namespace ?? "") ?? {};
    return { description: await describeRoute(context, object, annotations), terminating };
  });
}

function listChildren(run: Run, resource: ResourceDefinition): AsyncIterable<NamespaceObjects<Listed>> {
  const scope = { resource, namespace: run.options.namespace, labelSelector: MANAGED_BY_SELECTOR };
  return listByNamespace(run.context.client, scope, (object) => object);
}

/** A kind of route that is not served has none; any other failure means that routes are missing from the list. */
function routesAreKnown(run: Run, parts: readonly Part<ListedRoute>[]): boolean {
  for (const part of parts) {
    if (part.ok || part.error instanceof KindNotServedError) continue;
    const { error } = part;
    run.context.log.error({ err: error }, "routes could not be listed to the end; nothing is deleted");
    const effect = effectOf(error, "routes");
    run.tally.add(effect.raced ? retryReport(error.message) : effect);
    return false;
  }
  return true;
}

/** An integration whose list broke off is left out from there on; the others go on. */
function childrenByIntegration(
  run: Run,
  joined: JoinedNamespace<Listed>,
  offset: number,
  failed: Set<Integration>,
): ReadonlyMap<Integration, readonly KubernetesObject[]> {
  const children = new Map<Integration, readonly KubernetesObject[]>();
  run.integrations.forEach((integration, index) => {
    const part = joined.parts[offset + index] as Part<KubernetesObject>;
    if (part.ok) {
      children.set(integration, part.items);
    } else if (!failed.has(integration)) {
      failed.add(integration);
      run.context.log.warn(
        { integration: integration.name, err: part.error },
        "children could not be listed",
      );
      const effect = effectOf(part.error, integration.name);
      run.tally.add(effect.raced ? retryReport(part.error.message) : effect);
    }
  });
  return children;
}

function note(run: Run, census: NamespaceCensus): void {
  run.tally.children += census.children;
  run.strays.push(...census.strays);
  for (const [host, claimant] of census.claims) run.book.add(host, claimant);
  for (const need of census.needs) {
    const { deletes: count, thorough, description } = need;
    if (count > 0) run.deletions.push({ route: description.route, count, thorough });
    else run.needs.push(need);
  }
}

/** From here on a host that another namespace holds is refused; its routes are looked at whatever else they need. */
function withClaims(run: Run): Run {
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

async function meetNeeds(run: Run): Promise<void> {
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
      now: Date.now(),
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
    await lookAt(run, need.description.route, { thorough: need.thorough });
    return;
  }
  logRoute(context.log, need.description.route, report);
  tally.add(report);
}

/** A route that has lost all its hosts has children to lose too, and those count like all other deletions. */
async function lookAtLoser(run: Run, route: RouteReference): Promise<void> {
  const { held } = await lookAt(run, route, { holdDeletions: true, thorough: true });
  if (held > 0) run.deletions.push({ route, count: held, thorough: true });
}

async function lookAt(
  run: Run,
  route: RouteReference,
  options: Pick<RouteOptions, "holdDeletions" | "thorough">,
): Promise<Report> {
  const { context, integrations, tally } = run;
  const report = await reconcileRoute(context, route, { hint: null, integrations, ...options });
  logRoute(context.log, route, report);
  tally.add(report);
  return report;
}

/** Orphans, and children that their route no longer wants; none of them if they are suspiciously many. */
async function deleteUnwanted(run: Run): Promise<void> {
  const { context, tally, pool, deletions, options } = run;
  const orphans = await findOrphans(run);
  const wanted = orphans.length + deletions.reduce((sum, { count }) => sum + count, 0);
  const held = isHeld(wanted, tally.children, options.confirmDeletions);
  if (held) {
    tally.held = wanted;
    const problem = heldProblem(wanted, tally.children);
    context.log.error({ reason: problem.reason, held: wanted, children: tally.children }, problem.message);
  }
  // One at a time in a namespace: two that leave for one claim must not both take it there.
  for (const left of Map.groupBy(deletions, ({ route }) => route.namespace).values()) {
    await pool.add(async () => {
      for (const { route, thorough } of left) await lookAt(run, route, { holdDeletions: held, thorough });
    });
  }
  for (const orphan of held ? [] : orphans) await pool.add(() => deleteOrphan(run, orphan));
  await pool.drain();
}

/** The lists are of different versions, so a child without a listed owner is an orphan only if its owners are live 404s. */
async function findOrphans(run: Run): Promise<readonly Stray[]> {
  const orphans: Stray[] = [];
  for (const stray of run.strays) {
    await run.pool.add(async () => {
      const gone = await Promise.all(stray.owners.map((owner) => isGone(run, owner)));
      if (gone.every(Boolean)) orphans.push(stray);
    });
  }
  await run.pool.drain();
  return orphans;
}

async function isGone(run: Run, route: RouteReference): Promise<boolean> {
  const result = await settle(run.context.client.get({ resource: resourceOfRoute(route), ...route }));
  if (!result.ok) run.tally.add(effectOf(result.error, `${route.kind} ${route.name}`));
  return result.ok && result.value === null;
}

async function deleteOrphan(run: Run, { integration, child }: Stray): Promise<void> {
  const step = { action: "delete", live: child } as const;
  const { namespace = "" } = child.metadata;
  const result = await settle(run.context.execute(integration.resource, namespace, step));
  // Whoever changed it in between has seen it live; the next resync looks again.
  run.tally.add(result.ok ? changeEffect(integration, step) : effectOf(result.error, integration.name));
}
