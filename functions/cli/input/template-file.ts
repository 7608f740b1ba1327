/**
 * Files that are no YAML yet: templates of Helm and others.
 *
 * @module
 */
import { helmCommand, placeholderIn } from "../../traefik/placeholders.ts";

/** A line for the user, where a file that cannot be read as YAML is a template; else null. */
export function templateError(file: string, text: string): string | null {
  const match = /\{\{.*?\}\}|\{%.*?%\}/s.exec(text);
  const placeholder = match === null ? null : placeholderIn(match[0]);
  if (match === null || placeholder === null) return null;
  const line = text.slice(0, match.index).split("\n").length;
  const [found = ""] = placeholder.text.split("\n");
  return placeholder.kind === "helm"
    ? `${file}: is a Helm template (line ${line}: ${found}); render it first: ${helmCommand(chartOf(file))}`
    : `${file}: is a template (line ${line}: ${found}); render it first, and give its result with -f -`;
}

/** The folder of the chart, where the path shows it. */
function chartOf(file: string): string {
  const [, chart] = /^(.*?)(?:^|\/)templates\//.exec(file) ?? [];
  return chart === "" ? "." : (chart ?? "CHART");
}
