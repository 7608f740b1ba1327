/**
 * The shapes of Kubernetes objects that this product reads and writes.
 *
 * Only what is used is typed; whatever comes from outside the API server's own schema stays `unknown`
 * until the room that owns it has parsed it.
 *
 * @module
 */

/** One served resource: the group ("" for core), its version, the plural that stands in URLs, and the kind. */
export interface ResourceDefinition {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: string;
}

/** Names one object of a resource; `namespace` is null for a cluster-scoped one. */
export interface ObjectReference {
  readonly resource: ResourceDefinition;
  readonly namespace: string | null;
  readonly name: string;
}

export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
}

/** The trie of server-side apply that names fields, as fields-v1.ts reads it. The API server's own, so it is trusted. */
export interface FieldsV1 {
  readonly [key: string]: FieldsV1 | undefined;
}

/** An entry of `metadata.managedFields`. */
export interface ManagedFieldsEntry {
  readonly manager?: string;
  readonly operation?: string;
  readonly subresource?: string;
  /** RFC 3339 */
  readonly time?: string;
  readonly fieldsV1?: FieldsV1;
}

export interface ObjectMeta {
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  /** 1 until the spec changes for the first time. */
  readonly generation?: number;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly ownerReferences?: readonly OwnerReference[];
  readonly managedFields?: readonly ManagedFieldsEntry[];
}

/** Any Kubernetes object as the API server sends it. `spec` and `status` are not trusted to have a shape. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly spec?: unknown;
  readonly status?: unknown;
}

/** Whether nobody has deleted it yet. */
export function isLiving({ metadata }: KubernetesObject): boolean {
  return metadata.deletionTimestamp === undefined;
}

/** The `apiVersion` of a resource: `v1` for core, else `group/version`. */
export function apiVersionOf(resource: ResourceDefinition): string {
  return resource.group === "" ? resource.version : `${resource.group}/${resource.version}`;
}

/** Whether the object is of the resource, in whatever version: groups have kinds of the same name. */
export function isOf({ group, kind }: ResourceDefinition, object: KubernetesObject): boolean {
  return object.kind === kind && groupOf(object.apiVersion) === group;
}

/** The group of an `apiVersion`, "" for core. */
export function groupOf(apiVersion: string): string {
  return apiVersion.slice(0, Math.max(apiVersion.lastIndexOf("/"), 0));
}
