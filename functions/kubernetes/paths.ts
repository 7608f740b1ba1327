/**
 * URLs of the API server. Names are checked before they enter a path: an event is untrusted, and a name such as
 * `../secrets/x` must never become a request.
 *
 * @module
 */
import { isNamespaceName, isObjectName } from "../schema/object-names.ts";
import { shown } from "../schema/shown.ts";
import type { ObjectReference, ResourceDefinition } from "./objects.ts";

/** A name that no Kubernetes object can have. */
export class InvalidNameError extends Error {
  override readonly name = "InvalidNameError";
}

/** @throws InvalidNameError */
export function collectionPath(resource: ResourceDefinition, namespace: string | null): string {
  const root =
    resource.group === "" ? `/api/${resource.version}` : `/apis/${resource.group}/${resource.version}`;
  if (namespace === null) return `${root}/${resource.plural}`;
  if (!isNamespaceName(namespace)) throw new InvalidNameError(`not a namespace name: ${shown(namespace)}`);
  return `${root}/namespaces/${namespace}/${resource.plural}`;
}

/** @throws InvalidNameError */
export function objectPath(reference: ObjectReference): string {
  const { resource, namespace, name } = reference;
  if (!isObjectName(name)) throw new InvalidNameError(`not an object name: ${shown(name)}`);
  return `${collectionPath(resource, namespace)}/${name}`;
}
