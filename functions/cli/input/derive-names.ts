/**
 * Names that several routes of the input publish, as they would be decided in a cluster. Pure.
 *
 * @module
 */
import type { Integration, ObservedState } from "../../integrations/integration.ts";
import { type DecidedNames, decidedFor, decideNames } from "../../reconcile/plan/names/decide-names.ts";
import { publisherOf, sharesNames } from "../../reconcile/plan/names/plan-names.ts";
import { isIgnored } from "../../reconcile/plan/opt-out.ts";
import type { RouteDescription } from "../../traefik/route-description.ts";

export type DecidedByRoute = ReadonlyMap<RouteDescription, DecidedNames>;

/** What is decided for each route, by integration; nothing for routes that share no name. */
export function decideForAll(
  integrations: readonly Integration[],
  served: readonly RouteDescription[],
  factsFor: (description: RouteDescription) => Omit<ObservedState, "child">,
): ReadonlyMap<Integration, DecidedByRoute> {
  const namespaces = Map.groupBy(served, ({ route }) => route.namespace);
  return new Map(
    integrations.filter(sharesNames).map((integration) => {
      const decided = [...namespaces.values()].flatMap((routes) => {
        const publishers = routes
          .filter((description) => !isIgnored(description, integration.name))
          .map((description) => publisherOf(integration, description, null, factsFor(description)));
        return [...decideNames(publishers)].map(
          ([description, decisions]) =>
            [description, decidedFor(integration.nameSharing, description, decisions)] as const,
        );
      });
      return [integration, new Map(decided)] as const;
    }),
  );
}
