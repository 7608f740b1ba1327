/**
 * The reading half of a resync: every kind listed side by side, joined by namespace, and planned.
 *
 * @module
 */
import type { Integration } from "../../integrations/integration.ts";
import type { KubernetesObject, ResourceDefinition } from "../../kubernetes/objects.ts";
import { inPieces, Pace } from "../../pace.ts";
import { routeResources } from "../../traefik/resources.ts";
import { reportError, reportFinalError } from "../apply/error-report.ts";
import { describeRoute } from "../observe/describe.ts";
import { listByNamespace, type NamespaceObjects } from "../observe/listing.ts";
import { isLeftOut } from "../observe/unread-kinds.ts";
import { type Annotations, type Dependencies, readDependencies, readOptOuts } from "../observe/view.ts";
import { HostClaims } from "../plan/host-claims.ts";
import { MANAGED_BY_SELECTOR } from "../plan/ownership.ts";
import { type JoinedNamespace, joinByNamespace, type Part } from "./join.ts";
import { type ListedRoute, type NamespaceNeeds, needsOfNamespace } from "./route-needs.ts";
import type { Findings, Run } from "./run.ts";

type Listed = ListedRoute | KubernetesObject;

export interface ReadNamespaces {
  readonly findings: Findings;
  /** False where the routes could not be listed to the end: then nothing may be deleted. */
  readonly isComplete: boolean;
}

export async function readNamespaces(run: Run): Promise<ReadNamespaces> {
  const findings: Findings = {
    needs: [],
    deletions: [],
    orphans: [],
    removals: [],
    claims: new HostClaims(),
    routes: 0,
    children: 0,
  };
  const kinds = routeResources(run.context.selector);
  // The lists need not wait for these: each round trip counts where nothing is to be done.
  const reading = Promise.all([dependenciesOf(run), optOutsOf(run)]);
  const optOutsRead = reading.then(([, read]) => read ?? new Map<string, Annotations>());
  const listings = [
    ...kinds.map((resource) => listRoutes(run, findings, resource, optOutsRead)),
    ...run.integrations.map(({ resource }) => listChildren(run, resource)),
  ];
  const failed = new Set<Integration>();
  const pace = new Pace();
  for await (const joined of joinByNamespace(listings)) {
    const [dependencies, optOuts] = await reading;
    if (optOuts === null) return { findings, isComplete: false };
    const routes = joined.parts.slice(0, kinds.length);
    if (!routesAreKnown(run, kinds, routes as Part<ListedRoute>[])) return { findings, isComplete: false };
    const children = childrenByIntegration(run, joined, kinds.length, failed);
    const listed = {
      namespace: joined.namespace,
      routes: routes.flatMap((part) => (part.ok ? (part.items as ListedRoute[]) : [])),
      children,
      dependencies,
    };
    const found = await inPieces(needsOfNamespace(run.context, listed), pace);
    note(findings, found);
    run.memory.check(joined.parts.reduce((sum, part) => sum + (part.ok ? part.items.length : 0), 0));
  }
  return { findings, isComplete: (await reading)[1] !== null };
}

/** Annotations of the namespaces that opt out; null where they could not be read. */
async function optOutsOf({
  context,
  options,
  summary,
}: Run): Promise<ReadonlyMap<string, Annotations> | null> {
  try {
    return await readOptOuts(context.client, options.namespace);
  } catch (error) {
    summary.add(reportFinalError(error, "namespaces"));
    return null;
  }
}

/** What the integrations need for every route; one whose dependencies cannot be read is left out and reported. */
async function dependenciesOf(run: Run): Promise<ReadonlyMap<Integration, Dependencies>> {
  const read = new Map<Integration, Dependencies>();
  await Promise.all(
    run.integrations.map(async (integration) => {
      try {
        read.set(integration, await readDependencies(run.context.client, integration));
      } catch (error) {
        run.summary.add(reportError(error, integration.name));
      }
    }),
  );
  return read;
}

function listRoutes(
  { context, options }: Run,
  findings: Findings,
  resource: ResourceDefinition,
  optOuts: Promise<ReadonlyMap<string, Annotations>>,
): AsyncIterable<NamespaceObjects<Listed>> {
  return listByNamespace(context.client, { resource, namespace: options.namespace }, async (object) => {
    findings.routes++;
    const terminating = object.metadata.deletionTimestamp !== undefined;
    const annotations = (await optOuts).get(object.metadata.namespace ?? "") ?? {};
    return { description: await describeRoute(context, object, annotations), terminating };
  });
}

function listChildren(run: Run, resource: ResourceDefinition): AsyncIterable<NamespaceObjects<Listed>> {
  const scope = { resource, namespace: run.options.namespace, labelSelector: MANAGED_BY_SELECTOR };
  return listByNamespace(run.context.client, scope, (object) => object);
}

/** A kind that is left out has no routes; any other failure means that routes are missing from the list. */
function routesAreKnown(
  run: Run,
  kinds: readonly ResourceDefinition[],
  parts: readonly Part<ListedRoute>[],
): boolean {
  for (const [index, part] of parts.entries()) {
    if (part.ok || isLeftOut(kinds[index] as ResourceDefinition, part.error)) continue;
    const { error } = part;
    run.context.log.error({ err: error }, "routes could not be listed to the end; nothing is deleted");
    run.summary.add(reportFinalError(error, "routes"));
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
      run.summary.add(reportFinalError(part.error, integration.name));
    }
  });
  return children;
}

function note(findings: Findings, found: NamespaceNeeds): void {
  findings.children += found.children;
  findings.orphans.push(...found.orphans);
  findings.removals.push(...found.removals);
  for (const hostClaim of found.claims) findings.claims.add(...hostClaim);
  for (const need of found.needs) {
    const { deletes: count, configured, readsAll, description } = need;
    if (count > 0) findings.deletions.push({ route: description.route, count, configured, readsAll });
    else findings.needs.push(need);
  }
}
