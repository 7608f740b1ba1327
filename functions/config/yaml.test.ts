import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { formatYaml, parseYaml, parseYamlDocuments } from "./yaml.lazy.ts";

function values(text: string): unknown[] {
  return parseYamlDocuments(text).map((document) =>
    "value" in document ? document.value : document.error.message,
  );
}

function lines(text: string): number[] {
  return parseYamlDocuments(text).map(({ line }) => line);
}

describe("YAML as kubectl reads it", () => {
  test("merge keys: what the mapping says itself counts, then the first of those merged", () => {
    const text = `
base: &base {a: 1, b: 1}
other: &other {b: 2, c: 2}
one: {<<: *base, b: 3}
late: {b: 3, <<: *base}
both: {<<: [*base, *other]}
inline: {<<: {d: 4}, e: 5}
chained: {<<: {<<: *base, b: 9}}
`;
    const [value] = values(text);
    const { base: _, other: __, ...rest } = value as Record<string, unknown>;
    assert.deepEqual(rest, {
      one: { a: 1, b: 3 },
      late: { a: 1, b: 3 },
      both: { a: 1, b: 1, c: 2 },
      inline: { d: 4, e: 5 },
      chained: { a: 1, b: 9 },
    });
  });

  test("in quotes << is a key; what is no mapping cannot be merged", () => {
    assert.deepEqual(values('a: {"<<": {b: 1}}'), [{ a: { "<<": { b: 1 } } }]);
    assert.match(String(values("x: 1\na: {<<: text}")[0]), /^<< merges mappings.* at line 2, column 9$/);
    assert.match(String(values("a: {<<: }")[0]), /^<< merges mappings/);
  });

  test("scalars of YAML 1.1, but no times", () => {
    const text = "{a: yes, b: Off, c: 0755, d: 1_000, e: 2001-01-01, f: 1:30, g: 0x1F, h: ~, i: !own x}";
    assert.deepEqual(values(text), [
      { a: true, b: false, c: 493, d: 1000, e: "2001-01-01", f: "1:30", g: 31, h: null, i: "x" },
    ]);
    assert.deepEqual(values("a: !!binary aGk="), [{ a: "hi" }]);
  });

  test("a key of the prototype is a key like any other", () => {
    const [value] = values("a: {<<: {__proto__: {x: 1}}}");
    assert.deepEqual(JSON.stringify(value), '{"a":{"__proto__":{"x":1}}}');
  });

  test("line ends of Windows, tabs behind values", () => {
    assert.deepEqual(values('a: "x"\t\r\nb:\t1\r\n---\r\nc: |\r\n  y\r\n'), [{ a: "x", b: 1 }, { c: "y\n" }]);
  });

  const BROKEN: readonly [what: string, text: string, message: RegExp][] = [
    ["a tab that indents", "x: 1\na:\n\tb: 1", /^Tabs .* at line 3, column 1$/],
    [
      "a key that stands twice",
      "a: 1\nb: 2\na: 3",
      /^the key a stands twice in one mapping at line 3, column 1$/,
    ],
    ["objects without a line ---", "kind: A\n\nkind: B", /^the key kind .*a line --- at line 3, column 1$/],
    ["a key that is no text", "a: {{ .Values.x }}", /^a key is no text at line 1, column 5$/],
    ["no anchor", "a: *b", /^there is no anchor &b before \*b at line 1, column 4$/],
    ["an anchor within itself", "a: &a {b: *a}", /^\*a stands within &a itself/],
    ["no end of brackets", `a: ${"[".repeat(20_000)}`, /^it is nested too deeply/],
  ];
  for (const [what, text, message] of BROKEN) {
    test(`${what} is an error with its line, and costs no other document`, () => {
      const [first, broken, last] = values(`ok: 1\n---\n${text}\n---\nok: 2\n`);
      assert.deepEqual([first, last], [{ ok: 1 }, { ok: 2 }]);
      assert.match(
        String(broken).replace(/line (\d+)/, (_, line) => `line ${line - 2}`),
        message,
      );
    });
  }
});

describe("aliases", () => {
  test("many are fine", () => {
    const text = `x: &x [{name: s}]\nitems:\n${"- *x\n".repeat(2000)}`;
    const [value] = values(text);
    const { items } = value as { items: unknown[] };
    assert.deepEqual([items.length, items[1999]], [2000, [{ name: "s" }]]);
  });

  test("aliases of aliases are refused, also where they are merged", () => {
    const bomb = (level: (index: number) => string) =>
      `a0: &a0 {k: 1}\n${Array.from({ length: 40 }, (_, index) => level(index + 1)).join("\n")}`;
    const listed = bomb((index) => `a${index}: &a${index} [*a${index - 1}, *a${index - 1}]`);
    const merged = bomb(
      (index) => `a${index}: &a${index} {<<: [*a${index - 1}, *a${index - 1}], k${index}: 1}`,
    );
    for (const text of [listed, merged]) {
      assert.match(String(values(text)[0]), /^aliases make \d+ values of the \d+ written/);
    }
  });
});

describe("streams", () => {
  test("JSON one after another: on lines, without, beside YAML", () => {
    assert.deepEqual(values('{"a":1}\n{"a":2}\n'), [{ a: 1 }, { a: 2 }]);
    assert.deepEqual(values('{"a":1}{"a":"}{"}\t[3]'), [{ a: 1 }, { a: "}{" }, [3]]);
    assert.deepEqual(values('b: 1\n---\n{\n\t"a": 1\n}\n{"a":2}\n---\n{c: 3}\n'), [
      { b: 1 },
      { a: 1 },
      { a: 2 },
      { c: 3 },
    ]);
    assert.deepEqual(lines('{"a":1}\n\n{"a":2}\n---\n{"a":3}'), [1, 3, 5]);
  });

  test("a key that an object of JSON has twice", () => {
    assert.deepEqual(values('{"a":{"b":1}}\n{"a":{"b":1,"c":{"b":2},"b":3}}\n'), [
      { a: { b: 1 } },
      'the key "b" stands twice in one object at line 2, column 25',
    ]);
  });

  test("of JSON lines one that is broken costs no other", () => {
    const [first, broken, last] = values('{"a":1}\n{"a":2,"b"\n{"a":3}\n');
    assert.deepEqual([first, last], [{ a: 1 }, { a: 3 }]);
    assert.match(String(broken), /Flow map .* at line 3/);
    assert.deepEqual(lines('{"a":1}\n{"a":2,"b"\n{"a":3}\n'), [1, 2, 3]);
  });

  test("what only looks like JSON is YAML", () => {
    assert.deepEqual(values('{"a": 1,}'), [{ a: 1 }]);
    assert.deepEqual(values("[a, b]"), [["a", "b"]]);
    assert.match(String(values('{"a": 1')[0]), /line 1/);
  });

  test("markers, directives and comments", () => {
    assert.deepEqual(values("# c\n---\n---\na: 1\n...\n--- # d\nb: |\n  ---\n"), [{ a: 1 }, { b: "---\n" }]);
    assert.deepEqual(values("%YAML 1.1\n---\na: yes\n"), [{ a: true }]);
  });

  test("the line of what stands at a path", () => {
    const [document] = parseYamlDocuments("---\nitems:\n- a: 1\n- a: 2\n");
    assert.ok(document !== undefined && "value" in document);
    assert.deepEqual([document.lineAt(["items", 1]), document.lineAt(["x", 1])], [4, 2]);
  });

  test("one document only, where only one is wanted", () => {
    assert.equal(parseYaml("# nothing\n"), undefined);
    assert.throws(() => parseYaml("a: 1\n---\nb: 1"), /more than one document/);
  });
});

describe("output", () => {
  test("texts that another parser would read as something else are quoted", () => {
    const value = { a: "yes", b: "on", c: "0755", d: "1_000", e: "text", f: "1:30" };
    assert.equal(formatYaml(value), 'a: "yes"\nb: "on"\nc: "0755"\nd: "1_000"\ne: text\nf: "1:30"\n');
    assert.deepEqual(parseYaml(formatYaml(value)), value);
  });

  test("hidden characters stand in double quotes, on one line", () => {
    const value = { a: "x\u001b[31m\r\ny\u009b\u202e", "\u200fkey": "long".repeat(40) };
    const text = formatYaml(value);
    assert.match(text, /^a: ".*"\n".*key": long.*\n$/);
    assert.deepEqual(parseYaml(text), value);
  });
});
