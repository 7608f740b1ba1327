/**
 * The one interface between the reconciler and an integration.
 *
 * An integration is pure: route description and facts in, desired child out. It never talks to the API server,
 * and nothing outside its folder and the list in `index.ts` knows its name.
 *
 * @module
 */
import type { KubernetesObject, ObjectReference, ResourceDefinition } from "../kubernetes/objects.ts";
import type { Problem } from "../problem.ts";
import type { RouteDescription, RouteReference } from "../traefik/route-description.ts";

/** What was read for one route besides the route itself. */
export interface Facts {
  /** The child as it is in the cluster, only if it is ours; null otherwise. */
  readonly child: KubernetesObject | null;
  /** The integration's dependencies by `namespace/name`; null where the object does not exist. */
  readonly dependencies: ReadonlyMap<string, KubernetesObject | null>;
}

/**
 * What an integration wants for one route.
 * `present`: the child with this spec. `absent`: no child. `unchanged`: it cannot be decided now; whatever is there stays.
 */
export type Desired =
  | {
      readonly kind: "present";
      readonly spec: Readonly<Record<string, unknown>>;
      readonly problems: readonly Problem[];
    }
  | { readonly kind: "absent"; readonly problems: readonly Problem[] }
  | { readonly kind: "unchanged"; readonly problems: readonly Problem[] };

export interface Integration {
  /** Name in annotations, logs and messages, such as `cert-manager`. */
  readonly name: string;
  /** The kind of child it makes. */
  readonly resource: ResourceDefinition;
  /** Objects it needs for every route, read in the same round trip as the route. */
  readonly dependencies: readonly ObjectReference[];
  childName(route: RouteReference): string;
  desire(description: RouteDescription, facts: Facts): Desired;
  /**
   * Asked only when a child is about to be created or to change what it claims: the other objects of the kind in
   * the namespace. A problem means that the child must not be written.
   */
  contest?(spec: Readonly<Record<string, unknown>>, others: readonly KubernetesObject[]): Problem | null;
}
