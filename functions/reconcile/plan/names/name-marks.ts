/**
 * Which of a child's names another route decides, or has a say in, recorded on the child: later events of its route
 * know by that to look at the other routes of the namespace, and what is the child's own. Pure.
 *
 * @module
 */
import type { DesiredChild } from "../../../integrations/integration.ts";
import type { KubernetesObject } from "../../../kubernetes/objects.ts";
import type { RouteReference } from "../../../traefik/route-description.ts";
import { readTextMap, type TextMap, writeTextMap } from "../child/text-map.ts";
import { LOOKUP, LOOKUP_LABEL } from "../ownership.ts";

/** A JSON object: name to `Kind/name` of the route that decides where it points. */
const SHARED_HOSTS_ANNOTATION = "traefik-cert-rotater.io/shared-hosts";

/** By name, `Kind/name` of the route that decides. */
export type NameMarks = TextMap;

/** What cannot be read counts as no mark. */
export function marksOf(child: KubernetesObject | null): NameMarks {
  return readTextMap(child, SHARED_HOSTS_ANNOTATION);
}

/** Names that the child has from another route than its own. */
export function followedNames(child: KubernetesObject | null, route: RouteReference): ReadonlySet<string> {
  const own = markOf(route);
  return new Set([...marksOf(child)].flatMap(([name, decider]) => (decider === own ? [] : [name])));
}

/** The label lets a look-up by label find it once its route is gone. */
export function withMarks(desired: DesiredChild, marks: NameMarks): DesiredChild {
  if (marks.size === 0) return desired;
  return {
    ...desired,
    labels: { ...desired.labels, [LOOKUP_LABEL]: LOOKUP },
    annotations: { ...desired.annotations, [SHARED_HOSTS_ANNOTATION]: writeTextMap(marks) },
  };
}

/** The API group is left out: a route that moves from one group of Traefik to the other stays the same. */
export function markOf({ kind, name }: Pick<RouteReference, "kind" | "name">): string {
  return `${kind}/${name}`;
}
