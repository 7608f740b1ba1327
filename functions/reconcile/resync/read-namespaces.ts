/**
 * The reading half of a resync: every kind listed side by side, joined, and taken census of.
 *
 * @module
 */
import type { Integration } from "../../integrations/integration.ts";
import { KindNotServedError } from "../../kubernetes/errors.ts";
import type { KubernetesObject, ResourceDefinition } from "../../kubernetes/objects.ts";
import { routeResources } from "../../traefik/resources.ts";
import { retryReport } from "../apply/report.ts";
import { effectOf } from "../effect.ts";
import { describeRoute } from "../observe/describe.ts";
import { listByNamespace, type NamespaceObjects } from "../observe/listing.ts";
import { readDependencies, readOptOuts } from "../observe/view.ts";
import { MANAGED_BY_SELECTOR } from "../plan/ownership.ts";
import { settle } from "../result.ts";
import { type JoinedNamespace, joinByNamespace, type Part } from "./join.ts";
import { type ListedRoute, type NamespaceCensus, takeCensus } from "./route-needs.ts";
import type { Run } from "./run.ts";

type Listed = ListedRoute | KubernetesObject;

/** False where the routes could not be listed to the end: then nothing may be deleted. */
export async function readNamespaces(run: Run): Promise<boolean> {
  const kinds = routeResources(run.context.selector.legacyGroup);
  // The lists need not wait for these: each round trip counts where nothing is to be done.
  const reading = Promise.all([dependenciesOf(run), optOutsOf(run)]);
  const optOutsRead = reading.then(([, read]) => read ?? new Map<string, Readonly<Record<string, string>>>());
  const listings = [
    ...kinds.map((resource) => listRoutes(run, resource, optOutsRead)),
    ...run.integrations.map(({ resource }) => listChildren(run, resource)),
  ];
  const failed = new Set<Integration>();
  for await (const joined of joinByNamespace(listings)) {
    const [dependencies, optOuts] = await reading;
    if (optOuts === null) return false;
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
    run.memory.check(joined.parts.reduce((sum, part) => sum + (part.ok ? part.items.length : 0), 0));
  }
  return (await reading)[1] !== null;
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
  optOuts: Promise<ReadonlyMap<string, Readonly<Record<string, string>>>>,
): AsyncIterable<NamespaceObjects<Listed>> {
  const { context, options, tally } = run;
  return listByNamespace(context.client, { resource, namespace: options.namespace }, async (object) => {
    tally.routes++;
    const terminating = object.metadata.deletionTimestamp !== undefined;
    const annotations = (await optOuts).get(object.metadata.namespace ?? "") ?? {};
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
  run.removals.push(...census.removals);
  for (const [host, claimant] of census.claims) run.book.add(host, claimant);
  for (const need of census.needs) {
    const { deletes: count, configured, thorough, description } = need;
    if (count > 0) run.deletions.push({ route: description.route, count, configured, thorough });
    else run.needs.push(need);
  }
}
