/**
 * The explanation of one route for people.
 *
 * @module
 */
import { oneLine } from "../../hidden-characters.ts";
import { problemText } from "../../problem.ts";
import {
  type RuleDescription,
  routeName,
  type ServiceDescription,
  type TlsDescription,
} from "../../traefik/route-description.ts";
import { type Analysis, hasUnknownTarget } from "../input/analyse.ts";
import type { DerivedChild, LocatedDerivation } from "../input/derive.ts";
import { UNKNOWN_TARGET } from "../input/target.ts";
import type { IndentYaml } from "../terminal/indented.ts";

/** Several lines, an empty one at the end. */
export function explainText(
  derivation: Omit<LocatedDerivation, "file">,
  analysis: Pick<Analysis, "unknownTargets">,
  indentYaml: IndentYaml,
): string {
  const { origin, description, children, problems } = derivation;
  const { route, rules, hosts, extraNames, tls } = description;
  const lines = [
    routeName(route),
    `  from      ${origin}`,
    ...rules.flatMap((rule, index) => ruleLines(rule, index)),
    `  hosts     ${list(hosts, "none that can be used")}`,
    ...Object.entries(extraNames).map(
      ([integration, names]) => `  names     ${list(names)} (annotations for ${integration})`,
    ),
    `  tls       ${tlsText(tls)}`,
    ...children.flatMap((child) => childLines(child, analysis, indentYaml)),
    ...problems.map(
      (problem) => `  ${problem.note === true ? "note   " : "problem"}   ${problemText(problem)}`,
    ),
  ];
  return `${lines.map(oneLine).join("\n")}\n\n`;
}

function ruleLines(rule: RuleDescription, index: number): readonly string[] {
  const { match, syntax, domains, paths, services, error } = rule;
  const head = `  rule ${String(index + 1).padEnd(4)} `;
  if (match === "" && error === null) return [`${head}none, services ${list(services.map(serviceText))}`];
  const lines = [`${head}${match.replaceAll(/\s*\n\s*/g, " ")}  (${syntax})`];
  if (error !== null) {
    const stage = error.stage === "parse" ? "does not parse" : "is refused by Traefik";
    lines.push(`            ${stage} at byte ${error.position}: ${error.message}`);
  }
  lines.push(
    `            domains ${list(domains)}, paths ${list(paths)}, services ${list(services.map(serviceText))}`,
  );
  return lines;
}

function serviceText({ namespace, name, port, kind }: ServiceDescription): string {
  return `${kind === "Service" ? "" : `${kind} `}${namespace}/${name}${port === null ? "" : `:${port}`}`;
}

function tlsText(tls: TlsDescription | null): string {
  if (tls === null) return "none";
  const parts = [
    tls.secretName === null ? "no secretName" : `Secret ${tls.secretName}`,
    ...(tls.passthrough ? ["passed through"] : []),
    ...(tls.certResolver === null ? [] : [`certResolver ${tls.certResolver}`]),
    ...(tls.domains.length > 0 ? [`domains ${tls.domains.join(", ")}`] : []),
  ];
  return parts.join("; ");
}

function childLines(
  { integration, child, why }: DerivedChild,
  analysis: Pick<Analysis, "unknownTargets">,
  indentYaml: IndentYaml,
): readonly string[] {
  const { kind } = integration.resource;
  if (child === null) return [`  no child  ${kind}: ${why}`];
  const note = hasUnknownTarget(analysis, child)
    ? ` (${UNKNOWN_TARGET} stands for the address of Service ${analysis.unknownTargets.join(", ")}; give it with --target)`
    : "";
  return [`  child     ${kind} ${child.metadata.name}${note}`, ...indentYaml(child.spec, 12).split("\n")];
}

function list(items: readonly string[], none = "none"): string {
  return items.length > 0 ? [...new Set(items)].join(", ") : none;
}
