/**
 * The look after the write. Reads come before a write, so another writer may have come between: an edit that was taken
 * back, a second replica that took up the same Secret. What was written must still be right afterwards, or everything
 * is looked at again.
 *
 * @module
 */
import { isDeepStrictEqual } from "node:util";
import type { Integration } from "../../integrations/integration.ts";
import { ExpiredError } from "../../kubernetes/errors.ts";
import type { KubernetesObject } from "../../kubernetes/objects.ts";
import type { RouteDescription } from "../../traefik/route-description.ts";
import { describeRoute } from "../observe/describe.ts";
import { listAll } from "../observe/listing.ts";
import { NamespaceView, type Reads, type ViewContext } from "../observe/view.ts";
import { takenUp } from "../plan/plan.ts";
import type { Written } from "./apply.ts";
import { sharesTakenNames } from "./taken-names.ts";

export type VerifyContext = ViewContext & { readonly instance: string };

export interface Verdict {
  /** Routes and dependencies are what the plan saw. */
  readonly isCurrent: boolean;
  /** Somebody else had taken up the same claim before. */
  readonly isContested: boolean;
  /** Another child says something else of a name that was taken up. */
  readonly sharesNames: boolean;
}

/**
 * Reads again what the writes rested on. `subject` is the route as it was planned for, before host claims.
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
  const names = { client, instance: context.instance };
  const [areCurrent, contested, shared] = await Promise.all([
    Promise.all([
      ...routesOf(subject, written).map((route) => isUnchanged(context, after, route)),
      ...integrationsOf(written).map((integration) => hasSameDependencies(before, after, integration)),
    ]),
    Promise.all(written.map((write) => isContested(client, before.namespace, write))),
    Promise.all(written.map((write) => sharesTakenNames(names, before.namespace, write))),
  ]);
  return {
    isCurrent: areCurrent.every(Boolean),
    isContested: contested.some(Boolean),
    sharesNames: shared.some(Boolean),
  };
}

function routesOf(
  subject: RouteDescription | null,
  written: readonly Written[],
): readonly RouteDescription[] {
  const members = written
    .flatMap(({ plan }) => plan.members)
    .filter(({ route }) => route.kind !== subject?.route.kind || route.name !== subject.route.name);
  const byName = new Map(members.map((member) => [`${member.route.kind}/${member.route.name}`, member]));
  return subject === null ? [...byName.values()] : [subject, ...byName.values()];
}

async function isUnchanged(
  context: ViewContext,
  after: NamespaceView,
  before: RouteDescription,
): Promise<boolean> {
  const [object, annotations] = await Promise.all([after.route(before.route), after.annotations()]);
  if (object === null || object.metadata.deletionTimestamp !== undefined) return false;
  return isDeepStrictEqual(await describeRoute(context, object, annotations), before);
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
 * Whether another object held what the write took up. A list at exactly the version of the write shows those that were
 * before it and none that came later: of two writers one and only one sees the other.
 */
async function isContested(
  client: Reads,
  namespace: string,
  { integration, step, object }: Written,
): Promise<boolean> {
  const claim = takenUp(integration, step);
  if (claim === null || object === null) return false;
  return isHeldByOthers(client, namespace, integration, claim, object);
}

/** Whether at the version of the object others held the claim as well. */
export async function isHeldByOthers(
  client: Reads,
  namespace: string,
  { resource, claim }: Integration,
  claimed: string,
  { metadata }: KubernetesObject,
): Promise<boolean> {
  const exactVersion = metadata.resourceVersion ?? "";
  const objects = await listAll(client, { resource, namespace, exactVersion });
  return objects.some(
    (other) =>
      other.metadata.name !== metadata.name &&
      other.metadata.deletionTimestamp === undefined &&
      claim?.of(other.spec) === claimed,
  );
}
