/**
 * The look after the write. Reads come before a write, so another writer may have come between: an edit that was taken
 * back, a second replica that acquired the same Secret. What was written must still be right afterwards, or everything
 * is looked at again.
 *
 * @module
 */
import { isDeepStrictEqual } from "node:util";
import type { Integration } from "../../integrations/integration.ts";
import { ExpiredError } from "../../kubernetes/errors.ts";
import { isLiving, type KubernetesObject } from "../../kubernetes/objects.ts";
import type { RouteDescription, RouteReference } from "../../traefik/route-description.ts";
import { describeRoute } from "../observe/describe.ts";
import { isTakenByOthers } from "../observe/holders.ts";
import { othersAtVersion } from "../observe/listing.ts";
import { NamespaceView, type Reads, type ViewContext } from "../observe/view.ts";
import { isSharing } from "../plan/namespace-index.ts";
import { type Identity, isOwnedBy, LOOKUP_SELECTOR } from "../plan/ownership.ts";
import { acquiredResource } from "../plan/plan.ts";
import type { Written } from "./apply.ts";
import { sharesTakenNames } from "./taken-names.ts";

export type VerifyContext = ViewContext & Identity;

export interface Verdict {
  /** Routes and dependencies are what the plan saw. */
  readonly isCurrent: boolean;
  /** Somebody else had the same shared resource before. */
  readonly isContested: boolean;
  /** Another child says something else of a name that was taken up. */
  readonly sharesNames: boolean;
}

/**
 * Reads again what the writes rested on, but for the namespace: no event comes of an opt-out there, so one that comes
 * between is as one that comes after. `subject` is the route as it was planned for, before host claims.
 *
 * @throws KubernetesError something could not be read: whether the writes are right is not known
 */
export async function verify(
  context: VerifyContext,
  client: Reads,
  before: NamespaceView,
  subject: RouteDescription | null,
  written: readonly Written[],
): Promise<Verdict> {
  try {
    return await lookAgain(context, client, before, subject, written);
  } catch (error) {
    // The version of the write is too old to be listed: nothing is known, so everything is looked at again.
    if (error instanceof ExpiredError) return { isCurrent: false, isContested: true, sharesNames: true };
    throw error;
  }
}

async function lookAgain(
  context: VerifyContext,
  client: Reads,
  before: NamespaceView,
  subject: RouteDescription | null,
  written: readonly Written[],
): Promise<Verdict> {
  const after = new NamespaceView(context, client, before.namespace);
  const { instance, takeOverFrom } = context;
  const names = { client, instance, takeOverFrom };
  const [areCurrent, contested, shared] = await Promise.all([
    Promise.all([
      areUnchanged(context, before, after, subject, written),
      ...integrationsOf(written).map((integration) => hasSameDependencies(before, after, integration)),
    ]),
    Promise.all(written.map((write) => isContested(client, before, subject, write))),
    Promise.all(written.map((write) => sharesTakenNames(names, write))),
  ]);
  return {
    isCurrent: areCurrent.every(Boolean),
    isContested: contested.some(Boolean),
    sharesNames: shared.some(Boolean),
  };
}

async function areUnchanged(
  context: ViewContext,
  before: NamespaceView,
  after: NamespaceView,
  subject: RouteDescription | null,
  written: readonly Written[],
): Promise<boolean> {
  const routes = [...(subject === null ? [] : [subject]), ...(await othersOf(before, subject, written))];
  const unchanged = await Promise.all(routes.map((route) => isUnchanged(context, before, after, route)));
  return unchanged.every(Boolean);
}

/** The other routes that the writes rest on, as they were read: a plan sees them without hosts that they may not have. */
async function othersOf(
  before: NamespaceView,
  subject: RouteDescription | null,
  written: readonly Written[],
): Promise<readonly RouteDescription[]> {
  const nameOf = ({ route: { kind, name } }: RouteDescription) => `${kind}/${name}`;
  const members = new Set(written.flatMap(({ plan }) => plan.members).map(nameOf));
  if (subject !== null) members.delete(nameOf(subject));
  return members.size === 0 ? [] : (await before.routesRead()).filter((route) => members.has(nameOf(route)));
}

async function isUnchanged(
  context: ViewContext,
  before: NamespaceView,
  after: NamespaceView,
  description: RouteDescription,
): Promise<boolean> {
  const [object, annotations] = await Promise.all([after.route(description.route), before.annotations()]);
  if (object === null || !isLiving(object)) return false;
  return isDeepStrictEqual(await describeRoute(context, object, annotations), description);
}

function integrationsOf(written: readonly Written[]): readonly Integration[] {
  return [...new Set(written.map(({ integration }) => integration))];
}

async function hasSameDependencies(
  before: NamespaceView,
  after: NamespaceView,
  integration: Integration,
): Promise<boolean> {
  const [known, now] = await Promise.all([before.dependencies(integration), after.dependencies(integration)]);
  return [...now].every(([key, object]) => versionOf(known.get(key)) === versionOf(object));
}

function versionOf(object: KubernetesObject | null | undefined): string {
  return `${object?.metadata.uid}/${object?.metadata.resourceVersion}`;
}

/**
 * Whether another object had what the write acquired, at exactly the version of the write; or, where the lists were
 * behind, whether the route that joins a child has a share of another.
 */
async function isContested(
  client: Reads,
  { hasOldLists }: NamespaceView,
  subject: RouteDescription | null,
  { integration, step, object }: Written,
): Promise<boolean> {
  if (!isSharing(integration)) return false;
  const joiner = hasOldLists && subject !== null && joinsNow(step, subject.route) ? subject.route : null;
  if (acquiredResource(integration, step) === null && joiner === null) return false;
  const wanted = integration.sharedResource.of(step.child.spec);
  const found = await Promise.all([
    wanted !== null && isTakenByOthers(client, integration, wanted, object),
    joiner !== null && ownsAnother(client, integration, joiner, object),
  ]);
  return found.some(Boolean);
}

/** Whether the step makes the route an owner of a child that had others. */
function joinsNow(step: Written["step"], route: RouteReference): boolean {
  return step.action === "update" && !isOwnedBy(step.live, route) && isOwnedBy(step.child, route);
}

/** What the route had before, beside the child of its own name, which was read live. */
async function ownsAnother(
  client: Reads,
  { resource }: Integration,
  route: RouteReference,
  object: KubernetesObject,
): Promise<boolean> {
  const others = await othersAtVersion(client, resource, object, LOOKUP_SELECTOR);
  return others.some((other) => isOwnedBy(other, route));
}
