/**
 * What GitHub and Renovate read: workflows by GitHub's own parser and schema, pins, and what the custom managers find.
 *
 * @module
 */
import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { build } from "esbuild";
import { parse } from "yaml";
import packageJson from "../../package.json" with { type: "json" };
import renovate from "../../renovate.json" with { type: "json" };

type Parser = typeof import("@actions/workflow-parser");

interface Step {
  readonly uses?: string;
  readonly run?: string;
}

const ROOT = join(import.meta.dirname, "../..");
const FOLDER = join(ROOT, ".github/workflows");
const NAMES = await readdir(FOLDER);
const read = (path: string) => readFile(join(ROOT, path), "utf8");

function stepsOf(workflow: string): readonly Step[] {
  const { jobs } = parse(workflow) as { jobs: Readonly<Record<string, { steps: readonly Step[] }>> };
  return Object.values(jobs).flatMap(({ steps }) => steps);
}

suite("workflows", () => {
  let folder: string;
  let parser: Parser;

  before(async () => {
    // The parser imports JSON in a way that only bundlers understand.
    folder = await mkdtemp(join(tmpdir(), "workflow-parser-"));
    const outfile = join(folder, "parser.cjs");
    const entry = { contents: 'export * from "@actions/workflow-parser"', resolveDir: ROOT };
    await build({ stdin: entry, bundle: true, format: "cjs", platform: "node", outfile, logLevel: "error" });
    parser = createRequire(import.meta.url)(outfile) as Parser;
  });
  after(() => rm(folder, { recursive: true }));

  const errorsOf = (name: string, content: string) => {
    const silent = { info() {}, verbose() {}, error() {} };
    const { context } = parser.parseWorkflow({ name, content }, silent);
    return context.errors.getErrors().map(({ message }) => message);
  };

  for (const name of NAMES) {
    test(`${name} is what GitHub understands`, async () => {
      assert.deepEqual(errorsOf(name, await read(`.github/workflows/${name}`)), []);
    });

    test(`${name} pins each action by the commit, with its version, or by a version for Renovate to pin`, async () => {
      const text = await read(`.github/workflows/${name}`);
      const uses = [...text.matchAll(/^ *(?:- )?uses: (.+)$/gm)].map(([, action = ""]) => action);
      assert.notEqual(uses.length, 0);
      for (const action of uses) assert.match(action, /^[\w./-]+@([0-9a-f]{40} # v\d+\.\d+\.\d+|v\d+)$/);
    });

    test(`${name} runs npm scripts that there are`, async () => {
      const scripts = stepsOf(await read(`.github/workflows/${name}`)).flatMap(({ run = "" }) =>
        [...run.matchAll(/npm run (?:--silent )?([\w:-]+)/g)].map(([, script = ""]) => script),
      );
      assert.deepEqual(
        scripts.filter((script) => !(script in packageJson.scripts)),
        [],
      );
    });
  }

  test("what GitHub does not understand is found", () => {
    const wrong = "on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    stepz: []\n";
    assert.match(errorsOf("x.yml", wrong).join("\n"), /stepz/);
  });
});

suite("Renovate", () => {
  for (const { managerFilePatterns, matchStrings, description } of renovate.customManagers) {
    test(`finds: ${description}`, async () => {
      for (const pattern of managerFilePatterns) {
        const path = pattern.slice(1, -2).replaceAll("\\.", ".").replace(/^\^/, "");
        const text = await read(path);
        const found = matchStrings.flatMap((source) => [...text.matchAll(new RegExp(source, "g"))]);
        assert.equal(
          found.length,
          [...text.matchAll(/^ *(?:const kubernetesV|v)ersion(?: =|:) "v?\d/gm)].length,
        );
        assert.notEqual(found.length, 0);
      }
    });
  }

  test("leaves the oldest Node alone, which is old on purpose", () => {
    assert.ok(renovate.ignorePaths.includes("test/oldest-node/**"));
  });
});

test(".nvmrc is the Node that the project brings", async () => {
  assert.equal((await read(".nvmrc")).trim(), packageJson.devDependencies.node);
});
