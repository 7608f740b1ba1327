import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createLogger } from "./log.ts";

function setUp(level: Parameters<typeof createLogger>[0]) {
  const lines: string[] = [];
  const log = createLogger(level, { write: (line) => void lines.push(line) });
  return { log, lines };
}

describe("log", () => {
  test("one JSON object a line, with level and time in words", () => {
    const { log, lines } = setUp("info");
    log.warn({ eventId: "1" }, "said");
    assert.equal(lines.length, 1);
    const { time, ...rest } = JSON.parse(lines[0] ?? "");
    assert.deepEqual(rest, { level: "warn", eventId: "1", msg: "said" });
    assert.equal(new Date(time).toISOString(), time);
  });

  test("whoever logs while some work runs, the line has the fields of the work", async () => {
    const { log, lines } = setUp("info");
    const work = async (of: string) => {
      await null;
      log.info({ of }, "said");
    };
    await Promise.all([
      log.within({ eventId: "1" }, () => work("1")),
      log.within({ eventId: "2" }, () => log.within({ traceId: "t" }, () => work("2"))),
      work("none"),
    ]);
    const seen = lines
      .map((line) => JSON.parse(line))
      .map(({ eventId, traceId, of }) => ({ eventId, traceId, of }));
    assert.deepEqual(seen, [
      { eventId: "1", traceId: undefined, of: "1" },
      { eventId: "2", traceId: "t", of: "2" },
      { eventId: undefined, traceId: undefined, of: "none" },
    ]);
  });

  test("below the level there is silence", () => {
    const { log, lines } = setUp("warn");
    log.info({}, "x");
    log.debug({}, "x");
    assert.deepEqual(lines, []);
  });

  test("an error has its message, its stack and its cause", () => {
    const { log, lines } = setUp("info");
    log.error({ err: new Error("outer", { cause: new Error("inner") }) }, "failed");
    const { err } = JSON.parse(lines[0] ?? "");
    assert.match(err.message, /outer.*inner/);
    assert.match(err.stack, /log\.test\.ts/);
  });

  test("control characters of clusters are escapes, and what a program reads is the same", () => {
    const { log, lines } = setUp("info");
    log.warn({ message: "\u001b[31m\u009b2J\u202e\u007f\n" }, "x");
    assert.doesNotMatch(lines[0] ?? "", /[^\P{Cc}\n]|\u202e/u);
    assert.match(lines[0] ?? "", /^[^\n]*\n$/);
    assert.equal(JSON.parse(lines[0] ?? "").message, "\u001b[31m\u009b2J\u202e\u007f\n");
  });

  test("credentials never appear, at any depth that our fields have", () => {
    const { log, lines } = setUp("debug");
    const secret = "s3cret";
    log.info({ token: secret, authorization: secret }, "x");
    log.info({ headers: { authorization: secret, Authorization: secret, cookie: secret } }, "x");
    log.info({ request: { headers: { authorization: secret } } }, "x");
    log.error({ err: Object.assign(new Error("x"), { token: secret, options: { token: secret } }) }, "x");
    assert.equal(lines.length, 4);
    assert.doesNotMatch(lines.join(), /s3cret/);
  });
});
