/**
 * Children that several routes of a namespace share: the Certificate of one Secret. Pure.
 *
 * Such a child is named after its first owner for ever, for a rename would issue anew: cert-manager compares the
 * Certificate's name with the one that the Secret carries. Every member is an owner; one of them is the controller,
 * and when that one goes, the flag passes to the next.
 *
 * @module
 */
import { createHash } from "node:crypto";
import type { Claim, Integration } from "../../integrations/integration.ts";
import type { KubernetesObject } from "../../kubernetes/objects.ts";
import type { RouteDescription, RouteReference } from "../../traefik/route-description.ts";
import { inTheWay } from "./in-the-way.ts";
import { isOfInstance, isOwnedBy, judge, mayWrite, owningRoutes } from "./ownership.ts";
import { type Plan, type PlanSetting, planPlaced } from "./plan.ts";

/** An integration whose children are shared. */
export type SharingIntegration = Integration & { readonly claim: Claim };

export function isSharing(integration: Integration): integration is SharingIntegration {
  return integration.claim !== null;
}

export interface Group {
  readonly claim: string;
  /** The routes that claim it, in any order; none where the child is no longer wanted. */
  readonly members: readonly RouteDescription[];
  /**
   * Routes whose share of a child stays as it is, and that get nothing new: nobody can say what they claim, or they
   * have opted out and keep what they have.
   */
  readonly keeping: readonly RouteDescription[];
  /** All objects of the namespace that have the claim, whoever made them. */
  readonly holders: readonly KubernetesObject[];
  /** The object of the kind that has this name in the namespace. */
  readonly occupantOf: (name: string) => KubernetesObject | null;
  /** A child of the only member that is to take up this claim if nothing has it: the route's `secretName` changed. */
  readonly moving: KubernetesObject | null;
}

/** Brings one claim to one child: its members' names united, and all its members as owners. */
export function planGroup(
  integration: SharingIntegration,
  { claim, members, keeping, holders, occupantOf, moving }: Group,
  setting: PlanSetting,
): readonly Plan[] {
  const { instance } = setting;
  const mine = oldestFirst(holders.filter((holder) => isWritable(holder, members, instance)));
  const keepers = keeping.filter(({ route }) => mine.some((child) => isOwnedBy(child, route)));
  if (members.length === 0 && keepers.length > 0) return [];
  const foreign = holders.find((holder) => !mine.includes(holder));
  const [holder = moving, ...surplus] = mine;
  const had = holder === null ? mine : [holder, ...mine];
  const active = members.filter((member) => takesPart(integration, member, had));
  const owners = inOrder([...active, ...keepers], holder);
  const [first, ...others] = owners.filter((owner) => active.includes(owner));
  if (first === undefined) return removals(mine.filter((child) => isOfInstance(child, instance)));
  const unmade = { route: first.route, claim, names: integration.claim.merge([first, ...others]).hosts };
  const left = (object: KubernetesObject): Plan => ({
    step: { action: "none" },
    problems: [inTheWay(integration, unmade, object, judge(object, first.route, instance))],
  });
  if (foreign !== undefined) return [left(foreign)];
  const name = holder?.metadata.name ?? nameOf(integration, first.route, claim, occupantOf, instance);
  if (typeof name !== "string") return [left(name)];
  const placement = { instance, owners, name };
  const merged = integration.claim.merge([first, ...others]);
  const description = keepers.length === 0 ? merged : { ...merged, incomplete: true };
  const plan = planPlaced({ integration, description, live: holder, placement }, setting);
  return [plan, ...removals(surplus.filter((child) => isOfInstance(child, instance)))];
}

/** A route whose rules in error leave it without a name takes part only in what it has already. */
function takesPart(
  integration: SharingIntegration,
  member: RouteDescription,
  had: readonly KubernetesObject[],
): boolean {
  const { hosts } = integration.claim.merge([member]);
  return hosts.length > 0 || had.some((child) => isOwnedBy(child, member.route));
}

/** The controller first, as long as it is among them; then the older routes. */
function inOrder(
  owners: readonly RouteDescription[],
  holder: KubernetesObject | null,
): readonly RouteDescription[] {
  const controller = holder === null ? undefined : owningRoutes(holder)[0];
  const leads = ({ route }: RouteDescription) =>
    controller !== undefined && route.kind === controller.kind && route.name === controller.name;
  const byAge = [...owners].sort(compareAge);
  return [...byAge.filter(leads), ...byAge.filter((owner) => !leads(owner))];
}

/** Older first; of one age by kind and name, so that the order never depends on the input's. */
export function compareAge(one: RouteDescription, other: RouteDescription): number {
  const key = ({ createdAt, route }: RouteDescription) => `${createdAt} ${route.kind}/${route.name}`;
  return key(one) < key(other) ? -1 : 1;
}

function isWritable(
  child: KubernetesObject,
  members: readonly RouteDescription[],
  instance: string,
): boolean {
  return (
    isOfInstance(child, instance) || members.some(({ route }) => mayWrite(judge(child, route, instance)))
  );
}

function oldestFirst(children: readonly KubernetesObject[]): readonly KubernetesObject[] {
  const key = ({ metadata }: KubernetesObject) => `${metadata.creationTimestamp ?? ""} ${metadata.name}`;
  return [...children].sort((one, other) => (key(one) < key(other) ? -1 : 1));
}

function removals(children: readonly KubernetesObject[]): readonly Plan[] {
  return children
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .map((live) => ({ step: { action: "delete", live }, problems: [] }));
}

/**
 * The first owner's child name; where a child of ours has it for another claim (the route has left that group, which
 * keeps the name), the same with a hash of the claim. The object in the way where somebody else has the name.
 */
function nameOf(
  integration: SharingIntegration,
  route: RouteReference,
  claim: string,
  occupantOf: Group["occupantOf"],
  instance: string,
): string | KubernetesObject {
  const name = integration.childName(route);
  const occupant = occupantOf(name);
  if (occupant === null) return name;
  if (!isOfInstance(occupant, instance)) return occupant;
  const hash = createHash("sha256").update(claim).digest("hex").slice(0, 8);
  return `${name.slice(0, 253 - hash.length - 1)}-${hash}`;
}

/** What is known when one route is reconciled. */
export interface Sharing {
  readonly integration: SharingIntegration;
  /** Null where the route is gone. */
  readonly description: RouteDescription | null;
  readonly route: RouteReference;
  /** Whether the route is there, of our class, and has not opted out. */
  readonly eligible: boolean;
  /** What the route claims; null where it wants no child. */
  readonly wanted: string | null;
  /** The object that has the route's own child name, and those that only a list finds. */
  readonly known: readonly KubernetesObject[];
  /** All objects of the kind in the namespace; null where they were not read. */
  readonly children: readonly KubernetesObject[] | null;
  /** All routes of the namespace that may claim or keep something; null where they were not read. */
  readonly routes: readonly RouteDescription[] | null;
  /** Whether a route's share of a child stays as it is. */
  readonly keeps: (description: RouteDescription) => boolean;
  /** Several routes or children are known to be concerned: all is read, even if the route seems alone with its child. */
  readonly thorough: boolean;
  readonly setting: PlanSetting;
}

/** Plans, or what must be read before there can be any. */
export type Decision = { readonly plans: readonly Plan[] } | { readonly missing: "children" | "routes" };

/**
 * Decides with as little reading as can be: a route that alone owns its child needs no list; one that makes a child
 * needs the namespace's objects of that kind; one that joins or leaves others needs their routes too.
 */
export function decide(sharing: Sharing): Decision {
  const { integration, route, wanted, known, children, routes, thorough } = sharing;
  const { instance } = sharing.setting;
  const objects = children ?? known;
  const attached = objects.filter(
    (child) => isOfInstance(child, instance) && judge(child, route, instance) === "ours",
  );
  const claims = attached.map(({ spec }) => integration.claim.of(spec));
  const alone = attached.every((child) => owningRoutes(child).length === 1);
  const settled = wanted === null || claims.includes(wanted);
  const heldByOthers = objects.some(
    (child) => !attached.includes(child) && wanted !== null && integration.claim.of(child.spec) === wanted,
  );
  if (!settled && children === null) return { missing: "children" };
  if ((thorough || !alone || attached.length > 1 || heldByOthers) && routes === null) {
    return { missing: children === null ? "children" : "routes" };
  }
  return { plans: planClaims(sharing, objects, attached) };
}

function planClaims(
  { integration, description, eligible, wanted, routes, keeps, setting }: Sharing,
  children: readonly KubernetesObject[],
  attached: readonly KubernetesObject[],
): readonly Plan[] {
  const { claim } = integration;
  // A route that has opted out claims nothing, whatever its text says.
  const candidates = routes ?? (description === null || !eligible ? [] : [description]);
  const [keeping, claimants] = [
    candidates.filter(keeps),
    candidates.filter((candidate) => !keeps(candidate)),
  ];
  const membersOf = (name: string) => claimants.filter((claimant) => claim.wantedBy(claimant) === name);
  const occupantOf = (name: string) => children.find(({ metadata }) => metadata.name === name) ?? null;
  const plan = (name: string, moving: KubernetesObject | null) => {
    const holders = children.filter(({ spec }) => claim.of(spec) === name);
    const group = { claim: name, members: membersOf(name), keeping, holders, occupantOf, moving };
    return planGroup(integration, group, setting);
  };

  const left = attached.filter(({ spec }) => claim.of(spec) !== wanted);
  const moving = wanted === null ? null : movingChild(integration, left, children, wanted);
  const leaving = left.filter((child) => child !== moving).flatMap(({ spec }) => claim.of(spec) ?? []);
  return [
    ...(wanted === null ? [] : plan(wanted, moving)),
    ...[...new Set(leaving)].flatMap((name) => plan(name, null)),
  ];
}

/** The child that only this route has, where nothing holds yet what the route now claims. */
function movingChild(
  { claim }: SharingIntegration,
  left: readonly KubernetesObject[],
  children: readonly KubernetesObject[],
  wanted: string,
): KubernetesObject | null {
  if (children.some(({ spec }) => claim.of(spec) === wanted)) return null;
  return left.find((child) => owningRoutes(child).length === 1) ?? null;
}
