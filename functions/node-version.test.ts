import assert from "node:assert/strict";
import { test } from "node:test";
import packageJson from "../package.json" with { type: "json" };
import { OLDEST_NODE, refusalOfNode } from "./node-version.ts";

test("package.json promises the same", () => {
  assert.equal(packageJson.engines.node, `>=${OLDEST_NODE}`);
});

for (const version of ["22.19.0", "22.20.1", "23.0.0", "24.1.0", "26.10.0", "100.0.0"]) {
  test(`Node ${version} will do`, () => assert.equal(refusalOfNode(version), null));
}

for (const version of ["16.20.2", "18.20.8", "20.19.5", "21.7.3", "22.0.0", "22.9.0", "22.18.0"]) {
  test(`Node ${version} is reported in one sentence as too old`, () => {
    assert.match(
      refusalOfNode(version) ?? "",
      new RegExp(
        `^traefik-cert-rotater needs Node 22\\.19 or newer, and this is Node ${version}: [^\\n]*\\.$`,
      ),
    );
  });
}
