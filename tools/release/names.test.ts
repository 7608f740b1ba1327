import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { suite, test } from "node:test";
import { parse } from "yaml";
import { namesOf, withImage } from "./names.ts";

const read = (path: string) => readFile(new URL(`../../${path}`, import.meta.url), "utf8");
const values = await read("traefik-cert-rotation/values.yaml");

suite("published names", () => {
  test("come from the chart's values, whether or not the registry stands apart there", () => {
    const together = namesOf("image:\n  repository: ghcr.io/owner/traefik-cert-rotater\n");
    assert.deepEqual(together, {
      home: "ghcr.io/owner",
      image: "ghcr.io/owner/traefik-cert-rotater",
      charts: "ghcr.io/owner/charts",
      chart: "ghcr.io/owner/charts/traefik-cert-rotation",
    });
    const apart = namesOf("image:\n  registry: ghcr.io\n  repository: owner/traefik-cert-rotater\n");
    assert.deepEqual(apart, together);
  });

  test("can be others, which the chart then has too, with its comments", () => {
    const names = namesOf(values, "registry.example.com:5000/team");
    assert.equal(names.image, "registry.example.com:5000/team/traefik-cert-rotater");
    const changed = withImage(values, names);
    assert.deepEqual(namesOf(changed), names);
    assert.equal(changed.split("\n").length, values.split("\n").length);
    const { image: _, ...others } = parse(changed);
    const { image: __, ...before } = parse(values);
    assert.deepEqual(others, before);
    assert.equal(withImage(values, namesOf(values)), values);
  });

  test("stand as they are in all that people copy from", async () => {
    const { image, chart } = namesOf(values);
    assert.ok((await read("README.md")).includes(`oci://${chart} `));
    assert.ok((await read("traefik-cert-rotation/README.md")).includes(`oci://${chart} `));
    assert.ok((await read("docs/security.md")).includes(`${image}@`));
    for (const path of [
      "README.md",
      "traefik-cert-rotation/README.md",
      "docs/security.md",
      "docs/operations.md",
    ])
      for (const [name] of (await read(path)).matchAll(/ghcr\.io\/[\w./-]+/g))
        assert.ok([image, chart].includes(name.replace(/[.:]+$/, "")), `${path}: ${name}`);
  });
});
