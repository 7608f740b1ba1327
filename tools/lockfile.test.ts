import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { suite, test } from "node:test";

interface Locked {
  readonly version?: string;
  readonly integrity?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

interface Lockfile {
  readonly packages: Readonly<Record<string, Locked>>;
}

for (const path of [
  "package-lock.json",
  "test/oldest-node/package-lock.json",
  "docs/site/package-lock.json",
]) {
  const text = await readFile(new URL(`../${path}`, import.meta.url), "utf8");
  const { packages } = JSON.parse(text) as Lockfile;
  const locked = Object.entries(packages).filter(([folder]) => folder !== "");

  suite(path, () => {
    test("pins the content of every package", () => {
      assert.notEqual(locked.length, 0);
      for (const [folder, { version, integrity }] of locked) {
        assert.match(version ?? "", /^\d+\.\d+\.\d+/, folder);
        assert.match(integrity ?? "", /^sha512-[\w+/]{86}==$/, folder);
      }
    });

    test("has the packages of every platform, or npm ci refuses it", () => {
      const missing = locked.flatMap(([folder, { optionalDependencies = {} }]) =>
        Object.keys(optionalDependencies).filter(
          (name) => !(`node_modules/${name}` in packages || `${folder}/node_modules/${name}` in packages),
        ),
      );
      assert.deepEqual(missing, []);
    });

    test("names no registry, so that every mirror will do", () => {
      assert.doesNotMatch(text, /"resolved"/);
    });
  });
}
