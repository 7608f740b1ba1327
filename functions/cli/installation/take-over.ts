/**
 * Which children an installation would take over from others, and the patches that do it.
 *
 * @module
 */
import type { KubernetesClient } from "../../kubernetes/client.ts";
import { ConflictError, KindNotServedError, NotFoundError } from "../../kubernetes/errors.ts";
import type { KubernetesObject, ResourceDefinition } from "../../kubernetes/objects.ts";
import { listAll } from "../../reconcile/observe/listing.ts";
import {
  ADOPT_ANNOTATION,
  hasRoute,
  INSTANCE_ANNOTATION,
  MANAGED_BY_SELECTOR,
  makerOf,
} from "../../reconcile/plan/ownership.ts";
import { orAccessError } from "../connection/access-error.ts";

/** A child with the label of this product. */
export interface LabelledChild {
  readonly resource: ResourceDefinition;
  readonly object: KubernetesObject;
  /** The installation that its annotation names; null where it names none. */
  readonly maker: string | null;
  /** No route is among its owners, as after a restore that leaves owners out. */
  readonly lostOwner: boolean;
}

/** All labelled children, of whichever installation, by namespace, kind and name. A kind that is not served has none. */
export async function listLabelled(
  client: Pick<KubernetesClient, "list">,
  resources: readonly ResourceDefinition[],
  namespace: string | null,
  server: string,
): Promise<readonly LabelledChild[]> {
  const found = await Promise.all(
    resources.map(async (resource) => {
      const listed = listAll(client, { resource, namespace, labelSelector: MANAGED_BY_SELECTOR });
      const objects = await orAccessError(
        listed.catch(noneWhereUnknown),
        server,
        () => `you may not list ${resource.plural}.${resource.group}: ask for that right`,
      );
      return objects.map((object) => labelledChild(resource, object));
    }),
  );
  return found.flat().sort((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1));
}

function noneWhereUnknown(error: unknown): readonly KubernetesObject[] {
  if (error instanceof KindNotServedError) return [];
  throw error;
}

function labelledChild(resource: ResourceDefinition, object: KubernetesObject): LabelledChild {
  const maker = makerOf(object) ?? null;
  return { resource, object, maker, lostOwner: !hasRoute(object) };
}

function keyOf({ resource, object: { metadata } }: LabelledChild): string {
  return `${metadata.namespace}/${resource.kind}/${metadata.name}`;
}

/** Those that `instance` would take over: of the installations `from`, and its own that have lost their owners. */
export function takeableOf(
  children: readonly LabelledChild[],
  instance: string,
  from: readonly string[],
): readonly LabelledChild[] {
  return children.filter(
    ({ maker, lostOwner }) => maker !== null && (maker === instance ? lostOwner : from.includes(maker)),
  );
}

/**
 * Takes one over: a child with its owner gets the installation's name; one without becomes what anybody's object is that
 * was handed over, for which route it is the function finds out. False where it has gone or been replaced meanwhile.
 *
 * @throws {ClusterAccessError}
 */
export async function takeOver(
  client: Pick<KubernetesClient, "mergePatch">,
  { resource, object, lostOwner }: LabelledChild,
  instance: string,
  server: string,
): Promise<boolean> {
  const { uid, namespace = "", name } = object.metadata;
  const annotations = lostOwner
    ? { [ADOPT_ANNOTATION]: "true", [INSTANCE_ANNOTATION]: null }
    : { [INSTANCE_ANNOTATION]: instance };
  const patched = client
    .mergePatch({ resource, namespace, name }, { metadata: { uid, annotations } })
    .then(() => true)
    .catch(falseWhereGone);
  return await orAccessError(
    patched,
    server,
    () =>
      `you may not take ${resource.kind} ${namespace}/${name} over, for that you must be allowed to patch ` +
      `${resource.plural}.${resource.group}: ask for that right, or set the value takeOverFrom and have the function do it`,
  );
}

function falseWhereGone(error: unknown): false {
  if (error instanceof NotFoundError || error instanceof ConflictError) return false;
  throw error;
}
