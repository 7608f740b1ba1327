/**
 * The completion script of bash.
 *
 * @module
 */
import type { CompletedCommand, CompletedOption } from "./completed.ts";

export function bashScript(program: string, commands: readonly CompletedCommand[]): string {
  const names = commands.map(({ name }) => name);
  const name = `_${program.replaceAll("-", "_")}`;
  return `# bash completion of ${program}
${name}() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} command= word files=
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $word in ${names.join("|")}) command=$word; break ;; esac
  done
  case "$command $previous" in
${commands.flatMap(valueCases).join("\n")}
  esac
  case $command in
${commands.map(({ name, options, takesFiles }) => `    ${name}) word="${words(options)}"${takesFiles ? " files=1" : ""} ;;`).join("\n")}
    *) word="${names.join(" ")} --help --version" ;;
  esac
  COMPREPLY=($(compgen -W "$word" -- "$current"))
  if [ -n "$files" ]; then ${files("COMPREPLY+")}; fi
}
complete -F ${name} ${program}
`;
}

function words(options: readonly CompletedOption[]): string {
  return options.flatMap(({ flags }) => flags.filter((flag) => flag.startsWith("--"))).join(" ");
}

function valueCases({ name, options }: CompletedCommand): readonly string[] {
  return options.flatMap(({ flags, value }) => {
    if (value === "none") return [];
    const pattern = flags.map((flag) => `"${name} ${flag}"`).join("|");
    return [`    ${pattern}) ${replyOf(value)}; return ;;`];
  });
}

function replyOf(value: Exclude<CompletedOption["value"], "none">): string {
  if (value === "any") return "COMPREPLY=()";
  if (value === "file") return files("COMPREPLY");
  return `COMPREPLY=($(compgen -W "${value.join(" ")}" -- "$current"))`;
}

/** A name with a space is one, and is quoted on the line; where bash is too old for that, the name alone is offered. */
function files(reply: string): string {
  return `local IFS=$'\\n'; ${reply}=($(compgen -f -- "$current")); compopt -o filenames 2>/dev/null`;
}
