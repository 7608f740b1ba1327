/**
 * What is reported of an object that has the name of a child and may not be written, and what really helps. Pure.
 *
 * @module
 */
import type { KubernetesObject } from "../../kubernetes/objects.ts";
import type { Problem } from "../../problem.ts";
import { shown } from "../../schema/shown.ts";
import type { RouteReference } from "../../traefik/route-description.ts";
import {
  ADOPT_ANNOTATION,
  classifyOwnership,
  controllerOf,
  type Identity,
  INSTANCE_ANNOTATION,
  isLabelled,
  isOf,
  isOfInstance,
  isSwitchboards,
  MANAGED_BY_LABEL,
  makerOf,
  owningRoutes,
} from "./ownership.ts";

type RouteName = Pick<RouteReference, "kind" | "name">;

/** The problem of an object in the way of the route's child. */
export function inTheWay(live: KubernetesObject, route: RouteName, identity: Identity): Problem {
  const reason = classifyOwnership(live, route, identity) === "released" ? "Released" : "NotOurs";
  const object = `${live.kind} ${live.metadata.name}`;
  const describe =
    reason === "Released" ? describeReleased : isOfInstance(live, identity) ? describeTaken : describeForeign;
  return { reason, message: describe(object, live, route), field: null };
}

type Describe = (object: string, live: KubernetesObject, route: RouteName) => string;

const describeReleased: Describe = (object, live, route) => {
  const lost = isLabelled(live) ? "owner (a restore from a backup does that)" : `label ${MANAGED_BY_LABEL}`;
  const all = isLabelled(live) ? ", or all such children with traefik-cert-rotater take-over" : "";
  return (
    `${object} was made by this installation, but its ${lost} was taken away: it is left alone. ` +
    `Hand it back: ${handOver(live, route)}${all}. Or delete it and it is made again, or leave it as yours.`
  );
};

const describeTaken: Describe = (object, live) => {
  const owners = owningRoutes(live).map(({ kind, name }) => `${kind} ${name}`);
  return `${object} is the child of ${owners[0]}: it is left alone. Give one of the two routes another name.`;
};

const describeForeign: Describe = (object, live, route) => {
  const maker = makerOf(live);
  const controller = controllerOf(live);
  if (isOfInstallation(live)) {
    return (
      `${object} was made by installation ${maker}: it is left alone. ` +
      `If that one is gone, moved or renamed, hand it over: ${handOver(live, route)}, ` +
      `or all its children with traefik-cert-rotater take-over --from ${maker}. ` +
      "Else let only one of the two have this route (selector.ingressClass)."
    );
  }
  if (isSwitchboards(live) || (controller !== undefined && !isOf(controller, route))) {
    const whose = controller === undefined ? "Switchboard" : `${controller.kind} ${controller.name}`;
    return (
      `${object} exists and belongs to ${whose}: it is left alone. Rename the route, delete that object, ` +
      `or take it from there and hand it over: ${handOver(live, route)}.`
    );
  }
  return (
    `${object} exists and was not made by this installation for this route: it is left alone. ` +
    adoptText(live) +
    `Rename the route, delete that object, or hand it over with the annotation ${ADOPT_ANNOTATION}: "true".`
  );
};

/** Its owner meant to hand it over, and wrote something else than the one word for that. */
function adoptText({ metadata }: KubernetesObject): string {
  const adopt = metadata.annotations?.[ADOPT_ANNOTATION];
  return adopt === undefined || adopt === "true" || adopt === "false"
    ? ""
    : `Its annotation says ${shown(adopt)}, which is not known: only "true" hands it over. `;
}

/** The command after which the object may be written for the route: all that keeps it from being adopted goes. */
function handOver(live: KubernetesObject, route: RouteName): string {
  const controller = controllerOf(live);
  const patch = {
    metadata: {
      ...(isSwitchboards(live) ? { labels: { [MANAGED_BY_LABEL]: null } } : {}),
      annotations: {
        [ADOPT_ANNOTATION]: "true",
        ...(isOfInstallation(live) ? { [INSTANCE_ANNOTATION]: null } : {}),
      },
      ...(controller === undefined || isOf(controller, route) ? {} : { ownerReferences: null }),
    },
  };
  const { name, namespace } = live.metadata;
  const resource = `${live.kind.toLowerCase()}.${live.apiVersion.split("/", 1)[0]}`;
  return `kubectl patch ${resource} ${name} ${namespace === undefined ? "" : `-n ${namespace} `}--type merge -p '${JSON.stringify(patch)}'`;
}

/** Whether it says to be a child of an installation of this product, whichever. */
function isOfInstallation(object: KubernetesObject): boolean {
  return isLabelled(object) && makerOf(object) !== undefined;
}
