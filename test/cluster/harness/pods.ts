/**
 * The pods of a kind: how many there are, and how many there have been.
 *
 * @module
 */
import type { KubernetesObject } from "../../../functions/kubernetes/objects.ts";
import type { Admin } from "../../control-plane/admin.ts";
import { watch } from "../../control-plane/watch.ts";

export interface FollowedPods {
  /** Those there are now, ending ones too. */
  now(): readonly KubernetesObject[];
  /** All that were seen since the start, by uid. */
  seen(): ReadonlySet<string>;
  /** Waits until there is none, ending ones too. Throws after `timeout` ms. */
  gone(timeout?: number): Promise<void>;
  stop(): void;
}

/** Selects the pods of a Knative Service, and its Deployments. */
export const ofService = (service: string): string => `serving.knative.dev/service=${service}`;

/** Follows the pods with these labels from now on. */
export async function followPods(
  admin: Admin,
  namespace: string,
  labelSelector: string,
): Promise<FollowedPods> {
  const stopped = new AbortController();
  const path = await admin.resolver.path({ apiVersion: "v1", kind: "Pod", namespace });
  const seen = new Set<string>();
  let current: readonly KubernetesObject[] = [];
  let wake: () => void = () => {};
  const first = Promise.withResolvers<void>();
  const follow = async () => {
    for await (const { objects } of watch(admin.client, path, { labelSelector, signal: stopped.signal })) {
      current = [...objects.values()];
      for (const { metadata } of current) seen.add(metadata.uid ?? "");
      first.resolve();
      wake();
    }
  };
  follow().catch((error: unknown) => {
    if (!stopped.signal.aborted) first.reject(error);
  });
  await first.promise;
  return {
    now: () => current,
    seen: () => seen,
    async gone(timeout = 150_000) {
      const late = AbortSignal.timeout(timeout);
      while (current.length > 0) {
        const { promise, resolve } = Promise.withResolvers<void>();
        wake = resolve;
        late.addEventListener("abort", () => resolve(), { once: true });
        await promise;
        if (late.aborted) throw new Error(`${labelSelector} still has pods after ${timeout} ms`);
      }
    },
    stop: () => stopped.abort(),
  };
}
