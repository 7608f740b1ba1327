/**
 * Why there is no release.
 *
 * @module
 */

/** Nothing was pushed. Each problem is one sentence with the reason and what to do. */
export class RefusedError extends Error {
  override readonly name = "RefusedError";
  readonly problems: readonly string[];

  constructor(problems: readonly string[], options?: ErrorOptions) {
    super(problems.join("\n"), options);
    this.problems = problems;
  }
}

/** The line in which a program says what is wrong: the first that begins so, else the first; without its arguments. */
export function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const lines = message
    .replace(/^\S+ .*? failed: /, "")
    .trim()
    .split("\n");
  const line = lines.find((text) => /^(error|fatal)\b/i.test(text)) ?? lines[0] ?? "";
  return line.replace(/^Error: /, "");
}
