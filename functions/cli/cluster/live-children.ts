/**
 * The children that a route has in a cluster, whose they are, and what would become of them.
 *
 * @module
 */
import type { Integration } from "../../integrations/integration.ts";
import type { KubernetesObject, OwnerReference } from "../../kubernetes/objects.ts";
import { listAll } from "../../reconcile/observe/listing.ts";
import { classifyOwnership, isOwnedBy, makerOf, type Ownership } from "../../reconcile/plan/ownership.ts";
import type { RouteDescription } from "../../traefik/route-description.ts";
import type { IndentYaml } from "../terminal/indented.ts";
import { type PlainObject, plain } from "./applied-object.ts";
import { type ChildProgress, progressOf } from "./child-progress.ts";
import type { OpenCluster } from "./cluster.ts";
import type { DryRun } from "./dry-run.ts";
import { whereReadable } from "./reader.ts";
import type { PlannedAction } from "./write-recorder.ts";

export interface LiveChild {
  readonly object: KubernetesObject;
  readonly ownership: Ownership;
  readonly progress: ChildProgress;
  /** What the next resync would do to it; null where nothing. */
  readonly action: PlannedAction | null;
}

/** Objects that the route owns, that have its child's name, or that have the shared resource it names. */
export async function liveChildren(
  { reader, configuration, identity }: OpenCluster,
  { route, ...description }: RouteDescription,
  run: DryRun,
): Promise<readonly LiveChild[]> {
  const found: LiveChild[] = [];
  for (const integration of configuration.integrations) {
    const { resource, sharedResource } = integration;
    const wanted = sharedResource?.requestedBy({ route, ...description }) ?? null;
    for (const object of await listChildren(reader.client, integration, route.namespace)) {
      const { name } = object.metadata;
      const isConcerned =
        isOwnedBy(object, route) ||
        name === integration.childName(route) ||
        (wanted !== null && sharedResource?.of(object.spec) === wanted);
      if (!isConcerned) continue;
      const write = run.writes.find((each) => each.resource === resource && each.name === name);
      found.push({
        object,
        ownership: classifyOwnership(object, route, identity),
        progress: progressOf(object, integration),
        action: write?.action ?? null,
      });
    }
  }
  return found;
}

/** Every object of the kind in the namespace; none where they cannot be read, which the reader remembers. */
export async function listChildren(
  client: OpenCluster["reader"]["client"],
  { resource }: Integration,
  namespace: string,
): Promise<readonly KubernetesObject[]> {
  return await whereReadable(listAll(client, { resource, namespace }), []);
}

const ACTIONS: Readonly<Record<PlannedAction, string>> = {
  create: "would be created",
  update: "would be changed",
  adopt: "would be adopted",
  delete: "would be deleted",
};

export function liveText(
  { object, ownership, progress, action }: LiveChild,
  indentYaml: IndentYaml,
): readonly string[] {
  const { kind, metadata, spec } = object;
  const instance = makerOf(object);
  const facts = [
    ownership === "foreign" && instance !== undefined ? `foreign (of installation ${instance})` : ownership,
    action === null ? "stays as it is" : ACTIONS[action],
    progress.done ? "ready" : `not ready: ${progress.why}`,
  ];
  const owners = (metadata.ownerReferences ?? []).map(ownerText);
  return [
    `  live      ${kind} ${metadata.name}: ${facts.join("; ")}`,
    `            owned by ${owners.length === 0 ? "nobody" : owners.join(", ")}`,
    ...indentYaml(spec, 12).split("\n"),
  ];
}

/** The documented shape: nothing may be renamed, things may be added. */
export function liveJson({ object, ownership, progress, action }: LiveChild): object {
  const shown: PlainObject = plain(object);
  return {
    ownership,
    action,
    ready: progress.done,
    why: progress.why,
    object: { ...shown, status: object.status },
  };
}

function ownerText({ kind, name, controller }: OwnerReference): string {
  return `${kind} ${name}${controller === true ? " (controller)" : ""}`;
}
