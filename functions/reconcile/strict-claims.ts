/**
 * Host claims at every event (`hostClaims: strict`): before a route gets a host that its children do not have yet,
 * the whole cluster is asked for it. That is a list of every kind for each such event.
 *
 * @module
 */
import type { KubernetesObject } from "../kubernetes/objects.ts";
import { routeResources } from "../traefik/resources.ts";
import type { RouteDescription } from "../traefik/route-description.ts";
import { describeRoute } from "./observe/describe.ts";
import { listNamespace } from "./observe/view.ts";
import { ClaimBook, claimedHosts, rankOf } from "./plan/host-claims.ts";
import { withoutHosts } from "./plan/host-policy.ts";
import { isSelected } from "./plan/opt-out.ts";
import { isOfInstance, MANAGED_BY_SELECTOR, owningRoutes } from "./plan/ownership.ts";
import { type Result, settle } from "./result.ts";
import type { ReconcileContext } from "./route/context.ts";

const EVERYWHERE = null;

/** The routes of one namespace, without the hosts that their children do not have and another namespace holds. */
export async function withoutClaimed(
  context: ReconcileContext,
  descriptions: readonly RouteDescription[],
  children: readonly KubernetesObject[],
): Promise<Result<readonly RouteDescription[]>> {
  const has = new Set(children.flatMap((child) => namesOf(context, child)));
  const hosts = descriptions.flatMap((description) => [...claimedHosts(description, [])]);
  const wanted = new Set(hosts.filter((host) => !has.has(host)));
  if (wanted.size === 0) return { ok: true, value: descriptions };
  const read = await settle(readBook(context, wanted));
  if (!read.ok) return read;
  const refuse = (description: RouteDescription) => (host: string) =>
    read.value.refuse(description.route.namespace, host);
  return {
    ok: true,
    value: descriptions.map((description) => withoutHosts(description, refuse(description))),
  };
}

async function readBook(context: ReconcileContext, wanted: ReadonlySet<string>): Promise<ClaimBook> {
  const { client, integrations, selector } = context;
  const [routes, children] = await Promise.all([
    Promise.all(
      routeResources(selector.legacyGroup).map((resource) => listNamespace(client, resource, EVERYWHERE)),
    ),
    Promise.all(
      integrations.map(({ resource }) => listNamespace(client, resource, EVERYWHERE, MANAGED_BY_SELECTOR)),
    ),
  ]);
  const carriers = children.flat().filter((child) => isOfInstance(child, context.instance));
  const book = new ClaimBook();
  for (const route of routes.flat()) {
    const description = await describeRoute(context, route, {});
    if (!isSelected(description, selector)) continue;
    const own = carriers.filter((child) =>
      owningRoutes(child).some(
        (owner) =>
          owner.kind === description.route.kind &&
          owner.name === description.route.name &&
          owner.namespace === description.route.namespace,
      ),
    );
    const named = own.map((child) => ({ child, names: namesOf(context, child) }));
    for (const host of claimedHosts(description, named)) {
      if (wanted.has(host))
        book.add(host, { route: description.route, rank: rankOf(description, host, named) });
    }
  }
  return book;
}

function namesOf({ integrations }: ReconcileContext, child: KubernetesObject): readonly string[] {
  const integration = integrations.find(({ resource }) => resource.kind === child.kind);
  return integration?.names(child.spec) ?? [];
}
