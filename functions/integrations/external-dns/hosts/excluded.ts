/**
 * Hosts of a route that are to have no record, as the route itself says.
 *
 * @module
 */
import type { Problem } from "../../../problem.ts";
import { shown } from "../../../schema/shown.ts";
import type { RouteDescription } from "../../../traefik/route-description.ts";
import { commaSeparated, invalidAnnotation } from "../../annotation.ts";

/** On a route: hosts of it that get no record, separated by commas. Its Certificate has them all the same. */
export const EXCLUDE_ANNOTATION = "traefik-cert-rotater.io/exclude-hosts";

/** As they are compared: lower case, without the final dot. */
export function excludedByRoute({ annotations }: Pick<RouteDescription, "annotations">): readonly string[] {
  const value = annotations[EXCLUDE_ANNOTATION];
  return value === undefined
    ? []
    : commaSeparated(value.toLowerCase()).map((host) => host.replace(/\.$/, ""));
}

/** Reported for each that is none of the route's `hosts`, which a slip of the pen would leave published. */
export function excludedProblems(
  description: Pick<RouteDescription, "annotations" | "incomplete">,
  hosts: readonly string[],
): readonly Problem[] {
  if (description.incomplete) return [];
  return excludedByRoute(description)
    .filter((host) => !hosts.includes(host))
    .map((host) =>
      invalidAnnotation(
        EXCLUDE_ANNOTATION,
        `${shown(host)} is no host of this route, so it excludes nothing: write one of ${hosts.join(", ") || "its hosts"}, or remove it.`,
        host,
      ),
    );
}
