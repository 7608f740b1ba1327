/**
 * The routes of a namespace that may share a child.
 *
 * @module
 */
import { KindNotServedError } from "../../kubernetes/errors.ts";
import type { KubernetesObject } from "../../kubernetes/objects.ts";
import { LEGACY_GROUP, routeResources } from "../../traefik/resources.ts";
import type { RouteDescription, RouteReference } from "../../traefik/route-description.ts";
import { describeRoute } from "../observe/describe.ts";
import { listNamespace } from "../observe/view.ts";
import { type Result, settle } from "../result.ts";
import type { ReconcileContext } from "../route/context.ts";
import { isIgnored, isSelected, type Selector } from "./opt-out.ts";

/** Reads and describes them; those of other classes, opted out (unless they keep), shadowed or being deleted are left out. */
export async function readMembers(
  context: ReconcileContext,
  namespace: string,
  integration: string,
  namespaceAnnotations: Readonly<Record<string, string>>,
): Promise<Result<readonly RouteDescription[]>> {
  const lists = await Promise.all(
    routeResources(context.selector.legacyGroup).map((resource) =>
      settle(listNamespace(context.client, resource, namespace)),
    ),
  );
  const routes: KubernetesObject[] = [];
  for (const list of lists) {
    if (list.ok) routes.push(...list.value);
    else if (!(list.error instanceof KindNotServedError)) return list;
  }
  const living = routes.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  const descriptions = await Promise.all(
    living.map((route) => describeRoute(context, route, namespaceAnnotations)),
  );
  const members = unshadowed(descriptions).filter(
    (description) =>
      mayHaveChild(description, context.selector, integration) ||
      keepsChild(context, description, integration),
  );
  return { ok: true, value: members };
}

/** Whether the route is this installation's business and has not opted out of the integration. */
export function mayHaveChild(
  description: RouteDescription,
  selector: Selector,
  integration: string,
): boolean {
  return isSelected(description, selector) && !isIgnored(description, integration);
}

/** Whether what the route has stays as it is: nobody can say what it claims, or it has opted out and keeps. */
export function keepsChild(
  { selector, onOptOut }: Pick<ReconcileContext, "selector" | "onOptOut">,
  description: RouteDescription,
  integration: string,
): boolean {
  return mayHaveChild(description, selector, integration) ? description.undecidable : onOptOut === "keep";
}

/** Without the routes of the legacy group that give way to a namesake. */
export function unshadowed(descriptions: readonly RouteDescription[]): readonly RouteDescription[] {
  const current = new Set(
    descriptions.filter(({ route }) => route.group !== LEGACY_GROUP).map(({ route }) => keyOf(route)),
  );
  return descriptions.filter(({ route }) => route.group !== LEGACY_GROUP || !current.has(keyOf(route)));
}

function keyOf({ kind, name }: RouteReference): string {
  return `${kind}/${name}`;
}
