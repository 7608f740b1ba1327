/**
 * Names that are published from somewhere else, before and after a move: from external-dns' other sources, and by
 * DNSEndpoints that no route has.
 *
 * @module
 */
import type { Configuration } from "../../config/configuration.ts";
import type { Integration } from "../../integrations/integration.ts";
import { listAll } from "../../reconcile/observe/listing.ts";
import { namesAfter } from "../cluster/leftovers.ts";
import { whereReadable } from "../cluster/reader.ts";
import type { RecordedWrite } from "../cluster/write-recorder.ts";
import { shortList } from "../terminal/words.ts";
import type { Findings } from "./findings.ts";
import { namesOfIngress } from "./ingresses.ts";
import type { Site } from "./site.ts";
import { asksByTarget } from "./suggestions.ts";
import type { Survey } from "./survey.ts";

export interface Unpublished {
  /** Such as `Ingress shop/wiki`. */
  readonly by: string;
  readonly names: readonly string[];
}

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

/** They vanish on the day that the source, or the Ingress, is taken away. */
export async function unpublishedOf(
  { client, namespace }: Site,
  { integrations }: Configuration,
  survey: Survey,
  findings: Findings,
  writes: readonly RecordedWrite[],
): Promise<readonly Unpublished[]> {
  const dns = integrations.find(publishesNames);
  if (dns === undefined) return [];
  const objects = await whereReadable(listAll(client, { resource: dns.resource, namespace }), []);
  const own = writes.filter(({ resource }) => resource === dns.resource);
  const after = namesAfter(dns, objects, own);
  const published = [...ofTraefikSource(findings, dns), ...ofIngresses(survey, findings)];
  return published.flatMap(({ by, names }) => {
    const left = [...new Set(names)].filter((name) => !after.has(name)).sort();
    return left.length === 0 ? [] : [{ by, names: left }];
  });
}

/** Where nothing is known of external-dns and nothing is moved yet, that source may be in use. */
function ofTraefikSource(
  { routes, externalDNS, ours }: Findings,
  { name }: Integration,
): readonly Unpublished[] {
  const isInUse =
    externalDNS.sources.includes("traefik-proxy") || (!externalDNS.isThere && ours.length === 0);
  if (!isInUse) return [];
  const names = routes
    .filter(asksByTarget)
    .flatMap(({ hosts, extraNames }) => [...hosts, ...(extraNames[name] ?? [])]);
  return [{ by: "external-dns' source traefik-proxy", names }];
}

/** Of those that a route has something in common with: others are not about to be moved. */
function ofIngresses({ ingresses }: Survey, { routes, groups }: Findings): readonly Unpublished[] {
  const hosts = new Set(routes.flatMap((description) => description.hosts));
  const secrets = new Set(groups.map(({ namespace, secretName }) => `${namespace}/${secretName}`));
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
