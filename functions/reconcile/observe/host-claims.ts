/**
 * Host claims at an event: before a route gets a host that its children do not have yet, the whole cluster is asked
 * for it. That is a list of every kind for each such event.
 *
 * @module
 */
import type { Integration } from "../../integrations/integration.ts";
import { wildcardOver } from "../../integrations/names.ts";
import { KindNotServedError } from "../../kubernetes/errors.ts";
import { isLiving, isOf, type KubernetesObject } from "../../kubernetes/objects.ts";
import { inPieces, Pace } from "../../pace.ts";
import { routeResources } from "../../traefik/resources.ts";
import type { RouteDescription } from "../../traefik/route-description.ts";
import { type ClaimSetting, claimedHosts, claimsOf, HostClaims } from "../plan/host-claims.ts";
import { withoutHosts } from "../plan/host-policy.ts";
import { MANAGED_BY_SELECTOR } from "../plan/ownership.ts";
import { describeRoutes } from "./describe.ts";
import { listCompact, withoutManagers } from "./listing.ts";
import { noneWhereLeftOut, type Reads, readOptOuts, type ViewContext } from "./view.ts";

export type HostClaimContext = ViewContext & ClaimSetting & { readonly client: Reads };

/**
 * The routes of one namespace, without the hosts that `children` do not have and another namespace holds.
 *
 * @throws KubernetesError the claims could not be read
 */
export async function withoutClaimedHosts(
  context: HostClaimContext,
  descriptions: readonly RouteDescription[],
  children: readonly KubernetesObject[],
): Promise<readonly RouteDescription[]> {
  const has = hostsOf(context, children);
  if (descriptions.every((description) => claimsNoneBut(has, description))) return descriptions;
  const claims = await readHostClaims(context);
  return descriptions.map((description) =>
    withoutHosts(description, (host) =>
      has(host) ? null : claims.refuse(description.route.namespace, host),
    ),
  );
}

/** Whether the children have all that the route claims. */
export function hasAllHosts(
  context: Pick<HostClaimContext, "integrations">,
  description: RouteDescription,
  children: readonly KubernetesObject[],
): boolean {
  return claimsNoneBut(hostsOf(context, children), description);
}

function claimsNoneBut(has: (host: string) => boolean, description: RouteDescription): boolean {
  return [...claimedHosts(description, [])].every(has);
}

function hostsOf(
  { integrations }: Pick<HostClaimContext, "integrations">,
  children: readonly KubernetesObject[],
): (host: string) => boolean {
  const namesOf = (child: KubernetesObject) =>
    integrations.find(({ resource }) => isOf(resource, child))?.names(child.spec) ?? [];
  const names = new Set(children.flatMap(namesOf));
  // A certificate does not list what its wildcard covers.
  return (host) => names.has(host) || names.has(wildcardOver(host) ?? host);
}

/**
 * All claims of the cluster.
 *
 * @throws KubernetesError they could not be read
 */
export async function readHostClaims(context: HostClaimContext): Promise<HostClaims> {
  const { client, integrations, selector } = context;
  const [optOuts, routes, children] = await Promise.all([
    readOptOuts(client, null),
    Promise.all(
      routeResources(selector).map((resource) =>
        noneWhereLeftOut(resource, listCompact(client, { resource, namespace: null }, withoutManagers)),
      ),
    ),
    Promise.all(
      integrations.map(
        async (integration): Promise<readonly [Integration, readonly KubernetesObject[]]> => [
          integration,
          await noneWhereNotServed(
            listCompact(
              client,
              { resource: integration.resource, namespace: null, labelSelector: MANAGED_BY_SELECTOR },
              withoutManagers,
            ),
          ),
        ],
      ),
    ),
  ]);
  const pace = new Pace();
  const descriptions = await describeRoutes(context, routes.flat().filter(isLiving), optOuts, pace);
  const claims = new HostClaims();
  for (const hostClaim of await inPieces(claimsOf(context, descriptions, children), pace)) {
    claims.add(...hostClaim);
  }
  return claims;
}

/** A kind of child that is not served has no objects; the other integrations go on. */
async function noneWhereNotServed(
  list: Promise<readonly KubernetesObject[]>,
): Promise<readonly KubernetesObject[]> {
  try {
    return await list;
  } catch (error) {
    if (error instanceof KindNotServedError) return [];
    throw error;
  }
}
