/**
 * Keys and values of labels and annotations, as Kubernetes' own validation has them.
 *
 * @module
 */

/** Kubernetes' qualified name: an optional DNS prefix, then up to 63 letters, digits, `-`, `_` and `.`. */
const NAME = /^[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$/;
const PREFIX = /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/;

/** An annotation's prefix may have capitals, a label's may not; nobody needs them. */
export function isQualifiedName(key: string): boolean {
  const slash = key.indexOf("/");
  return slash < 0 ? NAME.test(key) : PREFIX.test(key.slice(0, slash)) && NAME.test(key.slice(slash + 1));
}

export function isLabelValue(value: string): boolean {
  return value === "" || NAME.test(value);
}
