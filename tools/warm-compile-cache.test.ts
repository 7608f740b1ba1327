import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, suite, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { warmCompileCache } from "./warm-compile-cache.ts";

const dist = fileURLToPath(new URL("../dist", import.meta.url));

suite("compile cache of the image", async () => {
  const folder = await mkdtemp(join(tmpdir(), "warm-test-"));
  await cp(dist, folder, { recursive: true });
  after(() => rm(folder, { recursive: true, force: true }));

  test("is filled by a whole wake, and taken by the next process", async () => {
    assert.ok((await warmCompileCache(folder)) >= 2);
    const env = {
      NODE_COMPILE_CACHE: join(folder, ".cache"),
      NODE_COMPILE_CACHE_PORTABLE: "1",
      NODE_DEBUG_NATIVE: "COMPILE_CACHE",
    };
    // It ends at once for want of credentials, after its code was loaded.
    const program = promisify(execFile)(process.execPath, [join(folder, "serve.cjs")], { env });
    const { code, stderr } = await program.then(
      () => assert.fail("it started"),
      (error: { code: number; stderr: string }) => error,
    );
    assert.equal(code, 2);
    assert.match(stderr, /cache for CommonJS \S+serve\.cjs was accepted/);
  });

  test("is not made by a function that does not work", async () => {
    await assert.rejects(warmCompileCache(join(folder, "nowhere")), /ended before it listened/);
  });
});
