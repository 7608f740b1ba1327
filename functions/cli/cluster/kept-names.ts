/**
 * Names that a child has and no valid rule gives: kept because a rule of one of its routes is in error. Pure.
 *
 * @module
 */
import type { Integration } from "../../integrations/integration.ts";
import type { KubernetesObject } from "../../kubernetes/objects.ts";
import type { RouteDescription } from "../../traefik/route-description.ts";

/** `owners` are the routes of the child, in any order. */
export function keptNames(
  integration: Integration,
  child: KubernetesObject,
  owners: readonly RouteDescription[],
  dependencies: ReadonlyMap<string, KubernetesObject | null>,
): readonly string[] {
  const [first, ...others] = owners;
  if (first === undefined || !owners.some(({ incomplete, undecidable }) => incomplete || undecidable))
    return [];
  const merged =
    integration.sharedResource === null ? first : integration.sharedResource.merge([first, ...others]);
  const desired = integration.desiredState(merged, {
    child: null,
    dependencies,
    refuseName: () => null,
    othersReady: true,
  });
  const given = desired.kind === "present" ? integration.names(desired.spec) : merged.hosts;
  return integration.names(child.spec).filter((name) => !given.includes(name));
}
