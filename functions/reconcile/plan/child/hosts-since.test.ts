import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { KubernetesObject } from "../../../kubernetes/objects.ts";
import { HOSTS_SINCE_ANNOTATION, heldNames, rfc3339, withHostsSince } from "./hosts-since.ts";

const CREATED = "2026-01-01T00:00:00Z";
const EDITED = "2026-02-01T00:00:00Z";
const LATER = "2026-03-01T00:00:00Z";

function child(names: readonly string[], record?: unknown, creationTimestamp = CREATED): KubernetesObject {
  const text = typeof record === "string" ? record : JSON.stringify(record);
  const annotations = record === undefined ? {} : { annotations: { [HOSTS_SINCE_ANNOTATION]: text } };
  return {
    apiVersion: "cert-manager.io/v1",
    kind: "Certificate",
    metadata: { name: "c", creationTimestamp, ...annotations },
    spec: { names },
  };
}

const namesOf = (spec: unknown) => (spec as { names: readonly string[] }).names;

/** The record after an edit from one list of names to another. */
function recordOf(live: KubernetesObject | null, names: readonly string[], now: string): unknown {
  const text = edited(live, names, now).metadata.annotations?.[HOSTS_SINCE_ANNOTATION];
  return text === undefined ? null : JSON.parse(text);
}

function edited(live: KubernetesObject | null, names: readonly string[], now: string): KubernetesObject {
  return withHostsSince(child(names), live, namesOf, now);
}

function since(object: KubernetesObject, name: string): string | null {
  return heldNames(object, namesOf(object.spec)).since(name);
}

suite("the record", () => {
  test("none on a new child, nor where all names are as old as it is", () => {
    assert.equal(recordOf(null, ["a.org"], EDITED), null);
    assert.equal(recordOf(child(["a.org", "b.org"]), ["a.org"], EDITED), null);
  });

  test("names that come later are recorded, and the others keep their place", () => {
    const first = edited(child(["a.org"]), ["a.org", "b.org"], EDITED);
    assert.equal(since(first, "a.org"), CREATED);
    assert.equal(since(first, "b.org"), EDITED);
    const second = edited(first, ["a.org", "b.org", "c.org"], LATER);
    assert.deepEqual(
      ["a.org", "b.org", "c.org"].map((name) => since(second, name)),
      [CREATED, EDITED, LATER],
    );
  });

  test("the same names: the same text, at whatever time", () => {
    const first = edited(child(["a.org"]), ["c.org", "b.org", "a.org"], EDITED);
    const again = edited(first, ["a.org", "b.org", "c.org"], LATER);
    assert.deepEqual(again.metadata.annotations, first.metadata.annotations);
  });

  test("a name that goes and comes back has lost its place", () => {
    const without = edited(child(["a.org", "b.org"]), ["b.org"], EDITED);
    assert.equal(since(without, "a.org"), null);
    assert.equal(since(edited(without, ["a.org", "b.org"], LATER), "a.org"), LATER);
  });

  test("annotations of the child stay", () => {
    const desired = { ...child(["b.org"]), metadata: { name: "c", annotations: { kept: "yes" } } };
    const built = withHostsSince(desired, child(["a.org"]), namesOf, EDITED);
    assert.equal(built.metadata.annotations?.kept, "yes");
  });
});

suite("wildcards", () => {
  test("a name under a wildcard counts since the wildcard is", () => {
    const object = child(["*.x.org"], { "*.x.org": EDITED });
    assert.equal(since(object, "a.x.org"), EDITED);
    for (const name of ["x.org", "b.a.x.org", "*.a.x.org"]) assert.equal(since(object, name), null);
  });

  test("the wildcard goes, a name of it comes: it keeps its place", () => {
    const object = edited(child(["y.org", "*.x.org"], { "*.x.org": EDITED }), ["y.org", "a.x.org"], LATER);
    assert.equal(since(object, "a.x.org"), EDITED);
    assert.equal(since(object, "*.x.org"), null);
  });

  test("a wildcard comes and takes a name's place in the list: the name keeps its own in time", () => {
    const wild = edited(child(["a.x.org"]), ["*.x.org"], EDITED);
    assert.equal(since(wild, "a.x.org"), CREATED);
    assert.equal(since(wild, "b.x.org"), EDITED);
    const rest = edited(wild, ["*.x.org", "z.org"], LATER);
    assert.equal(since(rest, "a.x.org"), CREATED);
    assert.deepEqual(edited(rest, ["*.x.org", "z.org"], "2026-09-01T00:00:00Z"), rest);
    assert.equal(since(edited(rest, ["a.x.org"], LATER), "a.x.org"), CREATED);
  });

  test("what no wildcard covers any more is forgotten", () => {
    const wild = edited(child(["a.x.org", "z.org"]), ["*.x.org", "z.org"], EDITED);
    assert.equal(recordOf(wild, ["z.org"], LATER), null);
  });

  test("listed beside the wildcard, as in DNS: the earlier of the two", () => {
    const object = child(["*.x.org", "a.x.org", "b.x.org"], { "*.x.org": EDITED, "b.x.org": LATER });
    assert.equal(since(object, "a.x.org"), CREATED);
    assert.equal(since(object, "b.x.org"), EDITED);
  });
});

suite("a record that somebody wrote", () => {
  test("nobody has a name for longer than the child is there", () => {
    assert.equal(since(child(["a.org"], { "a.org": "1999-01-01T00:00:00Z" }), "a.org"), CREATED);
    assert.equal(since(child(["a.org"], { "a.org": "" }), "a.org"), CREATED);
  });

  test("a name that the child does not have does not count for being recorded", () => {
    assert.equal(since(child(["a.org"], { "b.org": EDITED }), "b.org"), null);
  });

  test("no object, no JSON, no texts: as if there were none", () => {
    for (const record of [
      "",
      "{",
      "[]",
      "null",
      '"a.org"',
      '{"a.org":1}',
      '{"a.org":{"x":"y"}}',
      '["a.org"]',
    ]) {
      assert.equal(since(child(["a.org"], record), "a.org"), CREATED, record);
      assert.equal(recordOf(child(["a.org"], record), ["a.org"], EDITED), null, record);
    }
  });

  test("names that JavaScript's objects have by themselves are names like all others", () => {
    for (const name of ["constructor", "__proto__", "valueof"]) {
      assert.equal(since(child([name], {}), name), CREATED, name);
      assert.equal(since(edited(child(["a.org"], {}), ["a.org", name], EDITED), name), EDITED, name);
    }
  });

  test("a child without a creation time", () => {
    const { creationTimestamp: _, ...metadata } = child(["a.org"]).metadata;
    assert.equal(since({ ...child(["a.org"]), metadata }, "a.org"), "");
  });
});

test("times as the API server writes them", () => {
  assert.equal(rfc3339(Date.parse("2026-01-02T03:04:05.678Z")), "2026-01-02T03:04:05Z");
});
