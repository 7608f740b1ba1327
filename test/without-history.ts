/**
 * Children without the record of when their names came, which distinguishes two histories of one state, and without the
 * digest that covers it.
 *
 * @module
 */
import { APPLIED_ANNOTATION } from "../functions/reconcile/plan/child/applied.ts";
import { HOSTS_SINCE_ANNOTATION } from "../functions/reconcile/plan/child/hosts-since.ts";

/** Annotations of a child, or the FieldsV1 trie of them, without those two. */
export function withoutHistory(annotations: Readonly<Record<string, unknown>> = {}): object {
  const history = [APPLIED_ANNOTATION, HOSTS_SINCE_ANNOTATION].flatMap((name) => [name, `f:${name}`]);
  return Object.fromEntries(Object.entries(annotations).filter(([key]) => !history.includes(key)));
}
