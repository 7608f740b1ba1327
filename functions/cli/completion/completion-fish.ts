/**
 * The completion script of fish.
 *
 * @module
 */
import type { CompletedCommand, CompletedOption } from "./completed.ts";

export function fishScript(program: string, commands: readonly CompletedCommand[]): string {
  const lines = commands.flatMap(({ name, description, options, takesFiles }) => [
    `complete -c ${program} -f -n __fish_use_subcommand -a ${name} -d '${description}'`,
    ...(takesFiles ? [`complete -c ${program} -n '__fish_seen_subcommand_from ${name}' -F`] : []),
    ...options.map(
      (option) =>
        `complete -c ${program} -n '__fish_seen_subcommand_from ${name}' ${flags(option)}${value(option)} -d '${option.description}'`,
    ),
  ]);
  return `# fish completion of ${program}\n${lines.join("\n")}\n`;
}

function flags({ flags }: CompletedOption): string {
  return flags
    .map((flag) => (flag.startsWith("--") ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`))
    .join(" ");
}

function value({ value }: CompletedOption): string {
  switch (value) {
    case "none":
      return " -f";
    case "any":
      return " -x";
    case "file":
      return " -r -F";
    default:
      return ` -x -a '${value.join(" ")}'`;
  }
}
