/** The bundles on a Node that is too old: simulated, for only the version says so. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { fileURLToPath } from "node:url";

const BUNDLER = fileURLToPath(new URL("../tools/bundle.ts", import.meta.url));

/** Says to be Node 20, and loads nothing but the file that is run, as if every module crashed there. */
const OLD = `
Object.defineProperty(process, "versions", { value: { ...process.versions, node: "20.20.2" } });
const Module = require("node:module");
const load = Module._load;
Module._load = (request, parent, isMain) => {
  if (!isMain) throw new Error("loaded " + request);
  return load(request, parent, isMain);
};
`;

suite("on a Node that is too old", () => {
  let folder: string;
  let old: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "old-node-"));
    assert.equal(spawnSync(process.execPath, [BUNDLER, folder]).status, 0);
    old = join(folder, "old.cjs");
    writeFileSync(old, OLD);
  });
  after(() => rmSync(folder, { recursive: true }));

  for (const words of [
    ["traefik-cert-rotater.cjs"],
    ["traefik-cert-rotater.cjs", "--help"],
    ["traefik-cert-rotater.cjs", "render", "-f", "-"],
    ["traefik-cert-rotater.cjs", "plan"],
    ["traefik-cert-rotater.cjs", "serve"],
    ["serve.cjs"],
  ]) {
    test(`${words.join(" ")} says one sentence and ends with 1, before anything is loaded`, () => {
      const [file = "", ...rest] = words;
      const options = { encoding: "utf8", input: "", env: {} } as const;
      const ended = spawnSync(process.execPath, ["--require", old, join(folder, file), ...rest], options);
      assert.equal(ended.status, 1);
      assert.equal(ended.stdout, "");
      assert.match(
        ended.stderr,
        /^traefik-cert-rotater needs Node 22\.19 or newer, and this is Node 20\.20\.2: .*\.\n$/,
      );
    });
  }
});
