/**
 * Whether the third-party controller that a child is for has done its part. Pure.
 *
 * @module
 */
import type { Integration } from "../../integrations/integration.ts";
import type { KubernetesObject } from "../../kubernetes/objects.ts";
import { isRecord } from "../../schema/unknown.ts";

export interface ChildProgress {
  readonly done: boolean;
  /** Why it is not done, in the third-party controller's own words where it has some; null where it is. */
  readonly why: string | null;
}

const DONE: ChildProgress = { done: true, why: null };

/**
 * By the condition `Ready` where the integration looks at it, else by whether the child has been looked at. One of
 * of which neither is known is done once it is there.
 */
export function progressOf(
  child: KubernetesObject,
  { isReady, whyNotReady, isObserved, name }: Integration,
): ChildProgress {
  if (isReady !== null) {
    if (isReady(child)) return DONE;
    const why = [readyCondition(child) ?? `${name} has not looked at it`, whyNotReady(child)];
    return { done: false, why: why.filter((text) => text !== null).join(". ") };
  }
  const observed = isObserved === null ? true : isObserved(child);
  if (observed === true) return DONE;
  const why = observed === null ? "has not looked at it" : "has not looked at its last change";
  return { done: false, why: `${name} ${why}` };
}

function readyCondition({ status }: KubernetesObject): string | null {
  const conditions = isRecord(status) && Array.isArray(status.conditions) ? status.conditions : [];
  const ready: unknown = conditions.find(
    (condition: unknown) => isRecord(condition) && condition.type === "Ready",
  );
  if (!isRecord(ready)) return null;
  if (ready.status === "True") return "its last change has not been looked at";
  return [ready.reason, ready.message].filter((text) => typeof text === "string" && text !== "").join(": ");
}
