/**
 * From kind to URL, by the API server's own discovery.
 *
 * @module
 */
import { setTimeout as delay } from "node:timers/promises";
import type { ApiClient } from "./api-client.ts";
import { ApiError } from "./api-client.ts";

interface Discovered {
  readonly name: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

export interface Resolver {
  /** The path of an object, or without `name` of its collection. Throws when the kind is not served. */
  path(target: {
    apiVersion: string;
    kind: string;
    namespace?: string | undefined;
    name?: string;
  }): Promise<string>;
  /** Waits (at most 30 s) until discovery names the kind and its collection can be listed. */
  waitUntilServed(target: { apiVersion: string; kind: string }): Promise<void>;
}

export function createResolver(client: ApiClient): Resolver {
  const known = new Map<string, Discovered>();
  const discover = async (apiVersion: string, kind: string): Promise<Discovered> => {
    const found = known.get(`${apiVersion} ${kind}`);
    if (found !== undefined) return found;
    const list = (await client.json({ path: prefix(apiVersion) })) as { resources: Discovered[] };
    for (const resource of list.resources)
      if (!resource.name.includes("/")) known.set(`${apiVersion} ${resource.kind}`, resource);
    const now = known.get(`${apiVersion} ${kind}`);
    if (now === undefined) throw new ApiError(404, "", `${apiVersion} has no kind ${kind}`);
    return now;
  };
  const resolver: Resolver = {
    async path({ apiVersion, kind, namespace, name }) {
      const resource = await discover(apiVersion, kind);
      const scope = resource.namespaced && namespace !== undefined ? `/namespaces/${namespace}` : "";
      return `${prefix(apiVersion)}${scope}/${resource.name}${name === undefined ? "" : `/${name}`}`;
    },
    async waitUntilServed(target) {
      const signal = AbortSignal.timeout(30_000);
      for (;;) {
        try {
          const path = await resolver.path(target);
          await client.json({ path: `${path}?limit=1` });
          return;
        } catch (error) {
          if (!(error instanceof ApiError) || error.status !== 404 || signal.aborted) throw error;
        }
        // Discovery cannot be watched.
        await delay(20);
      }
    },
  };
  return resolver;
}

function prefix(apiVersion: string): string {
  return apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}
