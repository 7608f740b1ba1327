/**
 * The completion script of zsh.
 *
 * @module
 */
import type { CompletedCommand, CompletedOption } from "./completed.ts";

export function zshScript(program: string, commands: readonly CompletedCommand[]): string {
  const name = `_${program}`;
  return `#compdef ${program}
# zsh completion of ${program}
${name}() {
  local state line
  _arguments -C '1:command:->command' '*::argument:->argument'
  case $state in
    command)
      local -a commands=(
${commands.map(({ name, description }) => `        '${name}:${description}'`).join("\n")}
      )
      _describe command commands ;;
    argument)
      case $line[1] in
${commands.map(commandCase).join("\n")}
      esac ;;
  esac
}
if [ "$funcstack[1]" = ${name} ]; then ${name} "$@"; else compdef ${name} ${program}; fi
`;
}

function commandCase({ name, options, takesFiles }: CompletedCommand): string {
  const specs = options.flatMap((option) =>
    option.flags.map((flag) => `'${flag}[${option.description}]${value(option)}'`),
  );
  if (takesFiles) specs.push("'*:file:_files'");
  return `        ${name}) _arguments ${specs.join(" ")} ;;`;
}

function value({ value }: CompletedOption): string {
  switch (value) {
    case "none":
      return "";
    case "any":
      return ":value:";
    case "file":
      return ":file:_files";
    default:
      return `:value:(${value.join(" ")})`;
  }
}
