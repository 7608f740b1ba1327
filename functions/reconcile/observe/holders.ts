/**
 * Who has a shared resource, from a printer column where the kind has one: a list of a thousand Certificates is a
 * megabyte, what the column says of them a fifteenth. A column that is not there, or turns out to say something
 * else, is answered by the list.
 *
 * @module
 */
import type { Integration } from "../../integrations/integration.ts";
import type { KubernetesClient } from "../../kubernetes/client.ts";
import { ExpiredError } from "../../kubernetes/errors.ts";
import type { KubernetesObject } from "../../kubernetes/objects.ts";
import type { SharingIntegration } from "../plan/namespace-index.ts";
import { othersAtVersion, readColumn } from "./listing.ts";

/** Who cannot list columns lists objects. */
type Lists = Pick<KubernetesClient, "list"> & Partial<Pick<KubernetesClient, "listColumn">>;

/**
 * Whether others of the object's kind had the shared resource at exactly its version. That shows those that were before
 * it and none that came later: of two writers one and only one sees the other.
 *
 * @throws KubernetesError the list could not be completed, or is none: the object itself is not in it
 */
export async function isTakenByOthers(
  client: Lists,
  { resource, sharedResource }: Pick<Integration, "resource" | "sharedResource">,
  wanted: string,
  object: KubernetesObject,
): Promise<boolean> {
  if (sharedResource === null) return false;
  const { namespace = "", name, resourceVersion = "" } = object.metadata;
  const scope = { resource, namespace, exactVersion: resourceVersion };
  const texts = await readColumn(client, scope, sharedResource.column);
  // What the object is known to have shows that the column says what it is taken to say, and that the list is one.
  if (texts?.get(name) === sharedResource.of(object.spec)) {
    return [...texts].some(([other, text]) => other !== name && text === wanted);
  }
  const others = await othersAtVersion(client, resource, object);
  return others.some(({ spec }) => sharedResource.of(spec) === wanted);
}

type Sharing = Pick<SharingIntegration, "resource" | "sharedResource">;

/** Shared resources by the name of the object that has them. */
export type Acquired = ReadonlyMap<string, string>;

/**
 * What each object has acquired, as far as the list is not behind; null where only the objects tell.
 *
 * @throws KubernetesError
 */
export async function readAcquired(
  client: Lists,
  { resource, sharedResource }: Sharing,
  namespace: string,
): Promise<Acquired | null> {
  try {
    return await readColumn(client, { resource, namespace }, sharedResource.column);
  } catch (error) {
    // Lists of objects start again.
    if (error instanceof ExpiredError) return null;
    throw error;
  }
}
