import assert from "node:assert/strict";
import { test } from "node:test";
import { pageFile, siteLink } from "./links.ts";
import { sidebarOf } from "./sidebar.ts";

const SOURCE = "https://git.example.com/us/it/blob/main";

for (const [from, link, expected] of [
  ["docs/cli.md", "operations.md#the-deletion-limit", "/docs/operations.md#the-deletion-limit"],
  ["docs/cli.md", "../README.md#installation", "/#installation"],
  ["README.md", "docs/README.md", "/docs/"],
  ["docs/security.md", "adr/0004-answers.md", "/docs/adr/0004-answers.md"],
  ["docs/cli.md", "#plan", "#plan"],
  ["README.md", "https://example.com/a.md", "https://example.com/a.md"],
  ["docs/adr/0001-a.md", "../../functions/app.ts", `${SOURCE}/functions/app.ts`],
  ["README.md", "knative/", `${SOURCE}/knative`],
  ["README.md", "traefik-cert-rotation/README.md", `${SOURCE}/traefik-cert-rotation/README.md`],
] as const) {
  test(`${link} in ${from}`, () => assert.equal(siteLink(from, link, SOURCE), expected));
}

test("what is no page has no address where the source has none", () => {
  assert.equal(siteLink("README.md", "LICENSE", null), null);
});

test("README.md is the start of its folder", () => {
  assert.deepEqual(["README.md", "docs/README.md", "docs/cli.md"].map(pageFile), [
    "index.md",
    "docs/index.md",
    "docs/cli.md",
  ]);
});

test("the sidebar has the tables of the index, and the decisions by themselves", () => {
  const index =
    "# D\n\n| Using | |\n| --- | --- |\n| [A](a.md) | x |\n| [All](adr/README.md) | y |\n\n| Running | |\n| --- | --- |\n| [B](../B.md) | z |\n";
  assert.deepEqual(sidebarOf(index, [{ title: "1. One", path: "docs/adr/0001-one.md" }]), [
    { text: "Using", items: [{ text: "A", link: "/docs/a.md" }] },
    { text: "Running", items: [{ text: "B", link: "/B.md" }] },
    {
      text: "Decisions",
      collapsed: true,
      items: [
        { text: "All", link: "/docs/adr/" },
        { text: "1. One", link: "/docs/adr/0001-one.md" },
      ],
    },
  ]);
});
