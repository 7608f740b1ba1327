/**
 * Kinds of routes that cannot be listed, though nothing is the matter with the others.
 *
 * @module
 */
import { ForbiddenError, KindNotServedError, type KubernetesError } from "../../kubernetes/errors.ts";
import type { ResourceDefinition } from "../../kubernetes/objects.ts";

/**
 * Whether routes of the kind are none of this installation's business: nobody can have one, or (IngressRouteUDP, which
 * few use) reading them is not allowed.
 */
export function isLeftOut({ kind }: Pick<ResourceDefinition, "kind">, error: KubernetesError): boolean {
  return (
    error instanceof KindNotServedError || (error instanceof ForbiddenError && kind === "IngressRouteUDP")
  );
}
