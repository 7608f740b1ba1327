/**
 * Names that several routes of the input publish, as they would be decided in a cluster. Pure.
 *
 * @module
 */
import type { Integration, ObservedState } from "../../integrations/integration.ts";
import type { Steps } from "../../pace.ts";
import {
  type DecidedNames,
  decidedFor,
  decideNames,
  type Publisher,
} from "../../reconcile/plan/names/decide-names.ts";
import { publisherOf, sharesNames } from "../../reconcile/plan/names/plan-names.ts";
import { isIgnored } from "../../reconcile/plan/opt-out.ts";
import type { RouteDescription } from "../../traefik/route-description.ts";

export type DecidedByRoute = ReadonlyMap<RouteDescription, DecidedNames>;

/** What is decided for each route, by integration; nothing for routes that share no name. */
export function* decideForAll(
  integrations: readonly Integration[],
  served: readonly RouteDescription[],
  factsFor: (description: RouteDescription) => Omit<ObservedState, "child">,
): Steps<ReadonlyMap<Integration, DecidedByRoute>> {
  const namespaces = Map.groupBy(served, ({ route }) => route.namespace);
  const byIntegration = new Map<Integration, DecidedByRoute>();
  for (const integration of integrations.filter(sharesNames)) {
    const decided = new Map<RouteDescription, DecidedNames>();
    for (const routes of namespaces.values()) {
      const publishers: Publisher[] = [];
      for (const description of routes) {
        if (isIgnored(description, integration.name)) continue;
        publishers.push(publisherOf(integration, description, null, factsFor(description)));
        yield;
      }
      for (const [description, decisions] of decideNames(publishers)) {
        decided.set(description, decidedFor(integration.nameSharing, description, decisions));
      }
    }
    byIntegration.set(integration, decided);
  }
  return byIntegration;
}
