import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

test("a first demo says what it builds and how long that takes; without Go it says in a sentence what to do", async () => {
  const folder = await mkdtemp(join(tmpdir(), "first-run-"));
  await writeFile(join(folder, "go"), "#!/bin/sh\necho broken >&2\nexit 1\n");
  await chmod(join(folder, "go"), 0o755);
  const { KUBEBUILDER_ASSETS: _, ...inherited } = process.env;
  const env = { ...inherited, PATH: `${folder}:/usr/bin:/bin`, XDG_CACHE_HOME: folder };
  const { code, stderr } = await new Promise<{ code: unknown; stderr: string }>((resolve) => {
    execFile(process.execPath, ["test/demo/main.ts"], { env }, (error, _stdout, stderr) =>
      resolve({ code: error?.code, stderr }),
    );
  });
  await rm(folder, { recursive: true });
  assert.equal(code, 1);
  const [announced, ...rest] = stderr.split("\n");
  assert.match(
    announced ?? "",
    /^etcd, kube-apiserver: built once from source, which takes about \d minutes .* KUBEBUILDER_ASSETS\.$/,
  );
  assert.match(
    rest.join("\n"),
    /The demo failed: etcd must be built once with Go, but .* Install Go 1\.\d+/s,
  );
});
