/**
 * What a move would lose: names that nothing has afterwards, and what a former tool leaves that no route asks for.
 *
 * @module
 */
import type { Integration } from "../../integrations/integration.ts";
import type { KubernetesObject } from "../../kubernetes/objects.ts";
import { listAll } from "../../reconcile/observe/listing.ts";
import { isSwitchboards, owningRoutes } from "../../reconcile/plan/ownership.ts";
import { shortList } from "../terminal/words.ts";
import { type ReadingClient, whereReadable } from "./reader.ts";
import type { RecordedWrite } from "./write-recorder.ts";

/** An object, and the names that would be served by it alone, or no more. */
export interface LoneNames {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly names: readonly string[];
}

export interface Leftover extends LoneNames {
  /** The route that it was made for; null where it has none. */
  readonly route: string | null;
}

export interface Unpublished {
  /** Such as `Ingress shop/wiki`. */
  readonly by: string;
  readonly names: readonly string[];
}

export interface Losses {
  /** Names of objects that would be adopted, which no object of their kind has afterwards. */
  readonly vanishing: readonly LoneNames[];
  /** Objects of a former tool that would stay as they are, for no route asks for them. */
  readonly leftovers: readonly Leftover[];
}

export const NO_LOSSES: Losses = { vanishing: [], leftovers: [] };

/** @param namespace null: all of them */
export async function readLosses(
  client: ReadingClient,
  integrations: readonly Integration[],
  namespace: string | null,
  writes: readonly RecordedWrite[],
): Promise<Losses> {
  const objects = new Map<Integration, readonly KubernetesObject[]>();
  for (const integration of integrations) {
    const list = listAll(client, { resource: integration.resource, namespace });
    objects.set(integration, await whereReadable(list, []));
  }
  return lossesOf(integrations, (integration) => objects.get(integration) ?? [], writes);
}

/** @param objectsOf every object of an integration's kind in what was looked at */
function lossesOf(
  integrations: readonly Integration[],
  objectsOf: (integration: Integration) => readonly KubernetesObject[],
  writes: readonly RecordedWrite[],
): Losses {
  const losses = integrations.map((integration) => {
    const own = writes.filter(({ resource }) => resource === integration.resource);
    return lossesOfKind(integration, objectsOf(integration), own);
  });
  return {
    vanishing: losses.flatMap(({ vanishing }) => vanishing),
    leftovers: losses.flatMap(({ leftovers }) => leftovers),
  };
}

function lossesOfKind(
  integration: Integration,
  objects: readonly KubernetesObject[],
  writes: readonly RecordedWrite[],
): Losses {
  const {
    names,
    resource: { kind },
  } = integration;
  const after = namesAfter(integration, objects, writes);
  const lone = ({ metadata, spec }: KubernetesObject): LoneNames => ({
    kind,
    namespace: metadata.namespace ?? "",
    name: metadata.name,
    names: names(spec).filter((name) => !after.has(name)),
  });
  return {
    vanishing: writes
      .flatMap(({ action, step }) =>
        action === "adopt" && step.action === "update" ? [lone(step.live)] : [],
      )
      .filter(({ names: gone }) => gone.length > 0),
    leftovers: untouched(objects, writes)
      .filter(isSwitchboards)
      .map((object) => {
        const [route] = owningRoutes(object);
        return { ...lone(object), route: route === undefined ? null : `${route.kind} ${route.name}` };
      }),
  };
}

/** The names that objects of the kind have after the writes, but for what Switchboard would leave. */
export function namesAfter(
  { names }: Pick<Integration, "names">,
  objects: readonly KubernetesObject[],
  writes: readonly RecordedWrite[],
): ReadonlySet<string> {
  const stays = untouched(objects, writes).filter((object) => !isSwitchboards(object));
  return new Set([
    ...stays.flatMap(({ spec }) => names(spec)),
    ...writes.flatMap(({ step }) => (step.action === "delete" ? [] : names(step.child.spec))),
  ]);
}

function untouched(
  objects: readonly KubernetesObject[],
  writes: readonly RecordedWrite[],
): readonly KubernetesObject[] {
  const written = new Set(writes.map(({ namespace, name }) => `${namespace}/${name}`));
  return objects.filter(({ metadata }) => !written.has(`${metadata.namespace}/${metadata.name}`));
}

export function unpublishedText({ by, names }: Unpublished): string {
  return `published by ${by} alone: ${shortList(names)}`;
}

/** In one line. */
export function vanishingText({ kind, namespace, name, names }: LoneNames): string {
  return `${kind} ${namespace}/${name}: ${names.join(", ")}`;
}

export function leftoverText({ kind, namespace, name, names, route }: Leftover): string {
  const whose = route === null ? "Switchboard's" : `Switchboard's for ${route}`;
  const alone = names.length === 0 ? "" : `; ${names.join(", ")} would be served by it alone`;
  return `${kind} ${namespace}/${name} (${whose}): no route asks for it, so it stays as it is${alone}`;
}
