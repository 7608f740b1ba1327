import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { cached, cacheFolder } from "./cache.ts";

let cache: string;
before(async () => {
  cache = await mkdtemp(join(tmpdir(), "cache-test-"));
});
after(() => rm(cache, { recursive: true }));

const fillWith = (text: string) => (folder: string) => writeFile(join(folder, "file"), text);

test("an entry is made once, also by two at the same time", async () => {
  const [one, two] = await Promise.all([
    cached("once", fillWith("first"), cache),
    cached("once", fillWith("second"), cache),
  ]);
  assert.equal(one, two);
  const text = await readFile(join(one, "file"), "utf8");
  await cached("once", () => assert.fail("made again"), cache);
  assert.equal(await readFile(join(one, "file"), "utf8"), text);
});

test("a failure leaves neither entry nor lock nor draft", async () => {
  const fail = async () => {
    throw new Error("no compiler");
  };
  await assert.rejects(cached("failed", fail, cache), /no compiler/);
  assert.deepEqual(
    (await readdir(cache)).filter((name) => /failed|draft/.test(name)),
    [],
  );
  const entry = await cached("failed", fillWith("second try"), cache);
  assert.equal(await readFile(join(entry, "file"), "utf8"), "second try");
});

test("what a killed process left half made is removed", async () => {
  // Above the highest process id that Linux gives.
  const forgotten = join(cache, ".draft-4194305-abc");
  const alive = join(cache, `.draft-${process.pid}-abc`);
  await Promise.all([mkdir(forgotten), mkdir(alive)]);
  await cached("next", fillWith("next"), cache);
  assert.deepEqual([existsSync(forgotten), existsSync(alive)], [false, true]);
});

test("the lock of a process that is gone is broken", { timeout: 60_000 }, async () => {
  await writeFile(join(cache, "dead.lock"), "4194305");
  const entry = await cached("dead", fillWith("mine"), cache);
  assert.equal(await readFile(join(entry, "file"), "utf8"), "mine");
});

test("a lock that nobody has touched for long is broken, though a process has its number", {
  timeout: 60_000,
}, async () => {
  const path = join(cache, "old.lock");
  await writeFile(path, String(process.pid));
  const longAgo = new Date(Date.now() - 60_000);
  await utimes(path, longAgo, longAgo);
  const entry = await cached("old", fillWith("mine"), cache);
  assert.equal(await readFile(join(entry, "file"), "utf8"), "mine");
});

test("XDG_CACHE_HOME is used if it is absolute", () => {
  assert.equal(cacheFolder({ XDG_CACHE_HOME: "/x" }), "/x/traefik-cert-rotater");
  assert.match(cacheFolder({ XDG_CACHE_HOME: "x" }), /\/\.cache\/traefik-cert-rotater$/);
});
