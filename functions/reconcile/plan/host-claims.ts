/**
 * One host, several namespaces: whoever has it keeps it. Two tenants must not take each other's traffic, so what a
 * child carries already holds the claim, then the older route: a route that adds a host later never wins, however old
 * it is itself.
 *
 * @module
 */
import { FIELD_MANAGER } from "../../kubernetes/client.ts";
import type { KubernetesObject } from "../../kubernetes/objects.ts";
import type { Problem } from "../../problem.ts";
import type { RouteDescription, RouteReference } from "../../traefik/route-description.ts";
import { namesOf } from "./host-policy.ts";

/**
 * The hosts that the route claims: those it names and, while one of its rules is in error, those that its children
 * keep for it.
 */
export function claimedHosts(
  description: RouteDescription,
  children: readonly { readonly names: readonly string[] }[],
): ReadonlySet<string> {
  const kept = description.incomplete ? children.flatMap(({ names }) => names) : [];
  return new Set([...namesOf(description), ...kept]);
}

/** Who claims a host, and how good the claim is: the least `rank` holds it. */
export interface Claimant {
  readonly route: RouteReference;
  readonly rank: string;
}

/**
 * The rank of a route's claim. Of two children that carry the host the one that has been as it is for longer goes
 * first, for nothing in the cluster says since when it has each name.
 */
export function rankOf(
  { createdAt, route }: RouteDescription,
  host: string,
  children: readonly { readonly child: KubernetesObject; readonly names: readonly string[] }[],
): string {
  const since = children
    .filter(({ names }) => names.includes(host))
    .map(({ child }) => unchangedSince(child));
  const identity = `${createdAt} ${route.namespace}/${route.name}`;
  return since.length === 0 ? `1 ${identity}` : `0 ${since.sort()[0]} ${identity}`;
}

/** When we last changed the child. */
function unchangedSince({ metadata }: KubernetesObject): string {
  const entry = metadata.managedFields?.find(
    ({ manager, operation }) => manager === FIELD_MANAGER && operation === "Apply",
  );
  return entry?.time ?? metadata.creationTimestamp ?? "";
}

/** All claims of a cluster, host by host. */
export class ClaimBook {
  readonly #best = new Map<string, Claimant>();
  /** Hosts with more than one claimant, in whatever namespaces. */
  readonly #several = new Map<string, Claimant[]>();

  add(host: string, claimant: Claimant): void {
    const best = this.#best.get(host);
    if (best === undefined) {
      this.#best.set(host, claimant);
      return;
    }
    const all = this.#several.get(host) ?? [best];
    all.push(claimant);
    this.#several.set(host, all);
    if (claimant.rank < best.rank) this.#best.set(host, claimant);
  }

  /** The routes that claim a host that another namespace holds. */
  losers(): readonly RouteReference[] {
    return [...this.#several].flatMap(([host, claimants]) =>
      claimants.map(({ route }) => route).filter((route) => this.refuse(route.namespace, host) !== null),
    );
  }

  /** Why the namespace may not have the host; null where nobody else holds it. */
  refuse(namespace: string, host: string): Problem | null {
    const holder = this.#best.get(host)?.route;
    return holder === undefined || holder.namespace === namespace ? null : hostClaimed(host, holder);
  }
}

function hostClaimed(host: string, holder: RouteReference): Problem {
  return {
    reason: "HostClaimed",
    message:
      `host ${host} belongs to ${holder.kind} ${holder.namespace}/${holder.name}, which had it first; it is left out here. ` +
      "Take it out of that route first, or out of this one.",
    field: "spec.routes",
  };
}
