/**
 * How many passed and failed.
 *
 * @module
 */

import { styleText } from "node:util";

export interface Summary {
  readonly passed: number;
  readonly failed: number;
}

export const NONE: Summary = { passed: 0, failed: 0 };

export function add(left: Summary, right: Summary): Summary {
  return { passed: left.passed + right.passed, failed: left.failed + right.failed };
}

/** One line: mark, name, what there is to say, time. `milliseconds` of wall clock. */
export function line(ok: boolean, name: string, what: string, milliseconds: number): string {
  const time = `${(milliseconds / 1000).toFixed(1)}s`;
  const mark = ok ? styleText("green", "✓") : styleText("red", "✗");
  return `  ${mark} ${name.padEnd(58)} ${what.padEnd(22)} ${time.padStart(7)}\n`;
}
