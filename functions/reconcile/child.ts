/**
 * The child as it is to be applied: what the integration wants, plus what says whose it is.
 *
 * @module
 */
import type { DesiredChild, Integration } from "../integrations/integration.ts";
import { apiVersionOf, type KubernetesObject, type OwnerReference } from "../kubernetes/objects.ts";
import type { RouteDescription, RouteReference } from "../traefik/route-description.ts";
import { INSTANCE_ANNOTATION, MANAGED_BY, MANAGED_BY_LABEL } from "./ownership.ts";

/**
 * The desired object. `instance` is null where there is no cluster (`render`): then no namespace is invented, and
 * neither owner nor instance is written.
 */
export function buildChild(
  integration: Pick<Integration, "resource" | "childName">,
  description: RouteDescription,
  desired: DesiredChild,
  instance: string | null,
): KubernetesObject {
  const { route } = description;
  const annotations = {
    ...desired.annotations,
    ...(instance === null ? {} : { [INSTANCE_ANNOTATION]: instance }),
  };
  return {
    apiVersion: apiVersionOf(integration.resource),
    kind: integration.resource.kind,
    metadata: {
      name: integration.childName(route),
      ...(route.namespace === "" ? {} : { namespace: route.namespace }),
      labels: { ...desired.labels, [MANAGED_BY_LABEL]: MANAGED_BY },
      ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
      ...(instance === null ? {} : { ownerReferences: [ownerReference(route, description.uid)] }),
    },
    spec: desired.spec,
  };
}

/** No `blockOwnerDeletion`: setting it needs rights on the owner's finalizers on some platforms. */
function ownerReference(route: RouteReference, uid: string): OwnerReference {
  return { apiVersion: `${route.group}/v1alpha1`, kind: route.kind, name: route.name, uid, controller: true };
}
