/**
 * What a command has of the outside, and how it ends.
 *
 * @module
 */

export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  /** Everything on standard input. */
  stdin(): Promise<Uint8Array>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether a person reads what is written there; false unless given. */
  readonly isTerminal?: { readonly out: boolean; readonly err: boolean };
  /** Marks a control sequence as our own, such as a colour; every other is written as an escape. */
  own?(sequence: string): string;
}

/**
 * `problems`: the command did its work and found something wrong with the input. `held`: the resync was made, but for
 * deletions that a person must confirm.
 */
export const EXIT = { fine: 0, problems: 1, usage: 2, blocked: 3 } as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** The command cannot start as it was called; the message says what to change. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
