/**
 * What is reported about a test that failed.
 *
 * @module
 */
import { relative, resolve } from "node:path";
import { inspect } from "node:util";

/** The fields of Node's `test:complete` event that are read here. */
export interface EndedTest {
  readonly name: string;
  readonly file?: string | undefined;
  readonly line?: number | undefined;
  readonly skip?: string | boolean | undefined;
  readonly details: {
    readonly passed: boolean;
    readonly duration_ms: number;
    readonly type?: string | undefined;
    readonly error?: Error | undefined;
  };
}

/** Whether the file itself is meant: one that ends early or badly, or has no tests, stands for a test of its name. */
export function isFile({ name, file }: Pick<EndedTest, "name" | "file">): boolean {
  return file !== undefined && resolve(name) === file;
}

/** Node's word for why it failed; `subtestsFailed` where something in it did. */
export function failureOf({ details }: EndedTest): string | undefined {
  return (details.error as { failureType?: string } | undefined)?.failureType;
}

export function formatFailure(test: EndedTest): string {
  const { name, file, line, details } = test;
  const path = file === undefined ? "" : relative(process.cwd(), file);
  if (isFile(test)) return `\n✗ ${path}\n    the file ended early or badly; its own words are above\n`;
  const error = details.error?.cause ?? details.error;
  // The message of an assertion has its values as a difference already; they can be large.
  const told = error instanceof Error && "generatedMessage" in error ? error.stack : error;
  const text = (typeof told === "string" ? told : inspect(told, { depth: 8, colors: false })).replaceAll(
    /^ +at .*node:internal.*\n/gm,
    "",
  );
  return `\n✗ ${path}:${line ?? 1} ${name}\n${text.replaceAll(/^/gm, "    ")}\n`;
}
