/**
 * The site of the documentation: built as `npm run docs:build` builds it, every link and anchor followed.
 *
 * @module
 */
import assert from "node:assert/strict";
import { glob, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, posix } from "node:path";
import { after, before, suite, test } from "node:test";
import { vitepress } from "../../tools/site/install.ts";
import { deadLinks } from "./dead-links.ts";

const SOURCE = "https://git.example.com/us/it/blob/abc";

suite("the site", () => {
  let folder: string;
  let files: ReadonlyMap<string, string>;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "site-"));
    const env = {
      DOCS_OUT: folder,
      DOCS_BASE: "/it/",
      GITHUB_SERVER_URL: "https://git.example.com",
      GITHUB_REPOSITORY: "us/it",
      GITHUB_SHA: "abc",
    };
    await vitepress(["build"], { env, quiet: true });
    const paths = await Array.fromAsync(glob("**/*.{html,js,svg,css,woff2}", { cwd: folder }));
    const texts = paths.map(async (path) => [path, await readFile(join(folder, path), "utf8")] as const);
    files = new Map(await Promise.all(texts));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  test("has every page that docs/README.md lists, and the decisions", async () => {
    const pages = await Array.fromAsync(glob(["*.md", "docs/*.md", "docs/adr/*.md"], { cwd: "." }));
    const wanted = pages.map((page) =>
      page.replace(/(^|\/)README\.md$/, "$1index.md").replace(/md$/, "html"),
    );
    assert.deepEqual(
      wanted.filter((page) => !files.has(page)),
      [],
    );
  });

  test("has no link and no anchor that leads nowhere", () => {
    const html = [...files].filter(([path]) => path.endsWith(".html"));
    assert.ok(html.length > 30);
    assert.deepEqual(
      html.flatMap(([path, text]) => deadLinks(path, text, files, "/it/")),
      [],
    );
  });

  test("leads to the source where a page names a file", () => {
    const page = files.get("docs/architecture.html") ?? "";
    assert.ok(page.includes(`href="${SOURCE}/functions/app.ts"`));
  });

  test("shows braces as they are written", () => {
    assert.ok(files.get("docs/cli.html")?.includes("<code>{{ x }}</code>"));
  });

  test("has an index to search in", () => {
    const index = [...files].find(([path]) => posix.basename(path).startsWith("@localSearchIndex"));
    assert.ok(index?.[1].includes("The deletion limit"));
  });
});

test("a dead link and a dead anchor are found", () => {
  const files = new Map([
    ["a/index.html", '<h2 id="there">x</h2>'],
    ["b.html", ""],
  ]);
  const html =
    '<a href="/it/a/#there">1</a><a href="/it/a/#gone">2</a><a href="c.html">3</a><img src="/it/x.svg">' +
    '<a href="https://example.com/">4</a><a href="#own">5</a>';
  assert.deepEqual(deadLinks("b.html", html, files, "/it/"), [
    "b.html: /it/a/#gone",
    "b.html: c.html",
    "b.html: /it/x.svg",
    "b.html: #own",
  ]);
});
