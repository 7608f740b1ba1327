#!/usr/bin/env node
/**
 * The process of the CLI.
 *
 * @module
 */
import "../require-node.ts";
import { buffer } from "node:stream/consumers";
import { visible } from "../hidden-characters.ts";
import { run } from "./program.ts";

// A reader that has seen enough, such as `head`, is no error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});

run(process.argv.slice(2), {
  out: (chunk) => void process.stdout.write(chunk),
  err: (chunk) => void process.stderr.write(chunk),
  stdin: () => buffer(process.stdin),
  env: process.env,
  isTerminal: { out: process.stdout.isTTY === true, err: process.stderr.isTTY === true },
}).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    // Not left to the engine, which writes an error's text as it is.
    process.stderr.write(
      `${visible(error instanceof Error ? (error.stack ?? error.message) : String(error))}\n`,
    );
    process.exitCode = 1;
  },
);
