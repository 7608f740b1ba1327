import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { suite, test } from "node:test";
import { sectionOf } from "./changelog.ts";

const text =
  "# Changelog\n\n## Unreleased\n\n### Added\n\n- One.\n\n## [0.2.0] - 2026-12-01\n\n- Two.\n\n## 0.1.0\n";

suite("release notes", () => {
  test("are what stands under the version, up to the next one", () => {
    assert.equal(sectionOf(text, "Unreleased"), "### Added\n\n- One.");
    assert.equal(sectionOf(text, "0.2.0"), "- Two.");
    assert.equal(sectionOf(text, "0.1.0"), "");
    assert.equal(sectionOf(text, "0.1"), null);
  });

  test("can be found in the project's own changelog", async () => {
    const own = await readFile(new URL("../../CHANGELOG.md", import.meta.url), "utf8");
    assert.match(sectionOf(own, "Unreleased") ?? sectionOf(own, "0.1.0") ?? "", /^### Added/);
  });
});
