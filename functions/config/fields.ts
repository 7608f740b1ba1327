/**
 * Building blocks of the configuration schemas, with messages that say what is expected.
 *
 * @module
 */
import * as v from "valibot";
import { isNamespaceName, isObjectName } from "../kubernetes/paths.ts";

export function text() {
  return v.pipe(v.string("a string"), v.nonEmpty("a string that is not empty"));
}

export function flag() {
  return v.boolean("true or false");
}

export function objectName() {
  return v.pipe(v.string("a string"), v.check(isObjectName, "the name of a Kubernetes object"));
}

export function namespaceName() {
  return v.pipe(v.string("a string"), v.check(isNamespaceName, "the name of a namespace"));
}

export function texts() {
  return v.record(v.string(), v.string("a string"), "an object of strings");
}

export function choice<const Options extends readonly [string, ...string[]]>(options: Options) {
  return v.picklist(options, options.join(" or "));
}

/** An object of known keys; an unknown one is refused, so that no setting is lost by a slip of the pen. */
export function settings<const Entries extends v.ObjectEntries>(entries: Entries) {
  return v.strictObject(entries, (issue) =>
    issue.expected === "never" ? unknownKey(Object.keys(entries)) : "an object",
  );
}

/** What the message of an unknown key starts with; the loader finds the nearest known key in the rest. */
export const UNKNOWN_KEY = "one of the keys ";

function unknownKey(known: readonly string[]): string {
  return UNKNOWN_KEY + known.join(", ");
}
