import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { missingPackages } from "./complete-lockfile.ts";

const lockfile = await readFile(new URL("../package-lock.json", import.meta.url), "utf8");

test("the lock has the packages of every platform, or npm ci refuses it", () => {
  assert.deepEqual([...missingPackages(JSON.parse(lockfile)).keys()], []);
});

test("the lock names no registry, so that every mirror will do", () => {
  assert.doesNotMatch(lockfile, /"resolved"/);
});

test("a platform that is missing is found by its name", () => {
  const packages = {
    "node_modules/tool": { dev: true, optionalDependencies: { "@t/tool-linux-arm64-musl": "1.2.3" } },
  };
  assert.deepEqual(Object.fromEntries(missingPackages({ packages })), {
    "node_modules/@t/tool-linux-arm64-musl": {
      version: "1.2.3",
      dev: true,
      cpu: ["arm64"],
      license: "MIT",
      optional: true,
      os: ["linux"],
      libc: ["musl"],
    },
  });
});
