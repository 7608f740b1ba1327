/**
 * The function's client made of `@kubernetes/client-node`, as most would write it.
 *
 * @module
 */
import {
  ApiException,
  KubeConfig,
  KubernetesObjectApi,
  type KubernetesObject as LibraryObject,
  PatchStrategy,
} from "@kubernetes/client-node";
import { FIELD_MANAGER, type KubernetesClient } from "../../../../functions/kubernetes/client.ts";
import { NotFoundError } from "../../../../functions/kubernetes/errors.ts";
import {
  apiVersionOf,
  type KubernetesObject,
  type ObjectReference,
} from "../../../../functions/kubernetes/objects.ts";
import { errorOf } from "../../../../functions/kubernetes/status.ts";

/** A client with the pod's own credentials. */
export function createLibraryClient(): KubernetesClient {
  const config = new KubeConfig();
  config.loadFromCluster();
  const api = KubernetesObjectApi.makeApiClient(config);
  const get = (reference: ObjectReference) => orNull(translated("read", api.read(headerOf(reference))));
  return {
    get,
    getMetadata: get,
    listColumn: async () => null,
    watch: () => Promise.reject(new Error("not part of the comparison")),
    readJson: () => Promise.reject(new Error("not part of the comparison")),
    async list(resource, { namespace, labelSelector, limit, continueToken }) {
      const found = await api
        .list(
          apiVersionOf(resource),
          resource.kind,
          namespace ?? undefined,
          ...([undefined, undefined, undefined, undefined] as const),
          labelSelector,
          limit,
          continueToken,
        )
        .catch(rethrow("list"));
      const { _continue: token, resourceVersion = "" } = found.metadata ?? {};
      return {
        items: found.items as unknown as KubernetesObject[],
        continueToken: token || null,
        resourceVersion,
      };
    },
    apply: (_, object) =>
      translated(
        "apply",
        api.patch(
          object as unknown as LibraryObject,
          ...([undefined, undefined, FIELD_MANAGER, true] as const),
          PatchStrategy.ServerSideApply,
        ),
      ),
    create: (_, object) => translated("create", api.create(object as unknown as LibraryObject)),
    mergePatch: (reference, patch) =>
      translated("patch", api.patch({ ...headerOf(reference), ...patch } as unknown as LibraryObject)),
    async delete(reference, preconditions) {
      const rest = [undefined, undefined, undefined, undefined, "Background"] as const;
      await api.delete(headerOf(reference), ...rest, { preconditions }).catch(rethrow("delete"));
    },
  };
}

function headerOf({ resource, namespace, name }: ObjectReference) {
  return {
    apiVersion: apiVersionOf(resource),
    kind: resource.kind,
    metadata: { name, ...(namespace !== null && { namespace }) },
  };
}

function translated(what: string, answer: Promise<LibraryObject>): Promise<KubernetesObject> {
  return answer.catch(rethrow(what)) as unknown as Promise<KubernetesObject>;
}

function rethrow(what: string) {
  return (error: unknown): never => {
    if (!(error instanceof ApiException)) throw error;
    const text = typeof error.body === "string" ? error.body : JSON.stringify(error.body);
    throw errorOf(what, { status: error.code, retryAfter: null, text });
  };
}

async function orNull(answer: Promise<KubernetesObject>): Promise<KubernetesObject | null> {
  return answer.catch((error: unknown) => {
    if (error instanceof NotFoundError) return null;
    throw error;
  });
}
