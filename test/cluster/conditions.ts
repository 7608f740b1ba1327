/**
 * Conditions in the status of objects.
 *
 * @module
 */
interface Status {
  readonly conditions?: readonly { readonly type: string; readonly status: string }[];
}

/** Whether an object has this condition, and it is true. */
export function hasCondition(object: { readonly status?: unknown } | null, wanted: string): boolean {
  const { conditions = [] } = (object?.status ?? {}) as Status;
  return conditions.some(({ type, status }) => type === wanted && status === "True");
}

export const isReady = (object: { readonly status?: unknown } | null): boolean =>
  hasCondition(object, "Ready");
