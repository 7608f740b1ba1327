/**
 * What is told about a test that failed.
 *
 * @module
 */
import { relative, resolve } from "node:path";
import { inspect } from "node:util";

/** The fields of Node's `test:fail` event that are read here. */
export interface FailedTest {
  readonly name: string;
  readonly file?: string | undefined;
  readonly line?: number | undefined;
  readonly details: { readonly error: Error & { readonly failureType?: string } };
}

/** Whether the file itself is meant: one that ends early or badly, or has no tests, stands for a test of its name. */
export function isFile({ name, file }: Pick<FailedTest, "name" | "file">): boolean {
  return file !== undefined && resolve(name) === file;
}

/** False for a suite, or a test, that failed because something in it did. */
export function isOwnFailure({ details }: FailedTest): boolean {
  return details.error.failureType !== "subtestsFailed";
}

export function formatFailure(test: FailedTest): string {
  const { name, file, line, details } = test;
  const path = file === undefined ? "" : relative(process.cwd(), file);
  if (isFile(test)) return `\n✗ ${path}\n    the file ended early or badly; its own words are above\n`;
  const error = details.error.cause ?? details.error;
  const text = inspect(error, { depth: 8, colors: false }).replaceAll(/^ +at .*node:internal.*\n/gm, "");
  return `\n✗ ${path}:${line ?? 1} ${name}\n${text.replaceAll(/^/gm, "    ")}\n`;
}
