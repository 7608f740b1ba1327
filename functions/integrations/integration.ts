/**
 * The one interface between the reconciler and an integration.
 *
 * An integration is pure: route description and observed state in, desired child out. It never talks to the API server,
 * and nothing outside its folder and the list in `index.ts` knows its name.
 *
 * @module
 */
import type { KubernetesObject, ObjectReference, ResourceDefinition } from "../kubernetes/objects.ts";
import type { Problem, ProblemReason } from "../problem.ts";
import type { RouteDescription, RouteReference } from "../traefik/route-description.ts";

export type Spec = Readonly<Record<string, unknown>>;

/** What was read for one route besides the route itself. */
export interface ObservedState {
  /** The child as it is in the cluster, only if it is ours; null otherwise. */
  readonly child: KubernetesObject | null;
  /** The integration's dependencies by `namespace/name`; null where the object does not exist. */
  readonly dependencies: ReadonlyMap<string, KubernetesObject | null>;
  /**
   * Why the child may not name this host, or any other identity such as an IP address; null where it may. Nothing
   * that names an identity gets into a child unasked, wherever it comes from.
   */
  refuseName(name: string): Problem | null;
  /** The children that other integrations make for the route are all there and ready. */
  readonly othersReady: boolean;
  /** Names for which another route of the namespace decides; left out where there are none. */
  readonly followed?: FollowedNames;
}

export interface FollowedNames {
  /** Those that the child has from another route until now. */
  readonly before: ReadonlySet<string>;
  /** What the child is to say of them, by name. */
  readonly now: ReadonlyMap<string, readonly Spec[]>;
}

/**
 * What an integration wants for one route. `present`: the child with this content. `absent`: no child.
 * `unchanged`: it cannot be decided now; whatever is there stays.
 */
export type Desired =
  | DesiredChild
  | {
      readonly kind: "absent";
      /** Where it is not plain from the route, such as a setting. */
      readonly why?: string;
      readonly problems: readonly Problem[];
    }
  | { readonly kind: "unchanged"; readonly problems: readonly Problem[] };

export interface DesiredChild {
  readonly kind: "present";
  readonly spec: Spec;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly problems: readonly Problem[];
}

/**
 * Something that only one child of a namespace can have, such as the Secret that a Certificate writes. Routes that
 * name the same share one child.
 */
export interface SharedResource {
  /** What an existing object has acquired; null where nothing. */
  of(spec: unknown): string | null;
  /** The printer column of the kind that says the same; null where none does. */
  readonly column: string | null;
  /** What the route names; null where it wants no child. */
  requestedBy(description: RouteDescription): string | null;
  /** The route names something that cannot be claimed, by a slip: its share of a child stays until that is mended. */
  isUnclear(description: RouteDescription): boolean;
  /** The members of a shared resource seen as one route: the first decides, the others add their names. */
  merge(members: readonly [RouteDescription, ...RouteDescription[]]): RouteDescription;
  /** What members ask for and do not get, since the first decides; to be reported on each of them. */
  contradictions(members: readonly [RouteDescription, ...RouteDescription[]]): readonly Problem[];
  /** Looked at before a child acquires it; null where nothing need be looked at. */
  readonly guard: OverwriteGuard | null;
  /** What may be lost by acquiring it, whatever the settings: for whoever plans ahead. */
  readonly overwriteRisk: OverwriteRisk;
  /** Reason of the problem that `taken` reports. */
  readonly takenReason: ProblemReason;
  /** Reports that `holder`, which is not ours, has it already. */
  taken(sharedResource: string, holder: string, coverage: Coverage): Problem;
}

/** How somebody else's object has the names that are wanted: some are missing, it has just these, or these and more. */
export type Coverage = "none" | "exact" | "wider";

/** What stands in the cluster for a shared resource, such as the Secret itself. Only its metadata is read. */
export interface SharedObject {
  /** Its name is the name of the shared resource. */
  readonly resource: ResourceDefinition;
  /**
   * Name of the integration's object that this one says it was made for; null where it names none, or where
   * that need not be looked at. An annotation alone proves nothing, for objects are copied with all of them.
   */
  madeFor(object: KubernetesObject): string | null;
}

export interface OverwriteGuard extends SharedObject {
  /**
   * Why it must not be acquired; null where it may. `object` is null where there is none yet, `maker` where
   * what it was made for does not exist.
   */
  refuse(object: KubernetesObject | null, maker: KubernetesObject | null): Problem | null;
}

export interface OverwriteRisk extends SharedObject {
  /** Why a child of that name would overwrite what is there; null where nothing is lost. */
  reasonFor(
    object: KubernetesObject | null,
    maker: KubernetesObject | null,
    childName: string,
  ): string | null;
}

/** Names that several children of a namespace may have, yet not with different contents. */
export interface NameSharing {
  /** What a spec says of each of its names. */
  entries(spec: unknown): ReadonlyMap<string, NameEntry>;
  /** The route itself says where its names point. */
  ownsTarget(description: RouteDescription): boolean;
  /** Reports to a route that `decider` says where a name points. */
  contradicts(name: string, decider: RouteReference, description: RouteDescription): Problem;
}

export interface NameEntry {
  /** Entries of different sets may stand beside each other. */
  readonly set: string | null;
  /** Where the name points, for comparison. */
  readonly target: string;
  /** As they stand in the spec. */
  readonly parts: readonly Spec[];
}

/** The kind of child that an integration makes, and its names. */
export interface ChildKind {
  /** Name of the integration in annotations, logs and messages, such as `cert-manager`. */
  readonly name: string;
  readonly resource: ResourceDefinition;
  childName(route: Pick<RouteReference, "kind" | "name">): string;
  /** The DNS names that a child's spec has. */
  names(spec: unknown): readonly string[];
  /** The routes whose child could bear this name; null where that does not follow from the name. */
  routesOf(childName: string): readonly Pick<RouteReference, "kind" | "name">[] | null;
  /**
   * Whether the controller that a child is for has looked at it as it is now, and null where it never has: for those
   * that report no more than that. Null in its place where a child of the kind reports nothing.
   */
  readonly isObserved: ((child: KubernetesObject) => boolean | null) | null;
}

export interface Integration extends ChildKind {
  /** Objects it needs for every route, read in the same round trip as the route. */
  readonly dependencies: readonly ObjectReference[];
  readonly sharedResource: SharedResource | null;
  /** Left out where what children say of one name is never in conflict. */
  readonly nameSharing?: NameSharing;
  /** Whether its child has done its work; null where nobody can wait for that. Those that wait are not waited for. */
  readonly isReady: ((child: KubernetesObject) => boolean) | null;
  /** What says more than the condition `Ready` of a child that is not ready; null where nothing does. */
  whyNotReady(child: KubernetesObject): string | null;
  /** It asks for `ObservedState.othersReady`. */
  readonly waitsForOthers: boolean;
  /** Usable names that the route's annotations add for this integration alone. */
  extraNames(annotations: RouteDescription["annotations"]): readonly string[];
  /** What is wrong with what the route itself asks of this integration, whoever shares its child. */
  check(description: RouteDescription): readonly Problem[];
  desiredState(description: RouteDescription, observedState: ObservedState): Desired;
  /**
   * Only where it is set to adopt whatever matches: why an object that somebody made, by its spec, is not what is wanted,
   * as the end of a sentence; null where it is, so that taking it over changes nothing that matters.
   */
  mismatch?(spec: unknown, wanted: unknown): string | null;
  /** The route asks for a child, and the integration's settings alone are why it gets none. */
  isRefusedBySettings?(description: RouteDescription): boolean;
  /** It is switched off and takes along every child that this installation made with it, whatever they are called. */
  readonly removesAll?: boolean;
}

/** Key of `ObservedState.dependencies`. */
export function dependencyKey(reference: Pick<ObjectReference, "namespace" | "name">): string {
  return `${reference.namespace}/${reference.name}`;
}
