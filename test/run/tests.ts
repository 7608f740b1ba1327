/**
 * Test files with Node's test runner: a line for each as soon as it ends, failures in full.
 *
 * @module
 */
import { availableParallelism } from "node:os";
import { relative, resolve } from "node:path";
import { run } from "node:test";
import { COVERAGE, formatCoverage } from "./coverage.ts";
import { type EndedTest, failureOf, formatFailure, isFile } from "./failure.ts";
import { add, line, NONE, type Summary } from "./summary.ts";

/** Milliseconds. A file that takes longer is broken. */
const FILE_TIMEOUT = 15 * 60_000;
const DEADLINE = new URL("deadline.ts", import.meta.url);

/** What is known of a file that has not ended yet. */
interface Running {
  summary: Summary;
  skipped: number;
  output: string;
  readonly failures: string[];
}

export interface RunOptions {
  /** How many files run at a time: as many as there are processors unless told. */
  readonly concurrency?: number;
  /** Whether to tell how much of the code has run. */
  readonly coverage?: boolean;
  /** When what a file prints is shown: where it fails, unless told. */
  readonly output?: "always" | "on failure";
  /** Milliseconds that a file may take. */
  readonly timeout?: number;
}

/** Runs each file in a process of its own. */
export async function runTests(
  title: string,
  files: readonly string[],
  {
    concurrency = availableParallelism(),
    coverage = false,
    output = "on failure",
    timeout = FILE_TIMEOUT,
  }: RunOptions = {},
): Promise<Summary> {
  process.stdout.write(`\n${title}\n`);
  const running = new Map<string, Running>();
  const failures: string[] = [];
  let total = NONE;
  const of = (file: string): Running => {
    const known = running.get(file);
    if (known !== undefined) return known;
    const fresh: Running = { summary: NONE, skipped: 0, output: "", failures: [] };
    running.set(file, fresh);
    return fresh;
  };
  // Output is told of by the path as it is given, all else by the absolute one.
  const paths = files.map((file) => resolve(file));
  const execArgv = ["--import", `${DEADLINE}?after=${timeout}`];
  const stream = run({ files: paths, concurrency, timeout, execArgv, ...(coverage && COVERAGE) });
  let covered = "";
  for await (const { type, data } of stream) {
    if (type === "test:coverage") covered = formatCoverage(data.summary);
    if (type === "test:stdout" || type === "test:stderr") of(data.file).output += data.message;
    // Passes and failures are reported in the order of the files; ends as they come.
    if (type !== "test:complete" || data.file === undefined) continue;
    const state = of(data.file);
    if (isFile(data)) {
      total = add(total, endFile(data, state, output === "always"));
      failures.push(...state.failures);
    } else endTest(data, state);
  }
  for (const failure of failures) process.stdout.write(failure);
  process.stdout.write(covered);
  return total;
}

function endTest(test: EndedTest, state: Running): void {
  if (test.details.type === "suite") return;
  if (test.skip !== undefined) state.skipped++;
  else if (test.details.passed) state.summary = add(state.summary, { passed: 1, failed: 0 });
  else if (failureOf(test) !== "subtestsFailed") {
    state.summary = add(state.summary, { passed: 0, failed: 1 });
    state.failures.push(formatFailure(test));
  }
}

/** Reports the file, with its output where it `tells` something, and returns what to count for it. */
function endFile(test: EndedTest, state: Running, tells: boolean): Summary {
  const { passed, duration_ms } = test.details;
  const isEmpty = passed && state.summary.passed + state.skipped === 0;
  const isBroken = !passed && failureOf(test) !== "subtestsFailed";
  if (isEmpty || isBroken) state.summary = add(state.summary, { passed: 0, failed: 1 });
  if (isBroken) state.failures.push(formatFailure(test));
  const { summary, skipped } = state;
  const parts = [`${summary.passed} passed`];
  if (summary.failed > 0) parts.push(`${summary.failed} failed`);
  if (skipped > 0) parts.push(`${skipped} skipped`);
  const what = isEmpty ? "has no tests" : parts.join(", ");
  process.stdout.write(
    line(summary.failed === 0, relative(process.cwd(), test.file ?? ""), what, duration_ms),
  );
  if (tells || summary.failed > 0) process.stdout.write(state.output);
  return summary;
}
