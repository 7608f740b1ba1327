/**
 * Annotations laid over the template: an annotation beats the template, and what of the template contradicts it goes.
 *
 * @module
 */
import { isRecord } from "../../../schema/unknown.ts";
import type { Spec } from "../../integration.ts";
import { keyAlgorithm, keySizeError, lifetimeError } from "./spec-rules.ts";

/** Fields that are merged one level down; all others are replaced as a whole. */
const NESTED = ["privateKey", "subject"];

/** The template's spec with `over` on top. */
export function mergeSpec(template: Spec, over: Spec): Spec {
  const base: Record<string, unknown> = { ...template };
  if (over.renewBefore !== undefined) delete base.renewBeforePercentage;
  if (over.renewBeforePercentage !== undefined) delete base.renewBefore;
  // The webhook takes a literal subject only alone.
  if (over.commonName !== undefined || over.subject !== undefined) delete base.literalSubject;
  if (isRecord(over.privateKey) && over.privateKey.algorithm !== undefined) {
    const keepsAlgorithm = keyAlgorithm(over) === keyAlgorithm(template);
    if (!keepsAlgorithm) delete base.signatureAlgorithm;
    if (!keepsAlgorithm && isRecord(base.privateKey)) base.privateKey = without(base.privateKey, "size");
  }
  for (const [name, value] of Object.entries(over)) {
    const below = base[name];
    base[name] = NESTED.includes(name) && isRecord(below) && isRecord(value) ? { ...below, ...value } : value;
  }
  return base;
}

/**
 * `spec` with what the live Certificate has for the fields whose annotation is invalid: a slip of the pen must not
 * have a certificate issued again. `live` is only read there, and not at all where the outcome would break a rule.
 */
export function keepInvalid(spec: Spec, live: unknown, invalid: readonly string[]): Spec {
  if (invalid.length === 0 || !isRecord(live)) return spec;
  let kept: Spec = {};
  for (const path of invalid) {
    const value = valueAt(live, path);
    if (value !== undefined) kept = withValue(kept, path, value);
  }
  const merged = mergeSpec(spec, kept);
  return lifetimeError(merged) === null && keySizeError(merged) === null ? merged : spec;
}

/** `spec` with the value at a path such as `privateKey.size`. */
export function withValue(spec: Spec, path: string, value: unknown): Spec {
  const [outer = "", inner] = path.split(".");
  if (inner === undefined) return { ...spec, [outer]: value };
  return { ...spec, [outer]: { ...(isRecord(spec[outer]) ? spec[outer] : {}), [inner]: value } };
}

function valueAt(spec: Spec, path: string): unknown {
  const [outer = "", inner] = path.split(".");
  const value = spec[outer];
  if (inner === undefined) return value;
  return isRecord(value) ? value[inner] : undefined;
}

function without(record: Record<string, unknown>, name: string): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).filter(([key]) => key !== name));
}
