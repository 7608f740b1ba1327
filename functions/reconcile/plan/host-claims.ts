/**
 * One host, several namespaces: whoever has it keeps it. Two tenants must not take each other's traffic, so what a
 * child carries already holds the claim, and the one that has carried it for longer; then the older route. A route that
 * adds a host later never wins, however old it is itself. A wildcard and the names that it covers are one matter.
 *
 * @module
 */
import type { Integration } from "../../integrations/integration.ts";
import { wildcardOver } from "../../integrations/names.ts";
import type { KubernetesObject } from "../../kubernetes/objects.ts";
import type { Steps } from "../../pace.ts";
import type { Problem } from "../../problem.ts";
import { type RouteDescription, type RouteReference, routeKey } from "../../traefik/route-description.ts";
import { type HeldNames, heldNames } from "./child/hosts-since.ts";
import { namesOf } from "./host-policy.ts";
import { type Eligibility, keepsChild, mayHaveChild } from "./members.ts";
import { append, type Identity, isLeftWithoutOwner, isOfInstance, owningRoutes } from "./ownership.ts";

/** Who claims a host, and how good the claim is: the least `rank` holds it. */
export interface Claimant {
  readonly route: RouteReference;
  readonly rank: string;
}

export type HostClaim = readonly [host: string, claimant: Claimant];

export interface ClaimSetting extends Eligibility, Identity {
  readonly integrations: readonly Integration[];
}

/** What the routes claim, `children` being all children that are known of their namespaces. Linear. */
export function* claimsOf(
  setting: ClaimSetting,
  routes: readonly RouteDescription[],
  children: Iterable<readonly [Integration, readonly KubernetesObject[]]>,
): Steps<readonly HostClaim[]> {
  const carried = new Map<string, HeldNames[]>();
  const left = new Map<string, HeldNames>();
  for (const [integration, objects] of children) {
    for (const child of objects) {
      if (isOfInstance(child, setting)) {
        const names = heldNames(child, integration.names(child.spec));
        for (const owner of owningRoutes(child)) append(carried, routeKey(owner), names);
      } else if (isLeftWithoutOwner(child, setting)) {
        const { namespace = "", name } = child.metadata;
        left.set(leftKey(integration, namespace, name), heldNames(child, integration.names(child.spec)));
      }
      yield;
    }
  }
  const claims: HostClaim[] = [];
  for (const description of routes) {
    const { route } = description;
    const carriedByOwn = carried.get(routeKey(route)) ?? [];
    const own = left.size === 0 ? carriedByOwn : [...carriedByOwn, ...leftTo(setting, route, left)];
    for (const host of claimedBy(setting, description, own)) {
      claims.push([host, { route, rank: rankOf(description, host, own) }]);
    }
    yield;
  }
  return claims;
}

/**
 * What a child of the route's has that lost its owner and is about to be taken over: a restore brings routes back in any
 * order, and who held a host before is to hold it again.
 */
function leftTo(
  { integrations }: ClaimSetting,
  route: RouteReference,
  left: ReadonlyMap<string, HeldNames>,
): readonly HeldNames[] {
  return integrations.flatMap(
    (integration) => left.get(leftKey(integration, route.namespace, integration.childName(route))) ?? [],
  );
}

function leftKey({ name }: Integration, namespace: string, child: string): string {
  return `${name} ${namespace}/${child}`;
}

/** A route that opted out of everything claims no more than the children that it keeps. */
function claimedBy(
  setting: ClaimSetting,
  description: RouteDescription,
  children: readonly HeldNames[],
): ReadonlySet<string> {
  const { integrations, selector } = setting;
  if (integrations.some(({ name }) => mayHaveChild(description, selector, name)))
    return claimedHosts(description, children);
  if (integrations.some(({ name }) => keepsChild(setting, description, name))) return namesIn(children);
  return NO_HOSTS;
}

const NO_HOSTS: ReadonlySet<string> = new Set();

function namesIn(children: readonly Pick<HeldNames, "names">[]): ReadonlySet<string> {
  return new Set(children.flatMap(({ names }) => [...names]));
}

/**
 * The hosts that the route claims: those it names and, while one of its rules is in error, those that its children
 * keep for it.
 */
export function claimedHosts(
  description: RouteDescription,
  children: readonly Pick<HeldNames, "names">[],
): ReadonlySet<string> {
  const kept = description.incomplete ? namesIn(children) : NO_HOSTS;
  return new Set([...namesOf(description), ...kept]);
}

/**
 * The rank of a route's claim: by the time since which a child of it has the host or a wildcard over it, else by the
 * age of the route.
 */
export function rankOf(
  { createdAt, route }: RouteDescription,
  host: string,
  children: readonly HeldNames[],
): string {
  const since = children.flatMap((child) => child.since(host) ?? []).sort()[0];
  const identity = `${createdAt} ${route.namespace}/${route.name}`;
  return since === undefined ? `1 ${identity}` : `0 ${since} ${identity}`;
}

/** The claims on one host, or on a wildcard and the names that it covers. */
interface Family {
  /** Who holds the wildcard. */
  wildcard: Claimant | null;
  /** Who holds each name. */
  readonly names: Map<string, Claimant>;
  /** One holder of a name for each namespace that has any. */
  readonly namespaces: Map<string, Claimant>;
}

/** All claims of a cluster, and who holds what. Add all of them first; n log n in those that overlap, else linear. */
export class HostClaims {
  readonly #first = new Map<string, Claimant>();
  readonly #others = new Map<string, Claimant[]>();
  #families: ReadonlyMap<string, Family> | null = null;

  add(host: string, claimant: Claimant): void {
    this.#families = null;
    if (!this.#first.has(host)) this.#first.set(host, claimant);
    else {
      const others = this.#others.get(host);
      if (others === undefined) this.#others.set(host, [claimant]);
      else others.push(claimant);
    }
  }

  /** The routes that claim a host that another namespace holds. */
  conflicting(): readonly RouteReference[] {
    this.#families ??= this.#decide();
    const routes = new Set<RouteReference>();
    for (const host of this.#first.keys()) {
      if (!this.#families.has(this.#familyOf(host))) continue;
      for (const { route } of this.#claimants(host))
        if (this.refuse(route.namespace, host) !== null) routes.add(route);
    }
    return [...routes];
  }

  /** Why the namespace may not have the host; null where nobody else holds it. */
  refuse(namespace: string, host: string): Problem | null {
    this.#families ??= this.#decide();
    const holder = holderOf(this.#families.get(this.#familyOf(host)), host, namespace);
    return holder === null ? null : hostClaimed(host, holder.route);
  }

  #claimants(host: string): readonly Claimant[] {
    const first = this.#first.get(host);
    return first === undefined ? [] : [first, ...(this.#others.get(host) ?? [])];
  }

  /** The wildcard that the host is or is covered by, if somebody claims it; else the host. */
  #familyOf(host: string): string {
    const wildcard = wildcardOver(host);
    return wildcard !== null && this.#first.has(wildcard) ? wildcard : host;
  }

  /** Only what several namespaces claim is decided: from the best claim down, each has what nobody else holds. */
  #decide(): ReadonlyMap<string, Family> {
    const claims = new Map<string, HostClaim[]>();
    for (const host of this.#first.keys()) {
      const family = this.#familyOf(host);
      if (family === host && !isWildcard(host) && !this.#others.has(host)) continue;
      const known = claims.get(family) ?? [];
      for (const claimant of this.#claimants(host)) known.push([host, claimant]);
      claims.set(family, known);
    }
    const families = new Map<string, Family>();
    for (const [name, all] of claims) {
      const namespaces = new Set(all.map(([, { route }]) => route.namespace));
      if (namespaces.size > 1) families.set(name, resolveFamily(all));
    }
    return families;
  }
}

function resolveFamily(claims: HostClaim[]): Family {
  const family: Family = { wildcard: null, names: new Map(), namespaces: new Map() };
  claims.sort(([, one], [, other]) => (one.rank < other.rank ? -1 : 1));
  for (const [host, claimant] of claims) {
    const { namespace } = claimant.route;
    if (holderOf(family, host, namespace) !== null) continue;
    if (isWildcard(host)) family.wildcard ??= claimant;
    else {
      if (!family.names.has(host)) family.names.set(host, claimant);
      if (!family.namespaces.has(namespace)) family.namespaces.set(namespace, claimant);
    }
  }
  return family;
}

/** Who of another namespace holds the host, what covers it, or a name that it covers. */
function holderOf(family: Family | undefined, host: string, namespace: string): Claimant | null {
  if (family === undefined) return null;
  const isOther = (claimant: Claimant | null | undefined) =>
    claimant != null && claimant.route.namespace !== namespace ? claimant : null;
  const wildcard = isOther(family.wildcard);
  if (wildcard !== null) return wildcard;
  if (!isWildcard(host)) return isOther(family.names.get(host));
  for (const claimant of family.namespaces.values()) if (isOther(claimant)) return claimant;
  return null;
}

function isWildcard(host: string): boolean {
  return host.startsWith("*.");
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
