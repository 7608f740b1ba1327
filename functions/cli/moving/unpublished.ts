/**
 * Names that are published from somewhere else, before and after a move: from external-dns' other sources, and by
 * DNSEndpoints that no route has.
 *
 * @module
 */
import type { Configuration } from "../../config/configuration.ts";
import type { Integration } from "../../integrations/integration.ts";
import type { KubernetesObject, ResourceDefinition } from "../../kubernetes/objects.ts";
import { listAll } from "../../reconcile/observe/listing.ts";
import { routeResources } from "../../traefik/resources.ts";
import type { RouteDescription } from "../../traefik/route-description.ts";
import type { OpenCluster } from "../cluster/cluster.ts";
import { namesAfter, type Unpublished } from "../cluster/leftovers.ts";
import { whereReadable } from "../cluster/reader.ts";
import { describeAll } from "../cluster/snapshot.ts";
import type { RecordedWrite } from "../cluster/write-recorder.ts";
import { shortList } from "../terminal/words.ts";
import { type ExternalDNS, externalDNSOf } from "./former-tools.ts";
import { namesOfIngress } from "./ingresses.ts";
import { INGRESSES } from "./resources.ts";
import type { Site } from "./site.ts";
import { asksByTarget } from "./suggestions.ts";

/** DNSEndpoints that go on beside those of the routes: external-dns merges what is the same, and flaps where it is not. */
export async function besideNotes(
  { client, namespace }: Site,
  { integrations }: Configuration,
  writes: readonly RecordedWrite[],
): Promise<readonly string[]> {
  const dns = integrations.find(publishesNames);
  if (dns === undefined) return [];
  const own = writes.filter(({ resource }) => resource === dns.resource);
  const written = new Set(own.map((write) => `${write.namespace}/${write.name}`));
  const planned = own.flatMap(({ step }) => (step.action === "delete" ? [] : dns.names(step.child.spec)));
  const objects = await whereReadable(listAll(client, { resource: dns.resource, namespace }), []);
  return objects.flatMap(({ kind, metadata, spec }) => {
    const name = `${metadata.namespace}/${metadata.name}`;
    const both = written.has(name) ? [] : dns.names(spec).filter((host) => planned.includes(host));
    return both.length === 0
      ? []
      : [`${kind} ${name} publishes ${shortList(both)} too: take that out once the route's own is there`];
  });
}

/** What may publish names today besides DNSEndpoints. */
export interface Elsewhere {
  readonly routes: readonly RouteDescription[];
  readonly ingresses: readonly KubernetesObject[];
  readonly externalDNS: ExternalDNS;
  /** Whether this product has made something already. */
  readonly hasChildren: boolean;
}

/** The same for a first plan, which has no word of Deployments: to list them is nothing that a plan needs otherwise. */
export async function readUnpublished(
  cluster: OpenCluster,
  writes: readonly RecordedWrite[],
): Promise<readonly Unpublished[]> {
  const { reader, configuration, namespace } = cluster;
  const { client } = reader;
  const list = (resource: ResourceDefinition) => whereReadable(listAll(client, { resource, namespace }), []);
  const objects = await Promise.all(routeResources(configuration.selector).map(list));
  const elsewhere = {
    routes: await describeAll(cluster, objects.flat()),
    ingresses: await list(INGRESSES),
    externalDNS: externalDNSOf([]),
    hasChildren: false,
  };
  return await unpublishedOf({ client, namespace }, configuration, elsewhere, writes);
}

/** They vanish on the day that the source, or the Ingress, is taken away. */
export async function unpublishedOf(
  { client, namespace }: Pick<Site, "client" | "namespace">,
  { integrations }: Pick<Configuration, "integrations">,
  elsewhere: Elsewhere,
  writes: readonly RecordedWrite[],
): Promise<readonly Unpublished[]> {
  const dns = integrations.find(publishesNames);
  if (dns === undefined) return [];
  const objects = await whereReadable(listAll(client, { resource: dns.resource, namespace }), []);
  const own = writes.filter(({ resource }) => resource === dns.resource);
  const after = namesAfter(dns, objects, own);
  const published = [...ofTraefikSource(elsewhere, dns), ...ofIngresses(elsewhere)];
  return published.flatMap(({ by, names }) => {
    const left = [...new Set(names)].filter((name) => !after.has(name)).sort();
    return left.length === 0 ? [] : [{ by, names: left }];
  });
}

/** Where nothing is known of external-dns and nothing is moved yet, that source may be in use. */
function ofTraefikSource(
  { routes, externalDNS, hasChildren }: Elsewhere,
  { name }: Integration,
): readonly Unpublished[] {
  const isInUse = externalDNS.sources.includes("traefik-proxy") || (!externalDNS.isThere && !hasChildren);
  if (!isInUse) return [];
  const names = routes
    .filter(asksByTarget)
    .flatMap(({ hosts, extraNames }) => [...hosts, ...(extraNames[name] ?? [])]);
  return [{ by: "external-dns' source traefik-proxy", names }];
}

/** Of those that a route has something in common with: others are not about to be moved. */
function ofIngresses({ ingresses, routes }: Elsewhere): readonly Unpublished[] {
  const hosts = new Set(routes.flatMap((description) => description.hosts));
  const secrets = new Set(routes.map(({ route, tls }) => `${route.namespace}/${tls?.secretName}`));
  return ingresses.flatMap((ingress) => {
    const { namespace, name } = ingress.metadata;
    const names = namesOfIngress(ingress);
    const isMoving =
      names.hosts.some((host) => hosts.has(host)) ||
      names.secretNames.some((secretName) => secrets.has(`${namespace}/${secretName}`));
    return isMoving ? [{ by: `Ingress ${namespace}/${name}`, names: names.hosts }] : [];
  });
}

function publishesNames({ nameSharing }: Integration): boolean {
  return nameSharing !== undefined;
}
