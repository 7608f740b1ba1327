/**
 * What can be completed: the commands and their options, as the scripts of the shells need them.
 *
 * @module
 */

export interface CompletedOption {
  /** With their dashes. */
  readonly flags: readonly string[];
  readonly description: string;
  /** What its value may be: none, one of these words, a file, or anything. */
  readonly value: "none" | "any" | "file" | readonly string[];
}

export interface CompletedCommand {
  readonly name: string;
  readonly description: string;
  readonly options: readonly CompletedOption[];
  /** Whether it takes files without an option too. */
  readonly takesFiles: boolean;
}
