import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { painter } from "./colour.ts";
import { showProgress } from "./progress.ts";
import type { Terminal } from "./terminal.ts";

const TERMINAL = { out: true, err: true };

describe("colours", () => {
  const paint = (env: Terminal["env"], isTerminal?: typeof TERMINAL) =>
    painter({ env, ...(isTerminal === undefined ? {} : { isTerminal }) })("red", "text");

  test("on a terminal only", () => {
    assert.equal(paint({}, TERMINAL), "\u001b[31mtext\u001b[39m");
    assert.equal(paint({}, { out: false, err: true }), "text");
    assert.equal(paint({}), "text");
  });

  test("none where the user wants none, or the terminal has none", () => {
    assert.equal(paint({ NO_COLOR: "1" }, TERMINAL), "text");
    assert.equal(paint({ NO_COLOR: "" }, TERMINAL), "\u001b[31mtext\u001b[39m");
    assert.equal(paint({ TERM: "dumb" }, TERMINAL), "text");
  });
});

describe("progress", () => {
  function shown(isTerminal: typeof TERMINAL, ...counts: number[]): string[] {
    const written: string[] = [];
    const progress = showProgress({ isTerminal, err: (text) => void written.push(text) });
    for (const count of counts) progress.add(count);
    progress.end();
    return written;
  }

  test("one line that is written over and taken away, for long lists", () => {
    assert.deepEqual(shown(TERMINAL, 499, 1, 500), [
      "\r\u001b[K500 objects read",
      "\r\u001b[K1000 objects read",
      "\r\u001b[K",
    ]);
    assert.deepEqual(shown(TERMINAL, 499), []);
  });

  test("nothing where nobody looks", () => {
    assert.deepEqual(shown({ out: true, err: false }, 5000), []);
  });
});
