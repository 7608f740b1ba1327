/**
 * Where the records of routes point now, so that they point there afterwards. Pure.
 *
 * @module
 */
import { isIP } from "node:net";
import { publishedTargets } from "../../integrations/external-dns/endpoints.ts";
import { targetOfService } from "../../integrations/external-dns/target.ts";
import type { KubernetesObject } from "../../kubernetes/objects.ts";
import { isRecord } from "../../schema/unknown.ts";
import { count } from "../terminal/words.ts";
import type { Inventory } from "./inventory.ts";
import { SERVICES } from "./resources.ts";
import type { Suggestion } from "./suggestion.ts";

/** Paths below the integration for records. `endpoints` are those that others have made for routes. */
export function targetSuggestions(
  inventory: Inventory,
  endpoints: readonly { readonly object: KubernetesObject }[],
): readonly Suggestion[] {
  const published = endpoints
    .map(({ object }) => publishedTargets(object.spec))
    .filter((list) => list.length > 0);
  const usual = mostFrequent(published);
  const service = inventory.target ?? onlyTraefik(inventory);
  const named: readonly Suggestion[] =
    inventory.target === null && service !== null ? [serviceSuggestion(service)] : [];
  if (usual === null || inventory.target === null) {
    return usual !== null && named.length === 0 ? staticTargets(usual, published.length) : named;
  }
  const targetsOf = (prefers: "addresses" | "hostname") => {
    const reference = {
      resource: SERVICES,
      namespace: service?.metadata.namespace ?? "",
      name: service?.metadata.name ?? "",
    };
    return targetOfService({ reference, service, published: [], pending: "private", prefers }).targets;
  };
  if (isSame(targetsOf("addresses"), usual)) return [];
  if (isSame(targetsOf("hostname").slice(0, 1), usual)) {
    const why = `${count(published.length, "DNSEndpoint")} point at the Service by its hostname, though it has addresses`;
    return [{ path: ["targetPreference"], value: "hostname", why }];
  }
  return staticTargets(usual, published.length);
}

function serviceSuggestion({ metadata: { namespace, name } }: KubernetesObject): Suggestion {
  return {
    path: ["targetService"],
    value: { namespace, name },
    why: "the only load balancer of Traefik that there is",
  };
}

/** Only addresses can be said of all routes. */
function staticTargets(targets: readonly string[], uses: number): readonly Suggestion[] {
  if (!targets.every((target) => isIP(target) !== 0)) return [];
  const why = `what ${count(uses, "DNSEndpoint")} of routes point at, and no Service of Traefik's has`;
  return [
    { path: ["targetService"], value: null, why: "targetIPs stand for it" },
    { path: ["targetIPs"], value: targets, why },
  ];
}

function onlyTraefik({ services }: Inventory): KubernetesObject | null {
  const found = services.filter(
    ({ metadata, spec }) =>
      metadata.labels?.["app.kubernetes.io/name"] === "traefik" &&
      isRecord(spec) &&
      spec.type === "LoadBalancer",
  );
  return found.length === 1 ? (found[0] ?? null) : null;
}

function mostFrequent(lists: readonly (readonly string[])[]): readonly string[] | null {
  const groups = [...Map.groupBy(lists, (list) => list.join()).values()];
  const [most] = groups.sort((one, other) => other.length - one.length);
  return most?.[0] ?? null;
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((target) => other.includes(target));
}
