/**
 * What an event asks for. An event is a hint: it names an object, and everything else is read from the cluster.
 *
 * @module
 */
import type { ResourceDefinition } from "./kubernetes/objects.ts";
import type { RouteReference } from "./traefik/route-description.ts";

/** `add` lets the reconciler read ahead; it is never believed. */
export type ChangeHint = "add" | "update" | "delete";

export type Work =
  | { readonly kind: "route"; readonly route: RouteReference; readonly hint: ChangeHint }
  | { readonly kind: "child"; readonly child: ChildReference; readonly hint: ChangeHint }
  | { readonly kind: "dependency"; readonly dependency: DependencyReference }
  | { readonly kind: "resync"; readonly scope: ResyncScope }
  | { readonly kind: "batch"; readonly batch: RouteBatch }
  | { readonly kind: "ignore"; readonly why: string };

/** An object of a kind that some integration makes. */
export interface ChildReference {
  readonly group: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** An object that integrations read, such as the target Service. */
export interface DependencyReference {
  readonly group: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** All routes; those of one namespace; or the routes of one name there. */
export interface ResyncScope {
  readonly namespace: string | null;
  readonly name: string | null;
  /** The person has seen how many children go and wants it. */
  readonly confirmDeletions: boolean;
}

/** Part of a resync's work. */
export interface RouteBatch {
  /** The resync that it is a part of. */
  readonly run: string;
  /** Its place among the run's batches, from 0. */
  readonly cursor: number;
  /** RFC 3339; after it nobody need bother, for a later resync has looked or will look. */
  readonly deadline: string;
  readonly routes: readonly RouteReference[];
}

/** Sends a batch out. False where it was not accepted: then it is done here. */
export type SendRouteBatch = (batch: RouteBatch) => Promise<boolean>;

/** The kinds that mean work besides routes; which they are is up to the integrations that are on. */
export interface WatchedKinds {
  readonly children: readonly ResourceDefinition[];
  readonly dependencies: readonly { readonly group: string; readonly kind: string }[];
}
