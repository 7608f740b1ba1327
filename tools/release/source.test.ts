import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { problemsOf, type Source } from "./source.ts";

const good: Source = {
  version: "1.2.3",
  chart: { version: "1.2.3", appVersion: "1.2.3" },
  changed: [],
  tags: ["nightly", "v1.2.3"],
  revision: "0".repeat(40),
  changelog: "## Unreleased\n\n## 1.2.3 - 2026-11-28\n\n- More.\n",
  manifestImages: ["ghcr.io/owner/image:1.2.3"],
};

const CASES: readonly [what: string, change: Partial<Source>, problem: RegExp | null][] = [
  ["all is well", {}, null],
  ["a file is changed", { changed: ["README.md"] }, /^the working tree is not clean \(README\.md\): commit/],
  ["several are", { changed: ["a", "b", "c"] }, /\(a and 2 more\)/],
  ["there is no tag", { tags: ["nightly"] }, /^no tag names this commit: git tag v1\.2\.3$/],
  [
    "the tag is another",
    { tags: ["v1.2.4"] },
    /^the tag of this commit is v1\.2\.4, version .* 1\.2\.3: tag it v1\.2\.3/,
  ],
  [
    "the chart is older",
    { chart: { version: "1.2.2", appVersion: "1.2.3" } },
    /^version in .*Chart\.yaml is 1\.2\.2/,
  ],
  [
    "the chart's app is",
    { chart: { version: "1.2.3", appVersion: "1.2.2" } },
    /^appVersion in .*Chart\.yaml is 1\.2\.2/,
  ],
  ["the changelog has no entry", { changelog: "## Unreleased\n\n- More.\n" }, /has no section "## 1\.2\.3"/],
  ["the entry is empty", { changelog: "## 1.2.3\n\n## 1.2.2\n\n- Old.\n" }, /says nothing under 1\.2\.3/],
  [
    "manifests are old",
    { manifestImages: ["ghcr.io/owner/image:1.2.2"] },
    /^knative\/ has the image .*:1\.2\.2 instead/,
  ],
  ["the version is none", { version: "next", tags: ["vnext"] }, /^version next .* is not a semantic version/],
];

suite("what speaks against a release", () => {
  for (const [what, change, problem] of CASES) {
    test(what, () => {
      const [first = null, ...others] = problemsOf({ ...good, ...change }, "ghcr.io/owner/image");
      if (problem === null) assert.deepEqual([first, ...others], [null]);
      else assert.match(first ?? "", problem);
    });
  }

  test("is told all at once", () => {
    const source = { ...good, changed: ["a"], tags: [], changelog: "" };
    assert.equal(problemsOf(source, "ghcr.io/owner/image").length, 3);
  });
});
