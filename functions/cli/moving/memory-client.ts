/**
 * Objects of files as a cluster that can be read: what looks at a cluster can then look at a folder.
 *
 * @module
 */
import type { ListOptions } from "../../kubernetes/client.ts";
import {
  isOf,
  type KubernetesObject,
  type ObjectMeta,
  type ObjectReference,
  type OwnerReference,
  type ResourceDefinition,
} from "../../kubernetes/objects.ts";
import { isRecord } from "../../schema/unknown.ts";
import { ROUTE_KINDS } from "../../traefik/route-description.ts";
import type { ReadingClient } from "../cluster/reader.ts";

/** Kinds without a namespace, as far as they are read. */
const CLUSTER_SCOPED = ["Namespace", "ClusterIssuer"];

/**
 * @param otherwise what stands where nothing does, such as the target Service, whose address no file has; null where
 * nothing does
 */
export function createMemoryClient(
  objects: readonly KubernetesObject[],
  otherwise: (reference: ObjectReference) => KubernetesObject | null,
): ReadingClient {
  const stored = objects.map(asStored);
  const get = async (reference: ObjectReference) => {
    const { resource, namespace, name } = reference;
    const found = stored.find(
      (object) =>
        isOf(resource, object) && object.metadata.name === name && isIn(object, namespace ?? undefined),
    );
    return found ?? otherwise(reference);
  };
  return {
    get,
    getMetadata: get,
    list: async (resource, { namespace, labelSelector = "" }) => ({
      items: stored
        .filter((object) => isOf(resource, object))
        .filter((object) => namespace === null || isIn(object, namespace))
        .filter((object) => fits(object, labelSelector))
        .map((object) => ({ ...object, apiVersion: apiVersion(resource) }))
        .sort((one, other) => (orderOf(one) < orderOf(other) ? -1 : 1)),
      continueToken: null,
      resourceVersion: "1",
    }),
  };
}

/** With what the API server would give it. A route stays as it is written, for what is wrong with it is told. */
function asStored(object: KubernetesObject): KubernetesObject {
  const { kind } = object;
  const metadata = isRoute(object) ? object.metadata : checked(object.metadata);
  const namespace = CLUSTER_SCOPED.includes(kind) ? undefined : (metadata.namespace ?? "default");
  const uid = `${kind}/${namespace ?? ""}/${metadata.name}`;
  return {
    ...object,
    metadata: { uid, resourceVersion: "1", ...metadata, ...(namespace === undefined ? {} : { namespace }) },
  };
}

function isRoute({ kind }: KubernetesObject): boolean {
  return ROUTE_KINDS.some((known) => known === kind);
}

/** Without what no API server would have taken. */
function checked({ labels, annotations, ownerReferences, ...rest }: ObjectMeta): ObjectMeta {
  const owners: readonly unknown[] = Array.isArray(ownerReferences) ? ownerReferences : [];
  return {
    ...rest,
    labels: texts(labels),
    annotations: texts(annotations),
    ownerReferences: owners.filter(isOwner),
  };
}

function texts(value: unknown): Readonly<Record<string, string>> {
  const entries = isRecord(value) ? Object.entries(value) : [];
  return Object.fromEntries(
    entries.filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );
}

function isOwner(value: unknown): value is OwnerReference {
  if (!isRecord(value)) return false;
  return ["apiVersion", "kind", "name", "uid"].every((key) => typeof value[key] === "string");
}

function isIn({ metadata }: KubernetesObject, namespace: string | undefined): boolean {
  return metadata.namespace === namespace;
}

function fits(
  { metadata: { labels = {} } }: KubernetesObject,
  selector: NonNullable<ListOptions["labelSelector"]>,
) {
  const terms = selector === "" ? [] : selector.split(",").map((term) => term.split("="));
  return terms.every(([key = "", value]) => labels[key] === value);
}

/** Bytes of `namespace/name`, as the API server has it. */
function orderOf({ metadata }: KubernetesObject): string {
  return `${metadata.namespace ?? ""}/${metadata.name}`;
}

function apiVersion({ group, version }: ResourceDefinition): string {
  return group === "" ? version : `${group}/${version}`;
}
