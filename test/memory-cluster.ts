/**
 * Stands in for the API server where a property needs thousands of reconciles: objects in memory, list in the API's
 * order, server-side apply with field management, preconditions, and the garbage collector. What the real one does
 * beyond that (defaults, schemas, admission) the integration tests try on a real control plane.
 *
 * @module
 */
import { isDeepStrictEqual } from "node:util";
import { FIELD_MANAGER, type KubernetesClient } from "../functions/kubernetes/client.ts";
import { ConflictError, ExpiredError } from "../functions/kubernetes/errors.ts";
import type {
  KubernetesObject,
  ObjectMeta,
  ObjectReference,
  ResourceDefinition,
} from "../functions/kubernetes/objects.ts";
import type { WatchChange } from "../functions/kubernetes/watch.ts";
import { applied, updated } from "./server-side-apply.ts";

/** Writes done through the client, as `verb kind namespace/name`. */
export interface MemoryCluster {
  readonly client: KubernetesClient;
  readonly writes: string[];
  /** Sets an object as its user would, who then owns what changed; one that is there keeps its uid and creation. */
  put(resource: ResourceDefinition, object: KubernetesObject): void;
  remove(resource: ResourceDefinition, namespace: string, name: string): void;
  /** What Kubernetes' garbage collector does in the end: owners that are gone, and objects without an owner left. */
  collectGarbage(): void;
  /** Calls for every change, as a watch without a selector would. */
  watch(listener: WatchListener): void;
  /** All objects of a kind, in the API's order. */
  all(resource: ResourceDefinition): readonly KubernetesObject[];
}

/** Printer columns, by kind and name. */
const COLUMNS: Readonly<Record<string, (spec: unknown) => string>> = {
  "Certificate Secret": (spec) => (spec as { secretName: string }).secretName,
};

interface Change extends Omit<WatchChange, "size"> {
  readonly resource: ResourceDefinition;
  readonly version: number;
}

export type WatchListener = (
  change: "add" | "update" | "delete",
  resource: ResourceDefinition,
  object: KubernetesObject,
) => void;

/**
 * `admit` is what the cluster's admission makes of an object that is applied; field management does not see it.
 * `lag` is by how many changes a list from the cache is behind.
 */
export function createMemoryCluster(
  admit: (object: KubernetesObject) => KubernetesObject = (object) => object,
  lag: () => number = () => 0,
): MemoryCluster {
  const listeners: WatchListener[] = [];
  const objects = new Map<string, KubernetesObject>();
  /** What there was at each version. */
  const history = new Map<string, ReadonlyMap<string, KubernetesObject>>();
  const changes: Change[] = [];
  const watchers: ((change: Change) => void)[] = [];
  const writes: string[] = [];
  let clock = 0;
  let version = 0;

  const keyOf = ({ group, kind }: ResourceDefinition, namespace: string | null, name: string) =>
    `${group}/${kind}/${namespace ?? ""}/${name}`;
  const generationOf = (object: KubernetesObject, before: KubernetesObject | undefined) =>
    before === undefined
      ? 1
      : (before.metadata.generation ?? 1) + (isDeepStrictEqual(object.spec, before.spec) ? 0 : 1);
  const stamp = (metadata: ObjectMeta, before: KubernetesObject | undefined): ObjectMeta => ({
    ...metadata,
    uid: before?.metadata.uid ?? `uid-${++clock}`,
    creationTimestamp: before?.metadata.creationTimestamp ?? new Date(clock * 1000).toISOString(),
    resourceVersion: String(++version),
  });
  const find = ({ resource, namespace, name }: ObjectReference) =>
    objects.get(keyOf(resource, namespace, name)) ?? null;
  const check = (live: KubernetesObject | null, uid?: string, resourceVersion?: string) => {
    const fits =
      live === null
        ? resourceVersion === "0"
        : live.metadata.uid === uid && live.metadata.resourceVersion === resourceVersion;
    if (!fits) throw new ConflictError("write", "not the object that was classified");
  };
  /** What the cache has: what there was some changes ago. */
  const cached = () => [...history.values()].at(-1 - lag()) ?? [...history.values()][0] ?? objects;
  const all = (resource: ResourceDefinition, exactVersion?: string, fromCache = false) => {
    const live = fromCache ? cached() : objects;
    const at = exactVersion === undefined ? live : history.get(exactVersion);
    if (at === undefined) throw new ExpiredError("list", `there was no version ${exactVersion}`);
    const order = ({ metadata }: KubernetesObject) => `${metadata.namespace ?? ""}/${metadata.name}`;
    return [...at]
      .filter(([key]) => key.startsWith(`${resource.group}/${resource.kind}/`))
      .map(([, object]) => object)
      .sort((one, other) => (order(one) < order(other) ? -1 : 1));
  };
  const removeObject = (resource: ResourceDefinition, namespace: string | null, name: string) => {
    const key = keyOf(resource, namespace, name);
    const object = objects.get(key);
    objects.delete(key);
    version++;
    remember();
    if (object === undefined) return;
    tell({ type: "DELETED", resource, object, version });
    for (const listener of listeners) listener("delete", resource, object);
  };
  const tell = (change: Change) => {
    changes.push(change);
    for (const watcher of watchers) watcher(change);
  };
  const remember = () => void history.set(String(version), new Map(objects));
  const store = (resource: ResourceDefinition, object: KubernetesObject): KubernetesObject => {
    const key = keyOf(resource, object.metadata.namespace ?? null, object.metadata.name);
    const before = objects.get(key);
    if (before !== undefined && isDeepStrictEqual(object, before)) return before;
    const metadata = { ...stamp(object.metadata, before), generation: generationOf(object, before) };
    const stored = structuredClone({ ...object, metadata });
    const change = before === undefined ? "add" : "update";
    objects.set(key, stored);
    remember();
    tell({ type: before === undefined ? "ADDED" : "MODIFIED", resource, object: stored, version });
    for (const listener of listeners) listener(change, resource, stored);
    return stored;
  };
  const record = (verb: string, { resource, namespace, name }: ObjectReference) => {
    writes.push(`${verb} ${resource.kind} ${namespace}/${name}`);
  };

  const client: KubernetesClient = {
    get: async (reference) => structuredClone(find(reference)),
    getMetadata: async (reference) => structuredClone(find(reference)),
    list: async (resource, { namespace, labelSelector = "", exactVersion, fromCache }) => {
      const labels = labelSelector.split(",").filter((pair) => pair !== "");
      const items = all(resource, exactVersion, fromCache).filter(
        ({ metadata }) =>
          (namespace === null || metadata.namespace === namespace) &&
          labels.every((pair) => {
            const [key = "", value] = pair.split("=");
            return metadata.labels?.[key] === value;
          }),
      );
      return { items: structuredClone(items), continueToken: null, resourceVersion: String(version) };
    },
    listColumn: async (resource, column, options) => {
      const read = COLUMNS[`${resource.kind} ${column}`];
      if (read === undefined) return null;
      const { items, continueToken } = await client.list(resource, options);
      return {
        texts: new Map(items.map(({ metadata, spec }) => [metadata.name, read(spec)])),
        continueToken,
      };
    },
    apply: async (reference, object) => {
      const live = find(reference);
      const { uid, resourceVersion, ...metadata } = object.metadata;
      check(live, uid, resourceVersion);
      record(live === null ? "create" : "update", reference);
      const desired = { ...object, metadata };
      return structuredClone(store(reference.resource, admit(applied(live, desired, FIELD_MANAGER))));
    },
    watch: (resource, { since, onChange, signal }) =>
      new Promise((resolve) => {
        const watcher = ({ type, resource: { group, kind }, object, version: at }: Change) => {
          if (signal.aborted || group !== resource.group || kind !== resource.kind) return;
          const size = JSON.stringify(object).length;
          if (at > Number(since)) onChange({ type, object: structuredClone(object), size });
        };
        for (const change of changes) watcher(change);
        watchers.push(watcher);
        if (signal.aborted) resolve();
        signal.addEventListener("abort", () => {
          watchers.splice(watchers.indexOf(watcher), 1);
          resolve();
        });
      }),
    create: async () => {
      throw new Error("nothing here is created by POST");
    },
    mergePatch: async () => {
      throw new Error("nothing here is patched");
    },
    readJson: async () => {
      throw new Error("nothing here is read but objects");
    },
    delete: async (reference, { uid, resourceVersion }) => {
      const live = find(reference);
      if (live === null) return;
      check(live, uid, resourceVersion);
      record("delete", reference);
      removeObject(reference.resource, reference.namespace, reference.name);
    },
  };

  return {
    client,
    writes,
    put: (resource, object) => {
      const live = objects.get(keyOf(resource, object.metadata.namespace ?? null, object.metadata.name));
      // Who says who manages the fields is taken at their word.
      const isManaged = live === undefined && object.metadata.managedFields !== undefined;
      store(resource, isManaged ? object : updated(live ?? null, object, "kubectl"));
    },
    remove: removeObject,
    watch: (listener) => void listeners.push(listener),
    collectGarbage: () => {
      const uids = new Set([...objects.values()].map(({ metadata }) => metadata.uid));
      for (const [key, object] of objects) {
        const { ownerReferences = [] } = object.metadata;
        const living = ownerReferences.filter(({ uid }) => uids.has(uid));
        if (living.length === ownerReferences.length) continue;
        if (living.length === 0) {
          objects.delete(key);
          version++;
        } else {
          const left = { ...object, metadata: { ...object.metadata, ownerReferences: living } };
          const resourceVersion = String(++version);
          const { metadata, ...rest } = updated(object, left, "kube-controller-manager");
          objects.set(key, { ...rest, metadata: { ...metadata, resourceVersion } });
        }
        remember();
      }
    },
    all: (resource) => all(resource),
  };
}
