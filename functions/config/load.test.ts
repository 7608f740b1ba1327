import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { loadConfiguration } from "./load.ts";

describe("configuration file", () => {
  let folder = "";
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "configuration-"));
  });
  after(() => rm(folder, { recursive: true }));

  async function load(text: string | Uint8Array) {
    const path = join(folder, "config");
    await writeFile(path, text);
    return (await loadConfiguration(path, [])).configuration;
  }

  test("JSON and YAML say the same", async () => {
    const expected = await load('{"selector": {"ingressClass": "internal"}, "logLevel": "warn"}');
    assert.equal(expected.selector.ingressClass, "internal");
    assert.deepEqual(await load("# class\nselector:\n  ingressClass: internal\nlogLevel: warn\n"), expected);
  });

  test("no file, an empty one and one of comments leave the defaults", async () => {
    const { configuration } = await loadConfiguration(null, []);
    assert.equal(configuration.logLevel, "info");
    assert.deepEqual(await load(""), configuration);
    assert.deepEqual(await load("# nothing yet\n"), configuration);
  });

  test("what is neither says where it breaks", async () => {
    const message =
      /^the configuration: found .* at line \d+, column \d+, expected JSON or YAML in .*config$/;
    await assert.rejects(load("a: 1\nb: [\n"), { name: "InvalidConfigurationError", message });
    await assert.rejects(load('{"a": 1,\n "b" }}'), { name: "InvalidConfigurationError" });
    await assert.rejects(load("a: 1\n---\nb: 2\n"), { message: /more than one document/ });
  });

  test("a file that is not there", async () => {
    const message = /found ENOENT.*, expected a readable file .*missing$/;
    await assert.rejects(loadConfiguration(join(folder, "missing"), []), {
      name: "InvalidConfigurationError",
      message,
    });
  });

  test("merge keys are merged, and in quotes refused", async () => {
    const { logLevel } = await load("health: &base {logLevel: debug}\n<<: *base\n");
    assert.equal(logLevel, "debug");
    await assert.rejects(load('health: {a: {"<<": {b: 1}}}'), {
      name: "InvalidConfigurationError",
      message: /^health\.a\.<<: found a key of its own, expected << without quotes/,
    });
  });

  test("UTF-16 and a byte order mark", async () => {
    for (const text of ["\uFEFFlogLevel: debug\n", '\uFEFF{"logLevel": "debug"}']) {
      for (const encoding of ["utf8", "utf16le"] as const) {
        const { logLevel } = await load(Buffer.from(text, encoding));
        assert.equal(logLevel, "debug");
      }
    }
  });

  test("an alias bomb is refused, not expanded", async () => {
    const lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"];
    for (let i = 1; i < 10; i++) {
      lines.push(
        `a${i}: &a${i} [${Array(10)
          .fill(`*a${i - 1}`)
          .join(", ")}]`,
      );
    }
    await assert.rejects(load(lines.join("\n")), { message: /alias/i });
  });
});
