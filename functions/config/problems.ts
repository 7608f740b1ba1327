/**
 * Validation issues as configuration problems: where, what was found, what is expected.
 *
 * @module
 */
import type { BaseIssue } from "valibot";
import { UNKNOWN_KEY } from "../schema/fields.ts";
import { nearest } from "../schema/nearest.ts";
import { cut, plain } from "../schema/shown.ts";
import type { ConfigurationProblem } from "./configuration.ts";

type PathSegment = string | number;

/**
 * @param prefix path of what was validated
 * @param alsoKnown keys that are allowed directly under the prefix, though the schema does not know them
 */
export function problemsOf(
  issues: readonly BaseIssue<unknown>[],
  prefix: readonly PathSegment[],
  alsoKnown: readonly string[] = [],
): readonly ConfigurationProblem[] {
  return issues.map((issue) => {
    const segments = (issue.path ?? []).map(({ key }) => (typeof key === "number" ? key : String(key)));
    const path = pathOf([...prefix, ...segments]);
    if (issue.received !== UNKNOWN_KEY)
      return { path, found: describe(issue.input), expected: issue.message };
    const near = segments.length === 1 ? nearest(String(segments[0]), alsoKnown) : null;
    return { path, found: "an unknown key", expected: near === null ? issue.message : `the key ${near}` };
  });
}

function pathOf(segments: readonly PathSegment[]): string {
  return segments.map((segment, index) => step(segment, index === 0)).join("");
}

function step(segment: PathSegment, first: boolean): string {
  if (typeof segment === "number") return `[${segment}]`;
  if (!/^[A-Za-z_][\w-]*$/.test(segment)) return `[${JSON.stringify(segment)}]`;
  return first ? segment : `.${segment}`;
}

function describe(value: unknown): string {
  if (value === undefined) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return value === null ? "null" : "an object";
  return typeof value === "string" ? `"${plain(value, 80)}"` : cut(String(value), 80);
}
