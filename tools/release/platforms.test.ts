import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { platformProblems, platformsOfBuildx } from "./platforms.ts";

/** What Docker's documentation shows of `docker buildx inspect --bootstrap`. */
const INSPECTED = `Name:          elated_tesla
Driver:        docker-container

Nodes:
Name:      elated_tesla0
Status:    running
Platforms: linux/amd64*, linux/arm64, linux/ppc64le
`;

suite("platforms", () => {
  test("are read out of what buildx says of its builder", () => {
    assert.deepEqual(platformsOfBuildx(INSPECTED), ["linux/amd64", "linux/arm64", "linux/ppc64le"]);
    assert.deepEqual(platformsOfBuildx("Status: inactive\n"), []);
  });

  test("that cannot be built are named, with what can be done", () => {
    const possible = ["linux/amd64"];
    assert.deepEqual(platformProblems(["linux/amd64"], possible, "emulate it"), []);
    assert.deepEqual(platformProblems(["linux/amd64", "linux/arm64"], possible, "emulate it"), [
      "linux/arm64 cannot be built here, only linux/amd64: emulate it, or leave it out with --platforms linux/amd64",
    ]);
    assert.deepEqual(platformProblems(["linux/arm64"], [], "emulate it"), [
      "linux/arm64 cannot be built here, only nothing: emulate it",
    ]);
  });
});
