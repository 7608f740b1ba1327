import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { UsageError } from "../terminal/terminal.ts";
import { expandFiles, namesFile } from "./files.ts";

describe("files that are read", () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "files-"));
    for (const name of ["deep/deeper", "empty", ".git", "only/deep"]) {
      await mkdir(join(folder, name), { recursive: true });
    }
    const names = [
      "b.yaml",
      "a.yml",
      "c.json",
      "README.md",
      "deep/d.YAML",
      "deep/deeper/e.yaml",
      ".git/x.yaml",
      "only/deep/f.yaml",
    ];
    for (const name of names) await writeFile(join(folder, name), "");
    await symlink(join(folder, "deep", "d.YAML"), join(folder, "link.yaml"));
  });
  after(() => rm(folder, { recursive: true }));

  const expand = async (words: readonly string[], recursive = false) =>
    (
      await expandFiles(
        words.map((word) => (word === "-" ? word : join(folder, word))),
        recursive,
      )
    ).map((path) => path.replace(`${folder}/`, ""));

  test("of a folder those that can have routes, by name; with -R those of its folders too", async () => {
    assert.deepEqual(await expand(["."]), ["a.yml", "b.yaml", "c.json", "link.yaml"]);
    assert.deepEqual(await expand(["deep"], true), ["deep/d.YAML", "deep/deeper/e.yaml"]);
    assert.deepEqual(await expand(["."], true), [
      "a.yml",
      "b.yaml",
      "c.json",
      "deep/d.YAML",
      "deep/deeper/e.yaml",
      "link.yaml",
      "only/deep/f.yaml",
    ]);
  });

  test("in the order of the words, each once, standard input among them", async () => {
    assert.deepEqual(await expand(["c.json", "-", "README.md", ".", "-", "./b.yaml"]), [
      "c.json",
      "-",
      "README.md",
      "a.yml",
      "b.yaml",
      "link.yaml",
    ]);
    assert.deepEqual(await expand(["absent.yaml"]), ["absent.yaml"]);
  });

  test("a folder without any is wrong usage, which says what -R would do", async () => {
    await assert.rejects(
      expand(["only"]),
      (error) => error instanceof UsageError && /only itself; -R looks/.test(error.message),
    );
    await assert.rejects(
      expand(["empty"], true),
      /no \.yaml, \.yml or \.json file in the folder .*empty or the folders in it/,
    );
  });

  test("a word names a file where it can name no route, or lies there", async () => {
    for (const word of ["-", "a.yaml", "shop/web.yml", "x.json", "./web", "../web", "/tmp/web", ".", ".."]) {
      assert.equal(await namesFile(word), true, word);
    }
    assert.equal(await namesFile("package.json"), true);
    for (const word of ["web", "shop/web", "default/www.example.com"]) {
      assert.equal(await namesFile(word), false, word);
    }
  });
});
