/**
 * Completion scripts for shells, from the commands as they are.
 *
 * @module
 */
import type { Command, Option } from "commander";
import type { CompletedCommand, CompletedOption } from "../completion/completed.ts";
import { bashScript } from "../completion/completion-bash.ts";
import { fishScript } from "../completion/completion-fish.ts";
import { zshScript } from "../completion/completion-zsh.ts";
import { UsageError } from "../terminal/terminal.ts";

const SCRIPTS: Readonly<Record<string, (program: string, commands: readonly CompletedCommand[]) => string>> =
  {
    bash: bashScript,
    zsh: zshScript,
    fish: fishScript,
  };

/** @throws {UsageError} for a shell that has no script */
export function completion(program: Command, shell: string): string {
  const script = Object.hasOwn(SCRIPTS, shell) ? SCRIPTS[shell] : undefined;
  if (script === undefined) {
    throw new UsageError(
      `there is no completion for ${shell}; give one of ${Object.keys(SCRIPTS).join(", ")}`,
    );
  }
  return script(program.name(), program.commands.map(completed));
}

function completed(command: Command): CompletedCommand {
  const help = { flags: ["-h", "--help"], description: "display help", value: "none" } as const;
  return {
    name: command.name(),
    description: firstSentence(command.description()),
    options: [...command.options.map(completedOption), help],
    takesFiles: command.options.some(({ long }) => long === "--filename"),
  };
}

function completedOption(option: Option): CompletedOption {
  const { short, long, argChoices, required, optional, description } = option;
  const takesFile = / <file>/.test(option.flags);
  return {
    // Of two long ones the first stands in the place of the short one.
    flags: [short, long].filter((flag) => flag !== undefined && flag !== null),
    description: firstSentence(description),
    value: argChoices ?? (takesFile ? "file" : required || optional ? "any" : "none"),
  };
}

/** Shells show one short line; quotes of any kind would end the script's own. */
function firstSentence(text: string): string {
  return (text.split(/[.;:(]/, 1)[0] ?? "").replaceAll(/['"`\\$[\]]/g, "").trim();
}
