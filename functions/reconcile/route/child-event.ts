/**
 * What the event of a child asks for: it may be the echo of our own write, concern its routes, or be of a child of which
 * nobody can say whose it was.
 *
 * @module
 */
import type { Integration } from "../../integrations/integration.ts";
import { ExpiredError } from "../../kubernetes/errors.ts";
import type { KubernetesObject } from "../../kubernetes/objects.ts";
import { LEGACY_GROUP, ROUTE_GROUP } from "../../traefik/resources.ts";
import type { RouteGroup, RouteReference } from "../../traefik/route-description.ts";
import type { ChangeHint, ChildReference } from "../../work.ts";
import { othersAtVersion } from "../observe/listing.ts";
import { isAsApplied } from "../plan/child/applied.ts";
import { isOfInstance, owningRoutes } from "../plan/ownership.ts";
import type { ReconcileContext } from "./context.ts";
import type { RouteOptions } from "./reconcile-route.ts";

export type ChildEvent =
  | { readonly asks: "nothing" }
  /** A resync of the child's namespace. */
  | { readonly asks: "namespace" }
  | {
      readonly asks: "routes";
      readonly routes: readonly RouteReference[];
      readonly options: RouteOptions;
      /** The child as we have written it, which is verified once its routes have been reconciled; null otherwise. */
      readonly echo: KubernetesObject | null;
    };

/** @throws KubernetesError the child, or those beside it, could not be read */
export async function readChildEvent(
  context: ReconcileContext,
  child: ChildReference,
  hint: ChangeHint,
): Promise<ChildEvent> {
  const integration = integrationOf(context, child);
  if (integration === null) return { asks: "nothing" };
  if (hint === "delete") context.verified.forget(child);
  if (hint === "add" && !isAwaited(context, integration) && (await context.verified.isOwnAdd(child))) {
    return { asks: "nothing" };
  }
  const live = await context.client.get({ resource: integration.resource, ...child });
  const isEcho = live !== null && isUntouched(context, integration, live);
  if (isEcho && (hint !== "add" || context.verified.has(live))) return { asks: "nothing" };
  const routes = routesOfChild(context, integration, child, live);
  if (routes === null) return { asks: "namespace" };
  // It may have lost a host to another namespace in a resync, and must not get it back for having changed.
  const checksClaims = true;
  if (!isEcho) {
    const options = { hint: live === null ? "delete" : null, checksClaims } as const;
    return { asks: "routes", routes, options, echo: null };
  }
  // Whoever made it may have died before looking at it again, or is another replica. Other children have such events too.
  const echo = await readEcho(context, integration, live);
  return { asks: "routes", routes, options: { hint: "update", checksClaims, ...echo }, echo: live };
}

function integrationOf({ integrations }: ReconcileContext, child: ChildReference): Integration | null {
  const same = ({ resource }: Integration) => resource.group === child.group && resource.kind === child.kind;
  return integrations.find(same) ?? null;
}

/** The event is an echo of our own write, or about a status that nobody here waits for. */
function isUntouched(context: ReconcileContext, integration: Integration, child: KubernetesObject): boolean {
  // One of an installation that is taken over from does not carry this one's name yet.
  const isOurs = isOfInstance(child, { instance: context.instance, takeOverFrom: [] });
  return !isAwaited(context, integration) && isOurs && isAsApplied(child);
}

/** Whether the children of others wait for what the status of its children says. */
function isAwaited({ integrations }: ReconcileContext, { isReady }: Integration): boolean {
  return isReady !== null && integrations.some(({ waitsForOthers }) => waitsForOthers);
}

/** What the event of a child is about: its route as far as it concerns it, or all where others hold what it holds. */
async function readEcho(
  { client }: ReconcileContext,
  integration: Integration,
  child: KubernetesObject,
): Promise<Partial<RouteOptions>> {
  const alone = { integrations: [integration], seenChild: { integration, child, listed: null } };
  const wanted = integration.sharedResource?.of(child.spec) ?? null;
  if (wanted === null) return alone;
  try {
    const others = await othersAtVersion(client, integration.resource, child);
    const isTaken = others.some(({ spec }) => integration.sharedResource?.of(spec) === wanted);
    if (isTaken) return { readsAll: true };
    return { ...alone, seenChild: { integration, child, listed: [child, ...others] } };
  } catch (error) {
    // The event was so long on its way that the version is forgotten, and it would be at each repetition.
    if (error instanceof ExpiredError) return { readsAll: true };
    throw error;
  }
}

/** A live child names its route; of one that is gone, or lost its owner, only the name is left. */
function routesOfChild(
  context: ReconcileContext,
  integration: Integration,
  { namespace, name }: ChildReference,
  live: KubernetesObject | null,
): readonly RouteReference[] | null {
  // One owner is enough: it knows the others that share the child.
  const [owner] = live === null ? [] : owningRoutes(live);
  if (owner !== undefined) return [owner];
  const groups: RouteGroup[] = context.selector.legacyGroup ? [ROUTE_GROUP, LEGACY_GROUP] : [ROUTE_GROUP];
  const candidates = integration.routesOf(name);
  return candidates?.flatMap((route) => groups.map((group) => ({ ...route, group, namespace }))) ?? null;
}
