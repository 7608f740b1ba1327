import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";

const ROOT = join(import.meta.dirname, "..");

/** From left to right: each may import from those before it. */
const ROOMS = [
  "schema/a.ts",
  "kubernetes/a.ts",
  "traefik/a.ts",
  "work.ts",
  "integrations/a.ts",
  "config/a.ts",
  "reconcile/plan/a.ts",
  "reconcile/observe/a.ts",
  "reconcile/apply/a.ts",
  "reconcile/route/a.ts",
  "reconcile/resync/a.ts",
  "reconcile/dispatch.ts",
  "telemetry/a.ts",
  "app.ts",
  "serve.ts",
  "cli/a.ts",
];

const house = mkdtempSync(join(tmpdir(), "rooms-"));
after(() => rmSync(house, { recursive: true }));
for (const file of ["biome.json", "rooms.jsonc"]) cpSync(join(ROOT, file), join(house, file));

/** The imports that the rules refuse in a file of that path. */
function refused(file: string, imports: readonly string[]): readonly string[] {
  const path = join(house, "functions", file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, imports.map((from) => `import ${JSON.stringify(from)};\n`).join(""));
  const rule = "--only=style/noRestrictedImports";
  const args = ["lint", rule, "--vcs-enabled=false", "--max-diagnostics=none", "--reporter=github", path];
  const { stdout } = spawnSync(join(ROOT, "node_modules/.bin/biome"), args, { cwd: house, encoding: "utf8" });
  rmSync(path);
  const lines = [...stdout.matchAll(/^::error .*\bline=(\d+),/gm)].map(([, line]) => Number(line));
  return lines.map((line) => imports[line - 1] ?? "");
}

for (const [index, room] of ROOMS.entries()) {
  test(`functions/${room} imports only from what stands left of it`, () => {
    const up = "../".repeat(room.split("/").length - 1) || "./";
    const [left, right] = [ROOMS.slice(0, index), ROOMS.slice(index + 1)].map((rooms) =>
      rooms.map((other) => up + other),
    );
    assert.deepEqual(refused(room, [...(left ?? []), ...(right ?? [])]), right);
  });
}

test("no integration imports from another one, or from the list of them", () => {
  const [others, own] = [
    ["../other/a.ts", "../other/room/a.ts", "../index.ts"],
    ["../names.ts", "./room/a.ts", "../../traefik/a.ts"],
  ];
  assert.deepEqual(refused("integrations/one/a.ts", [...others, ...own]), others);
  assert.deepEqual(refused("integrations/one/room/a.ts", ["../../other/a.ts", "../a.ts", "../../names.ts"]), [
    "../../other/a.ts",
  ]);
});

test("no folder has more than 20 files of its own, tests apart", () => {
  const sources = readdirSync(join(ROOT, "functions"), { recursive: true, withFileTypes: true }).filter(
    ({ name }) => name.endsWith(".ts") && !name.endsWith(".test.ts"),
  );
  const folders = Map.groupBy(sources, ({ parentPath }) => parentPath);
  const crowded = [...folders].filter(([, files]) => files.length > 20).map(([folder]) => folder);
  assert.deepEqual(crowded, []);
});
