import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { findBinaries } from "./binaries.ts";
import { buildGoTool, findGo } from "./go-tools.ts";

let folder: string;
let moduleDir: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "go-tools-test-"));
  moduleDir = join(folder, "module");
  await mkdir(moduleDir);
  await writeFile(join(moduleDir, "go.mod"), "module example.test/hello\n\ngo 1.26\n");
  await writeFile(join(moduleDir, "main.go"), 'package main\n\nfunc main() { println("one") }\n');
});
after(() => rm(folder, { recursive: true }));

const hello = () => ({ name: "hello", moduleDir, package: "." });

test("a tool is built, found again without Go, and built again when its source changes", async () => {
  const cache = join(folder, "cache");
  const first = await buildGoTool(hello(), { cache });
  assert.equal((await promisify(execFile)(first)).stderr, "one\n");
  await withFakeGo("exit 1", async () => assert.equal(await buildGoTool(hello(), { cache }), first));
  await writeFile(join(moduleDir, "main.go"), 'package main\n\nfunc main() { println("two") }\n');
  const second = await buildGoTool(hello(), { cache });
  assert.equal((await promisify(execFile)(second)).stderr, "two\n");
});

test("what completes a tool's module changes a copy of it alone", async () => {
  const complete = (copy: string) =>
    writeFile(join(copy, "more.go"), 'package main\n\nfunc init() { println("more") }\n');
  const path = await buildGoTool({ ...hello(), complete }, { cache: join(folder, "completed") });
  assert.match((await promisify(execFile)(path)).stderr, /^more\n/);
  assert.deepEqual((await readdir(moduleDir)).sort(), ["go.mod", "main.go"]);
});

test("a build that fails says what the compiler said", async () => {
  const broken = { ...hello(), package: "./absent" };
  await assert.rejects(
    buildGoTool(broken, { cache: join(folder, "cache") }),
    /GoToolError: go build .* failed:\n.*absent/s,
  );
});

test("a Go that is too old and may not fetch a newer one is named, with what to install", async () => {
  await withFakeGo('printf "go1.24.4\\n/usr/lib/go\\nlocal\\n"', () =>
    assert.rejects(findGo("etcd", moduleDir), {
      message:
        "etcd must be built once with Go 1.26; the go command here is go1.24.4. " +
        "Install Go 1.26 or newer and put its bin folder on PATH.",
    }),
  );
});

test("without Go the message says what to install", () =>
  assert.rejects(findGo("etcd", moduleDir, folder), {
    name: "GoToolError",
    message:
      "etcd must be built once with Go, but there is no go command. " +
      "Install Go 1.26 or newer and put its bin folder on PATH.",
  }));

test("a Go that can fetch the version asked for will do", async () => {
  await withFakeGo('printf "go1.24.4\\n/usr/lib/go\\nauto\\n"', async () =>
    assert.equal(await findGo("etcd", moduleDir), "/usr/lib/go/bin/go"),
  );
});

test("KUBEBUILDER_ASSETS comes first", async () => {
  const assets = join(folder, "assets");
  await mkdir(assets);
  await writeFile(join(assets, "etcd"), "", { mode: 0o755 });
  assert.deepEqual(await findBinaries(["etcd"], assets), { etcd: join(assets, "etcd") });
});

async function withFakeGo(script: string, run: () => Promise<unknown>): Promise<void> {
  const bin = join(folder, "bin");
  await mkdir(bin, { recursive: true });
  await writeFile(join(bin, "go"), `#!/bin/sh\n${script}\n`);
  await chmod(join(bin, "go"), 0o755);
  const { PATH } = process.env;
  process.env.PATH = `${bin}:${PATH}`;
  try {
    await run();
  } finally {
    process.env.PATH = PATH;
  }
}
