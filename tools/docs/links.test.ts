/**
 * Every link between the repository's pages leads somewhere on GitHub, anchors included.
 *
 * @module
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { suite, test } from "node:test";
import { type Page, readPage } from "./markdown.ts";

const ROOT = join(import.meta.dirname, "../..");
const PAGES = execFileSync("git", ["ls-files", "-co", "--exclude-standard", "*.md"], {
  cwd: ROOT,
  encoding: "utf8",
});

/** Links of the page at `path` that lead nowhere, with the reason. */
function deadLinks(path: string, { links }: Page): readonly string[] {
  return links.flatMap((link) => {
    if (/^[a-z]+:/.test(link)) return [];
    const [file = "", anchor] = link.split("#");
    const target = file === "" ? path : join(dirname(path), decodeURI(file));
    if (!existsSync(target)) return [`${link}: there is no ${relative(ROOT, target)}`];
    if (anchor === undefined || !target.endsWith(".md")) return [];
    return readPage(readFileSync(target, "utf8")).anchors.has(anchor)
      ? []
      : [`${link}: there is no #${anchor}`];
  });
}

suite("links of", () => {
  for (const name of PAGES.trim().split("\n")) {
    const path = join(ROOT, name);
    // A page that was deleted and not committed yet.
    if (!existsSync(path)) continue;
    test(name, () => assert.deepEqual(deadLinks(path, readPage(readFileSync(path, "utf8"))), []));
  }
});

test("docs/README.md lists every page", () => {
  const listed = readPage(readFileSync(join(ROOT, "docs/README.md"), "utf8")).links;
  const pages = readdirSync(join(ROOT, "docs")).filter(
    (name) => name.endsWith(".md") && name !== "README.md",
  );
  assert.deepEqual(
    pages.filter((name) => !listed.includes(name)),
    [],
  );
});

test("a dead link and a dead anchor are found", () => {
  const page = readPage(
    "# One `two`!\n\n## One two\n\n[a](#one-two-1) [b](#gone) ![c](gone.svg)\n\n```\n[d](x)\n```",
  );
  assert.deepEqual([...page.anchors], ["one-two", "one-two-1"]);
  assert.deepEqual(page.links, ["#one-two-1", "#gone", "gone.svg"]);
  assert.deepEqual(deadLinks(join(ROOT, "x.md"), { ...page, links: ["gone.svg", "README.md#gone"] }), [
    "gone.svg: there is no gone.svg",
    "README.md#gone: there is no #gone",
  ]);
});
