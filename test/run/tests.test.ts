import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { after, before, suite, test } from "node:test";
import { promisify } from "node:util";

/** Test files and how many passed and failed in them. */
const FILES = {
  good: ['suite("s", () => { test("a", () => {}); test("b", () => {}); });', 2, 0],
  bad: ['test("a", () => console.log("said")); test("b", () => { throw new Error("told why"); });', 1, 1],
  hook: ['before(() => { throw new Error("x"); }); test("a", () => {}); test("b", () => {});', 0, 2],
  broken: ['throw new Error("while loading");', 0, 1],
  early: ['test("a", () => new Promise(() => {})); setTimeout(() => process.exit(0), 20);', 0, 1],
  late: ['test("a", () => new Promise(() => setInterval(() => {}, 1000)));', 0, 1],
  slow: ['test("a", () => {}); await new Promise((go) => setTimeout(go, 50)); test("b", () => {});', 2, 0],
  exit: ['test("a", () => {}); process.on("exit", () => { process.exitCode = 3; });', 1, 1],
  empty: ["", 0, 1],
} as const;

suite("runTests counts", () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "run-tests-"));
  });
  after(() => rm(folder, { recursive: true }));

  for (const [name, [code, passed, failed]] of Object.entries(FILES)) {
    test(`a file that is ${name}`, async () => {
      const path = join(folder, `${name}.test.mjs`);
      await writeFile(path, `import { before, suite, test } from "node:test";\n${code}\n`);
      // Relative, as npm test gives them.
      const output = await runTests(relative(process.cwd(), path), name === "late" ? 300 : 60_000);
      assert.deepEqual(JSON.parse(output.trimEnd().split("\n").at(-1) ?? ""), { passed, failed });
      assert.equal(output.includes("told why"), name === "bad");
      assert.equal(output.includes("said"), name === "bad");
    });
  }
});

/** In a process of its own: Node's runner does not run inside a test. */
async function runTests(path: string, timeout: number): Promise<string> {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const module = JSON.stringify(join(import.meta.dirname, "tests.ts"));
  const script = `${path}.mjs`;
  await writeFile(
    script,
    `import { runTests } from ${module};
    const summary = await runTests("files", [${JSON.stringify(path)}], { timeout: ${timeout} });
    console.log(JSON.stringify(summary));`,
  );
  const run = promisify(execFile)(process.execPath, [script], { env });
  return (await run).stdout;
}
