/**
 * The child as it is to be applied: what the integration wants, plus what says whose it is.
 *
 * @module
 */
import type { ChildKind, DesiredChild } from "../../../integrations/integration.ts";
import { apiVersionOf, type KubernetesObject, type OwnerReference } from "../../../kubernetes/objects.ts";
import type { RouteDescription } from "../../../traefik/route-description.ts";
import { INSTANCE_ANNOTATION, LOOKUP, LOOKUP_LABEL, MANAGED_BY, MANAGED_BY_LABEL } from "../ownership.ts";

/** Whose the child is, and what it is called where that does not follow from its route. */
export interface Placement {
  /** `<release namespace>/<release>` */
  readonly instance: string;
  /** The routes that own it; the first is the controller. */
  readonly owners: readonly RouteDescription[];
  readonly name: string;
}

/**
 * The desired object. `placement` is null where there is no cluster (`render`): then neither owner nor instance is
 * written.
 */
export function buildChild(
  integration: ChildKind,
  { route }: RouteDescription,
  desired: DesiredChild,
  placement: Placement | null,
): KubernetesObject {
  const name = placement?.name ?? integration.childName(route);
  const annotations = {
    ...desired.annotations,
    ...(placement === null ? {} : { [INSTANCE_ANNOTATION]: placement.instance }),
  };
  const lookup =
    placement === null || isFoundByName(integration, name, placement.owners) ? {} : LOOKUP_LABELS;
  return {
    apiVersion: apiVersionOf(integration.resource),
    kind: integration.resource.kind,
    metadata: {
      name,
      namespace: route.namespace,
      labels: { ...desired.labels, ...lookup, [MANAGED_BY_LABEL]: MANAGED_BY },
      ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
      ...(placement === null ? {} : { ownerReferences: placement.owners.map(ownerReference) }),
    },
    spec: desired.spec,
  };
}

const LOOKUP_LABELS = { [LOOKUP_LABEL]: LOOKUP };

/** Whether the one route that owns the child leads to its name. */
function isFoundByName(integration: ChildKind, name: string, owners: readonly RouteDescription[]): boolean {
  const [only, ...others] = owners;
  return only !== undefined && others.length === 0 && integration.childName(only.route) === name;
}

/** No `blockOwnerDeletion`: setting it needs rights on the owner's finalizers on some platforms. */
function ownerReference({ route, uid }: RouteDescription, index: number): OwnerReference {
  const reference = { apiVersion: `${route.group}/v1alpha1`, kind: route.kind, name: route.name, uid };
  return index === 0 ? { ...reference, controller: true } : reference;
}
