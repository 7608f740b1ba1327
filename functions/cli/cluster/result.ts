/**
 * A request that may fail without failing the rest.
 *
 * @module
 */
import { KubernetesError } from "../../kubernetes/errors.ts";

export type Result<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: KubernetesError };

/** The outcome of a request; what is no `KubernetesError` is a bug and goes on as an exception. */
export async function settle<T>(request: Promise<T>): Promise<Result<T>> {
  try {
    return { ok: true, value: await request };
  } catch (error) {
    if (error instanceof KubernetesError) return { ok: false, error };
    throw error;
  }
}
