/**
 * Building blocks of the configuration schemas. Every message says what is expected, as the end of "expected ...".
 *
 * @module
 */
import * as v from "valibot";
import { nearest } from "./nearest.ts";
import { isNamespaceName, isObjectName } from "./object-names.ts";
import { isRecord } from "./unknown.ts";

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

export function strings() {
  return v.array(v.string("a string"), "a list of strings");
}

export function choice<const Options extends readonly [string, ...string[]]>(options: Options) {
  return v.picklist(options, options.join(" or "));
}

/** An object whose other keys are somebody else's business. */
export function open<const Entries extends v.ObjectEntries>(entries: Entries) {
  return v.pipe(v.unknown(), v.check(isRecord, "an object"), members(entries));
}

/** An object of known keys; every other is refused, so that no setting is lost by a slip of the pen. */
export function settings<const Entries extends v.ObjectEntries>(entries: Entries) {
  const known = Object.keys(entries);
  return v.pipe(
    v.unknown(),
    v.check(isRecord, "an object"),
    members(entries),
    v.rawCheck(({ dataset, addIssue }) => {
      const input: unknown = dataset.value;
      if (!isRecord(input)) return;
      for (const [key, value] of Object.entries(input)) {
        if (known.includes(key)) continue;
        const near = nearest(key, known);
        addIssue({
          received: UNKNOWN_KEY,
          message: near === null ? `one of the keys ${known.join(", ")}` : `the key ${near}`,
          path: [{ type: "object", origin: "key", input, key, value }],
        });
      }
    }),
  );
}

/** Where in `input` an issue is, for checks that look at more than one field. Never empty. */
export function pathTo(
  input: unknown,
  [first, ...rest]: readonly [string | number, ...(string | number)[]],
): [v.IssuePathItem, ...v.IssuePathItem[]] {
  const below: unknown = isRecord(input) || Array.isArray(input) ? Reflect.get(input, first) : undefined;
  const item: v.IssuePathItem = { type: "unknown", origin: "value", input, key: first, value: below };
  const [next, ...others] = rest;
  return next === undefined ? [item] : [item, ...pathTo(below, [next, ...others])];
}

/** What marks the issue of an unknown key, for which the key is what was found, not its value. */
export const UNKNOWN_KEY = "unknown key";

function members<const Entries extends v.ObjectEntries>(entries: Entries) {
  return v.looseObject(entries, "a value");
}
