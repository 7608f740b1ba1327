import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { carries, includes, isApplied, isEqual, ownedPart, ownsNothingBut } from "./fields-v1.ts";
import type { FieldsV1 } from "./objects.ts";

const owners = { 'k:{"uid":"1"}': {} };

suite("the values of an apply in a live object", () => {
  const item = { name: "a", value: "1" };
  const more = { ...item, note: "x" };
  const keyed = { 'k:{"name":"a"}': { ".": {}, "f:name": {}, "f:value": {} } };
  const cases: readonly (readonly [
    title: string,
    carried: boolean,
    live: unknown,
    desired: unknown,
    fields: FieldsV1 | undefined,
  ])[] = [
    ["a scalar", true, 1, 1, {}],
    ["another scalar", false, 1, 2, {}],
    ["a map of fields, with one of somebody else", true, more, item, { "f:name": {}, "f:value": {} }],
    ["the same with a dot", true, more, item, { ".": {}, "f:name": {}, "f:value": {} }],
    ["a map owned as a whole, with a field more", false, more, item, {}],
    ["the same with a dot", false, more, item, { ".": {} }],
    ["a map owned as a whole, in another order", true, { value: "1", name: "a" }, item, {}],
    ["a map of which nothing is said, with a field more", true, more, item, undefined],
    ["a field is missing", false, { name: "a" }, item, { "f:name": {}, "f:value": {} }],
    ["a list owned as a whole", true, [item], [item], {}],
    ["with a field more in an item", false, [more], [item], {}],
    ["with a field less in an item", false, [item], [more], {}],
    ["with an item more", false, [item, more], [item], {}],
    ["in another order", false, ["b", "a"], ["a", "b"], {}],
    ["a list of which nothing is said", true, [item], [item], undefined],
    ["with a field more in an item", false, [more], [item], undefined],
    ["a keyed list, among items of somebody else", true, [{ name: "z" }, item], [item], keyed],
    ["with a field of somebody else in the item", true, [more], [item], keyed],
    ["with another value in the item", false, [{ ...item, value: "2" }], [item], keyed],
    ["with an item that is not ours yet", false, [item], [item, { name: "b" }], keyed],
    ["a set, among items of somebody else", true, ["z", "a"], ["a"], { 'v:"a"': {} }],
    ["without the item", false, ["z"], ["a"], { 'v:"a"': {} }],
    ["an empty map, filled by somebody else", false, { a: 1 }, {}, {}],
    ["a map where there is none", false, "a", { a: 1 }, { "f:a": {} }],
    ["a list where there is none", false, { a: 1 }, ["a"], {}],
    ["a keyed list where there is none", false, undefined, [item], keyed],
    ["an undefined field", true, {}, { a: undefined }, { "f:b": {} }],
    ["an undefined field that somebody else has", true, { a: 1 }, { a: undefined }, { "f:b": {} }],
  ];
  for (const [title, carried, live, desired, fields] of cases) {
    test(`${title}: ${carried ? "as applied" : "differs"}`, () => {
      assert.equal(carries({ x: live }, { x: desired }, { "f:x": fields }), carried);
    });
  }
});

suite("whether the last apply was this one", () => {
  const desired = {
    metadata: { labels: { a: "b" }, ownerReferences: [{ uid: "1", name: "n" }] },
    spec: { l: ["a"] },
  };
  const fields = {
    "f:metadata": { "f:labels": { "f:a": {} }, "f:ownerReferences": owners },
    "f:spec": { ".": {}, "f:l": {} },
  };
  const live = {
    metadata: {
      name: "x",
      labels: { a: "b", c: "d" },
      ownerReferences: [{ uid: "0" }, { uid: "1", name: "n" }],
    },
    spec: { l: ["a"], other: 1 },
  };
  const metadata = { ...live.metadata, ownerReferences: [{ uid: "1", name: "m" }] };
  const cases: readonly (readonly [
    title: string,
    applied: boolean,
    trie: FieldsV1 | undefined,
    wanted: unknown,
    live: unknown,
  ])[] = [
    ["it was", true, fields, desired, live],
    ["an undefined field is none", true, fields, { ...desired, status: undefined }, live],
    [
      "a field is not ours",
      false,
      { ...fields, "f:spec": { ".": {} } },
      { ...desired, spec: { l: [], m: 1 } },
      live,
    ],
    ["a field more is ours", false, { ...fields, "f:status": {} }, desired, live],
    ["a value differs", false, fields, desired, { ...live, spec: { l: ["b"] } }],
    ["an item more", false, fields, desired, { ...live, spec: { l: ["a", "b"] } }],
    ["an owner differs", false, fields, desired, { ...live, metadata }],
    ["no owner is there", false, fields, desired, { ...live, metadata: { labels: { a: "b" } } }],
    [
      "an owner less is wanted",
      false,
      fields,
      { ...desired, metadata: { ...desired.metadata, ownerReferences: [] } },
      live,
    ],
    ["nothing is ours", false, undefined, desired, live],
    [
      "a list of other things with a key",
      false,
      { "f:x": { 'k:{"name":"a"}': {} } },
      { x: [{ name: "a" }] },
      { x: [{ name: "a" }] },
    ],
    ["a map became a text", false, { "f:x": { "f:a": {} } }, { x: "a" }, { x: "a" }],
    ["a text is a map", false, { "f:x": { "f:a": {} } }, { x: { a: 1 } }, { x: "a" }],
  ];
  for (const [title, applied, trie, wanted, object] of cases) {
    test(title, () => assert.equal(isApplied(trie, wanted, object, isEqual), applied));
  }

  test("what is owned as a whole is compared as asked", () => {
    const trie = { "f:spec": { "f:l": {} } };
    const wanted = { spec: { l: [{ a: 1 }] } };
    const object = { spec: { l: [{ a: 1, b: 2 }] } };
    assert.deepEqual(
      [isApplied(trie, wanted, object, isEqual), isApplied(trie, wanted, object, includes)],
      [false, true],
    );
  });
});

suite("a value that has all that is owned", () => {
  const cases: readonly (readonly [
    title: string,
    has: boolean,
    fields: FieldsV1 | undefined,
    value: unknown,
  ])[] = [
    ["a field", true, { "f:a": { ".": {}, "f:b": {} } }, { a: { b: 1 } }],
    ["a field that is gone", false, { "f:a": { "f:b": {} } }, { a: {} }],
    ["a field that is undefined", false, { "f:a": {} }, { a: undefined }],
    ["a field called as one of every object", false, { "f:toString": {} }, {}],
    ["an item of a keyed list", true, { "f:a": { 'k:{"n":1}': { "f:n": {} } } }, { a: [{ n: 0 }, { n: 1 }] }],
    ["an item that is gone", false, { "f:a": { 'k:{"n":1}': {} } }, { a: [{ n: 0 }] }],
    ["a field of an item that is gone", false, { "f:a": { 'k:{"n":1}': { "f:m": {} } } }, { a: [{ n: 1 }] }],
    ["an item of a set", true, { "f:a": { "v:false": {} } }, { a: [true, false] }],
    ["an item of a set that is gone", false, { "f:a": { "v:1": {} } }, { a: [2] }],
    ["a list that is none any more", false, { "f:a": { "v:1": {} } }, { a: 1 }],
    ["nothing owned", true, undefined, {}],
  ];
  for (const [title, has, fields, value] of cases) {
    test(title, () => assert.equal(ownsNothingBut(fields, value), has));
  }
});

test("the owned part of a value", () => {
  const cases: readonly (readonly [fields: FieldsV1 | undefined, value: unknown, part: unknown])[] = [
    [undefined, { a: 1 }, { a: 1 }],
    [{ ".": {} }, { a: 1 }, { a: 1 }],
    [{ "f:a": {}, "f:gone": {} }, { a: [1], b: 2 }, { a: [1] }],
    [{ "f:a": { "f:b": {} } }, { a: { b: 1, c: 2 } }, { a: { b: 1 } }],
    [owners, [{ uid: "0" }, { uid: "1", x: 1 }], [{ uid: "1", x: 1 }]],
    [{ "v:1": {} }, [2, 1], [1]],
    [{ "f:a": { "f:b": {} } }, { a: "text" }, { a: "text" }],
  ];
  for (const [fields, value, part] of cases) assert.deepEqual(ownedPart(value, fields), part);
});

test("equal and included", () => {
  const cases: readonly (readonly [live: unknown, desired: unknown, equal: boolean, included: boolean])[] = [
    [{ a: [{ b: 1 }] }, { a: [{ b: 1 }] }, true, true],
    [{ a: [{ b: 1, c: 2 }] }, { a: [{ b: 1 }] }, false, true],
    [{ a: [{ b: 1 }] }, { a: [{ b: 1, c: 2 }] }, false, false],
    [{ a: 1 }, { a: 1, b: undefined }, true, true],
    [{ a: 1, b: undefined }, { a: 1 }, true, true],
    [[1, 2], [1], false, false],
    [[1], [1, 2], false, false],
    [[], {}, false, false],
    [{}, [], false, false],
    [null, {}, false, false],
    [{}, null, false, false],
    [1, "1", false, false],
  ];
  for (const [live, desired, equal, included] of cases) {
    const title = `${JSON.stringify(live)} and ${JSON.stringify(desired)}`;
    assert.deepEqual([isEqual(live, desired), includes(live, desired)], [equal, included], title);
  }
});
