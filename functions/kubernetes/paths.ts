/**
 * URLs of the API server. Names are checked before they enter a path: an event is untrusted, and a name such as
 * `../secrets/x` must never become a request.
 *
 * @module
 */
import type { ObjectReference, ResourceDefinition } from "./objects.ts";

/** RFC 1123 label (namespaces) and subdomain (most objects), as Kubernetes' own validation has them. */
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const SUBDOMAIN = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/;

/** A name that no Kubernetes object can have. */
export class InvalidNameError extends Error {
  override readonly name = "InvalidNameError";
}

export function isNamespaceName(name: string): boolean {
  return LABEL.test(name);
}

export function isObjectName(name: string): boolean {
  return name.length <= 253 && SUBDOMAIN.test(name);
}

/** @throws InvalidNameError */
export function collectionPath(resource: ResourceDefinition, namespace: string | null): string {
  const root =
    resource.group === "" ? `/api/${resource.version}` : `/apis/${resource.group}/${resource.version}`;
  if (namespace === null) return `${root}/${resource.plural}`;
  if (!isNamespaceName(namespace))
    throw new InvalidNameError(`not a namespace name: ${JSON.stringify(namespace)}`);
  return `${root}/namespaces/${namespace}/${resource.plural}`;
}

/** @throws InvalidNameError */
export function objectPath(reference: ObjectReference): string {
  const { resource, namespace, name } = reference;
  if (!isObjectName(name)) throw new InvalidNameError(`not an object name: ${JSON.stringify(name)}`);
  return `${collectionPath(resource, namespace)}/${name}`;
}
