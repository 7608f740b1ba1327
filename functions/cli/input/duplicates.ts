/**
 * Objects that stand more than once in the input. Pure.
 *
 * @module
 */
import { isDeepStrictEqual } from "node:util";
import type { KubernetesObject } from "../../kubernetes/objects.ts";
import type { Located } from "./input.ts";

export interface Distinct {
  /** Each object once. */
  readonly objects: readonly Located[];
  /** One line for each object that stands there twice and says something else the second time. */
  readonly contradictions: readonly string[];
}

/** Keeps the last of each, which is what `kubectl apply` leaves in a cluster. */
export function lastOfEach(located: readonly Located[]): Distinct {
  const last = new Map<string, Located>();
  const contradictions: string[] = [];
  for (const one of located) {
    const key = keyOf(one.object);
    const before = last.get(key);
    // Behind those that came since, as the later one stands.
    last.delete(key);
    last.set(key, one);
    if (before === undefined || isDeepStrictEqual(before.object, one.object)) continue;
    contradictions.push(
      `${before.origin}: stands again at ${one.origin}, and the last counts, as with kubectl apply; ` +
        "remove one, or give it another name",
    );
  }
  return { objects: [...last.values()], contradictions };
}

function keyOf({ apiVersion, kind, metadata }: KubernetesObject): string {
  const [group] = apiVersion.split("/");
  return `${kind}.${group} ${metadata.namespace ?? ""}/${metadata.name}`;
}
