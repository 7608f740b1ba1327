/**
 * Test files with Node's test runner: a line for each, failures in full.
 *
 * @module
 */
import { availableParallelism } from "node:os";
import { relative } from "node:path";
import { run } from "node:test";
import { formatFailure, isFile, isOwnFailure } from "./failure.ts";
import { line, NONE, type Tally } from "./tally.ts";

/** A file that takes longer is broken; the first run builds what it needs, which takes minutes. */
const FILE_TIMEOUT = 20 * 60_000;

/** Runs each file in a process of its own, as many at a time as there are processors. */
export async function runTests(title: string, files: readonly string[]): Promise<Tally> {
  process.stdout.write(`\n${title}\n`);
  const failures: string[] = [];
  const outputs = new Map<string, string>();
  let total = NONE;
  let empty = 0;
  const stream = run({
    files: [...files],
    concurrency: availableParallelism(),
    timeout: FILE_TIMEOUT,
  });
  for await (const { type, data } of stream) {
    switch (type) {
      case "test:stderr":
      case "test:stdout":
        outputs.set(data.file, `${outputs.get(data.file) ?? ""}${data.message}`);
        break;
      case "test:pass":
        // A file without a single test passes as a test of its own name.
        if (isFile(data)) empty += reportBroken(data.name, "has no tests");
        break;
      case "test:fail":
        if (isOwnFailure(data)) failures.push(formatFailure(data));
        if (isFile(data) && isOwnFailure(data)) {
          reportBroken(data.name, "broken");
          process.stdout.write(outputs.get(data.name) ?? "");
        }
        break;
      case "test:summary": {
        const { passed, skipped, ...counts } = data.counts;
        const failed = counts.failed + counts.cancelled;
        if (data.file === undefined) {
          total = { passed: passed - empty, failed: failed + empty };
          break;
        }
        const parts = [`${passed} passed`];
        if (failed > 0) parts.push(`${failed} failed`);
        if (skipped > 0) parts.push(`${skipped} skipped`);
        const name = relative(process.cwd(), data.file);
        process.stdout.write(line(data.success, name, parts.join(", "), data.duration_ms));
        if (!data.success) process.stdout.write(outputs.get(data.file) ?? "");
      }
    }
  }
  for (const failure of failures) process.stdout.write(failure);
  return total;
}

/** Returns 1, for one file. */
function reportBroken(name: string, what: string): number {
  process.stdout.write(line(false, relative(process.cwd(), name), what, 0));
  return 1;
}
