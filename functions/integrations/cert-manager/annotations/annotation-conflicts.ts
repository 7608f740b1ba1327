/**
 * Annotations that are fine one by one and do not fit together, or not with the template.
 *
 * @module
 */
import type { Spec } from "../../integration.ts";
import { mergeSpec, withValue } from "../spec/merge-spec.ts";
import { EXCLUSIVE, keySizeError, lifetimeError } from "../spec/spec-rules.ts";

/** The value of a field, and the annotation that it stands in. */
export interface Value {
  readonly key: string;
  readonly value: unknown;
}

/** A field whose annotation has to go; `error` is null where the cause is reported already. */
export interface Conflict {
  readonly path: string;
  readonly error: string | null;
}

/** Which of the values, by path of their field, have to go. `invalid` has the paths that could not be read. */
export function conflictsOf(
  values: ReadonlyMap<string, Value>,
  template: Spec,
  invalid: readonly string[],
): readonly Conflict[] {
  return [...lifetimeConflicts(values, template), ...keySizeConflicts(values, template, invalid)];
}

/** The spec that has just these values. */
export function specOf(values: ReadonlyMap<string, Value>): Spec {
  let spec: Spec = {};
  for (const [path, { value }] of values) spec = withValue(spec, path, value);
  return spec;
}

/** A field that does not fit goes; where that is the template's, what does not fit is the annotated duration. */
function lifetimeConflicts(values: ReadonlyMap<string, Value>, template: Spec): readonly Conflict[] {
  const left = new Map(values);
  const conflicts: Conflict[] = [];
  const drop = (path: string, error: string): void => {
    left.delete(path);
    conflicts.push({ path, error });
  };
  if (left.has("renewBefore") && left.has("renewBeforePercentage")) {
    // Nobody knows which of them is meant.
    drop("renewBefore", EXCLUSIVE);
    drop("renewBeforePercentage", EXCLUSIVE);
  }
  for (;;) {
    const error = lifetimeError(mergeSpec(template, specOf(left)));
    const path = [error?.field, "duration"].find((field) => field !== undefined && left.has(field));
    // Without an annotation to blame, the template is at fault, and the API server will say so.
    if (error === null || path === undefined) return conflicts;
    drop(path, error.message);
  }
}

function keySizeConflicts(
  values: ReadonlyMap<string, Value>,
  template: Spec,
  invalid: readonly string[],
): readonly Conflict[] {
  const path = "privateKey.size";
  const error = values.has(path) ? keySizeError(mergeSpec(template, specOf(values))) : null;
  if (error === null) return [];
  // The size may well fit the algorithm that could not be read.
  return [{ path, error: invalid.includes("privateKey.algorithm") ? null : error }];
}
