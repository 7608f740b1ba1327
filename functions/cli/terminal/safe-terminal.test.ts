import assert from "node:assert/strict";
import { test } from "node:test";
import { painter } from "./colour.ts";
import { showProgress } from "./progress.ts";
import { safeTerminal } from "./safe-terminal.ts";

function setUp() {
  const written: string[] = [];
  const write = (text: string) => void written.push(text);
  const isTerminal = { out: true, err: true };
  const terminal = safeTerminal({
    out: write,
    err: write,
    stdin: async () => new Uint8Array(),
    env: {},
    isTerminal,
  });
  return { terminal, written };
}

test("what is reported is escaped on both streams, and our own colours go through", () => {
  const { terminal, written } = setUp();
  terminal.err("\u001b]0;pwned\u0007\n");
  const paint = painter(terminal);
  terminal.out(`${paint("bold", paint("red", "x\u001b[2J"))}\u001b[31m\n`);
  assert.deepEqual(written, [
    "\\u001b]0;pwned\\u0007\n",
    "\u001b[1m\u001b[31mx\\u001b[2J\u001b[39m\u001b[22m\\u001b[31m\n",
  ]);
});

test("progress still takes its line away", () => {
  const { terminal, written } = setUp();
  const progress = showProgress(terminal);
  progress.add(500);
  progress.end();
  assert.deepEqual(written, ["\r\u001b[K500 objects read", "\r\u001b[K"]);
});

test("the marks of one terminal are none to another", () => {
  const { terminal, written } = setUp();
  terminal.out(setUp().terminal.own?.("\u001b[31m") ?? "");
  assert.match(written[0] ?? "", /\\u001b\[31m/);
});
