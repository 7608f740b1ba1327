/**
 * Children that several routes of a namespace share: the Certificate of one Secret. Pure.
 *
 * Such a child is named after its first owner and keeps that name, since a rename would issue again: cert-manager
 * compares the Certificate's name with the one that the Secret carries. Every member is an owner; one of them is the
 * controller, and when that one goes, the flag passes to the next.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { isLiving, type KubernetesObject } from "../../kubernetes/objects.ts";
import type { RouteDescription, RouteReference } from "../../traefik/route-description.ts";
import { compareAge } from "./age.ts";
import { isTaken, withObstacle } from "./matching.ts";
import type { NamespaceIndex, SharingIntegration } from "./namespace-index.ts";
import {
  classifyOwnership,
  type Identity,
  isOfInstance,
  isOwnedBy,
  mayWrite,
  owningRoutes,
} from "./ownership.ts";
import { type Plan, type PlanSetting, planPlaced } from "./plan.ts";
import { whyUnmade } from "./unmade.ts";

export interface Group {
  readonly sharedResource: string;
  /** The routes that name it, in any order; none where the child is no longer wanted. */
  readonly members: readonly RouteDescription[];
  /**
   * Routes whose share of a child stays as it is, and that get nothing new: nobody can say what they name, or they
   * have opted out and keep what they have.
   */
  readonly keeping: readonly RouteDescription[];
  /** All objects of the namespace that have it, whoever made them. */
  readonly holders: readonly KubernetesObject[];
  /** The object of the kind that has this name in the namespace. */
  readonly occupantOf: (name: string) => KubernetesObject | null;
  /** A child of the only member that is to acquire it if nothing has it: the route's `secretName` changed. */
  readonly moving: KubernetesObject | null;
}

/**
 * Brings each shared resource to one child, in the order given: whoever leaves one for another acquires the new one
 * before the old one changes.
 */
export function planSharedResources(
  integration: SharingIntegration,
  index: NamespaceIndex,
  sharedResources: Iterable<string>,
  setting: PlanSetting,
  /** Children that have moved to another one already. */
  moved = new Set<KubernetesObject>(),
): readonly Plan[] {
  return [...sharedResources].flatMap((sharedResource) => {
    const members = index.members(sharedResource);
    const holders = index.holders(sharedResource).filter((holder) => !moved.has(holder));
    const moving =
      holders.length > 0 ? null : movingChild(integration, index, sharedResource, members, moved);
    if (moving !== null) moved.add(moving);
    const { keeping, occupant: occupantOf } = index;
    return planGroup(integration, { sharedResource, members, keeping, holders, occupantOf, moving }, setting);
  });
}

/** A child that only one member has, for a shared resource that the member has left. */
function movingChild(
  { sharedResource: { of } }: SharingIntegration,
  index: NamespaceIndex,
  sharedResource: string,
  members: readonly RouteDescription[],
  moved: ReadonlySet<KubernetesObject>,
): KubernetesObject | null {
  for (const { route } of [...members].sort(compareAge)) {
    const alone = index
      .attached(route)
      .find(
        (child) => of(child.spec) !== sharedResource && !moved.has(child) && owningRoutes(child).length === 1,
      );
    if (alone !== undefined) return alone;
  }
  return null;
}

/** Brings one shared resource to one child: its members' names united, and all its members as owners. */
export function planGroup(
  integration: SharingIntegration,
  { sharedResource, members, keeping, holders, occupantOf, moving }: Group,
  setting: PlanSetting,
): readonly Plan[] {
  const { instance } = setting;
  const mine = oldestFirst(holders.filter((holder) => isWritable(holder, members, setting)));
  const keepers = keeping.filter(({ route }) => mine.some((child) => isOwnedBy(child, route)));
  if (members.length === 0 && keepers.length > 0) return [];
  const strangers = oldestFirst(holders.filter((holder) => !mine.includes(holder) && isLiving(holder)));
  const [stranger] = strangers;
  const [own = moving, ...surplus] = mine;
  const had = own === null ? mine : [own, ...mine];
  const active = members.filter((member) => takesPart(integration, member, had));
  const owners = inOrder([...active, ...keepers], own);
  const [first, ...others] = owners.filter((owner) => active.includes(owner));
  if (first === undefined) return removals(mine.filter((child) => isOfInstance(child, setting)));
  const merged = integration.sharedResource.merge([first, ...others]);
  const description = keepers.length === 0 ? merged : { ...merged, incomplete: true };
  const placed = (live: KubernetesObject | null, name: string) =>
    planPlaced({ integration, description, live, placement: { instance, owners, name } }, setting);
  const unmade = { route: first.route, sharedResource, names: merged.hosts };
  const left = (object: KubernetesObject, wanted: KubernetesObject["spec"] = undefined): Plan => ({
    step: { action: "none" },
    problems: [withObstacle(whyUnmade(integration, unmade, object, setting), integration, object, wanted)],
    members: [],
  });
  const wanted =
    stranger === undefined || integration.mismatch === undefined
      ? undefined
      : wantedBy(placed(null, stranger.metadata.name));
  const isAlone = mine.length === 0 && strangers.length === 1;
  const isAdopted = stranger !== undefined && isAlone && isTaken(integration, stranger, wanted);
  if (stranger !== undefined && !isAdopted) {
    const later = mine.filter((child) => isOfInstance(child, setting) && isLater(child, stranger));
    return [left(stranger, wanted), ...removals(later)];
  }
  const holder = stranger ?? own;
  const name = holder?.metadata.name ?? nameOf(integration, first.route, sharedResource, occupantOf, setting);
  if (typeof name !== "string") return [left(name)];
  const plan = placed(holder, name);
  const problems = [...integration.sharedResource.contradictions([first, ...others]), ...plan.problems];
  return [
    { ...plan, problems, members: active },
    ...removals(surplus.filter((child) => isOfInstance(child, setting))),
  ];
}

/** The spec that a plan would create; undefined where it is to create nothing. */
function wantedBy({ step }: Plan): KubernetesObject["spec"] {
  return step.action === "create" ? step.child.spec : undefined;
}

/** Whoever came second gives way, lest both issue into one Secret; what was there first stays, whoever made it. */
function isLater(child: KubernetesObject, foreign: KubernetesObject): boolean {
  return ageOf(child) > ageOf(foreign);
}

/** A route whose rules in error leave it without a name takes part only in what it has already. */
function takesPart(
  integration: SharingIntegration,
  member: RouteDescription,
  had: readonly KubernetesObject[],
): boolean {
  const { hosts } = integration.sharedResource.merge([member]);
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

function isWritable(
  child: KubernetesObject,
  members: readonly RouteDescription[],
  identity: Identity,
): boolean {
  return (
    isOfInstance(child, identity) ||
    members.some(({ route }) => mayWrite(classifyOwnership(child, route, identity)))
  );
}

function oldestFirst(children: readonly KubernetesObject[]): readonly KubernetesObject[] {
  return [...children].sort((one, other) => (ageOf(one) < ageOf(other) ? -1 : 1));
}

/** Orders by creation, then by name. */
function ageOf({ metadata }: KubernetesObject): string {
  return `${metadata.creationTimestamp ?? ""} ${metadata.name}`;
}

function removals(children: readonly KubernetesObject[]): readonly Plan[] {
  return children
    .filter(isLiving)
    .map((live) => ({ step: { action: "delete", live }, problems: [], members: [] }));
}

/**
 * The first owner's child name; where a child of ours has it for another shared resource (the route has left that
 * group, which keeps the name), the same with a hash of the shared resource. The object in the way where somebody else
 * has the name.
 */
function nameOf(
  integration: SharingIntegration,
  route: RouteReference,
  sharedResource: string,
  occupantOf: Group["occupantOf"],
  identity: Identity,
): string | KubernetesObject {
  const name = integration.childName(route);
  const occupant = occupantOf(name);
  if (occupant === null) return name;
  if (!isOfInstance(occupant, identity)) return occupant;
  const hash = createHash("sha256").update(sharedResource).digest("hex").slice(0, 8);
  return `${name.slice(0, 253 - hash.length - 1)}-${hash}`;
}
