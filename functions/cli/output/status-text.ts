/**
 * The status of routes for people: a line for each route, and below it what is wrong.
 *
 * @module
 */
import { oneLine } from "../../hidden-characters.ts";
import { problemText } from "../../problem.ts";
import type { ChildState, ChildStatus, RouteStatus } from "../cluster/route-status.ts";
import { sourceText } from "../installation/setting.ts";
import type { Paint } from "../terminal/colour.ts";
import { count } from "../terminal/words.ts";
import type { StatusReport } from "./status-json.ts";

export interface StatusStyle {
  /** All hosts, names of the children and what they are for. */
  readonly wide: boolean;
  readonly paint: Paint;
}

/** Hosts shown of a route that has more. */
const HOSTS_SHOWN = 2;

export function statusText(report: StatusReport, style: StatusStyle): string {
  const { routes, orphans, notes, failures, server, instance, configurationFrom } = report;
  const kinds = routes[0]?.children.map(({ integration }) => integration.resource.kind.toUpperCase()) ?? [];
  const rows = routes.map((route) => cells(route, style));
  const [head = "", ...lines] = columns([["ROUTE", "HOSTS", ...kinds], ...rows]);
  const wrong = routes.filter((route) => route.wrong).length + orphans.length;
  const text = [
    `Installation ${instance} in ${server}`,
    `Configuration: ${sourceText(configurationFrom)}`,
    "",
    ...failures.map((failure) => style.paint("red", `! ${failure}`)),
    ...orphans.map(({ resource, namespace, name }) =>
      style.paint(
        "red",
        `! ${resource.kind} ${namespace}/${name}: no route has it any more; the next resync deletes it`,
      ),
    ),
    ...(routes.length === 0 ? [] : [style.paint("bold", head)]),
    ...routes.flatMap((route, index) => [
      route.wrong ? style.paint("red", lines[index] ?? "") : (lines[index] ?? ""),
      ...remarks(route).map((remark) => style.paint("yellow", `    ${remark}`)),
    ]),
    ...(routes.length === 0 ? [] : [""]),
    ...notes.map((note) => `note: ${note}`),
    `${count(routes.length, "route")}, ${verdict(wrong, failures)}`,
  ];
  return `${text.map(oneLine).join("\n")}\n`;
}

/** Of what could not be read nothing can be said. */
function verdict(wrong: number, failures: readonly string[]): string {
  const parts = [
    ...(wrong === 0 ? [] : [`${wrong} need attention`]),
    ...(failures.length === 0 ? [] : ["not everything could be read"]),
  ];
  return parts.length === 0 ? "nothing wrong" : parts.join(", ");
}

function cells({ description: { route, hosts }, children }: RouteStatus, { wide }: StatusStyle): string[] {
  const kind = route.kind === "IngressRoute" && !wide ? "" : ` (${route.kind})`;
  const shown = wide ? hosts : hosts.slice(0, HOSTS_SHOWN);
  const more = hosts.length > shown.length ? ` +${hosts.length - shown.length}` : "";
  return [
    `${route.namespace}/${route.name}${kind}`,
    hosts.length === 0 ? "-" : shown.join(",") + more,
    ...children.map((child) => childCell(child, wide)),
  ];
}

const NAMELESS: readonly ChildState[] = ["none", "opted out"];

function childCell({ integration, name, state, object }: ChildStatus, wide: boolean): string {
  if (NAMELESS.includes(state)) return state === "none" ? "-" : state;
  if (!wide) return state;
  const sharedName = object === null ? null : (integration.sharedResource?.of(object.spec) ?? null);
  return `${state} ${name}${sharedName === null ? "" : ` (${sharedName})`}`;
}

function remarks({ children, problems }: RouteStatus): readonly string[] {
  return [
    ...children.flatMap(({ integration, name, state, why, keptNames }) => {
      const object = `${integration.resource.kind} ${name}`;
      return [
        ...(REMARKS[state] === undefined
          ? []
          : [`${object} ${REMARKS[state]}${why === null ? "" : `: ${why}`}`]),
        ...(keptNames.length === 0
          ? []
          : [
              `${object} keeps ${keptNames.join(", ")}, which no valid rule gives, until all rules are valid`,
            ]),
      ];
    }),
    ...problems.map((problem) => `${problem.reason}: ${problemText(problem)}`),
  ];
}

const REMARKS: Readonly<Partial<Record<ChildState, string>>> = {
  pending: "is not ready",
  missing: "is missing; the next resync makes it",
  outdated: "is out of date; the next resync changes it",
  surplus: "is no longer wanted; the next resync deletes it",
};

/** Rows of equal length to lines, each column as wide as its longest cell. */
function columns(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, index) =>
    rows.reduce((width, row) => Math.max(width, row[index]?.length ?? 0), 0),
  );
  return rows.map((row) =>
    row
      .map((cell, index) => cell.padEnd(widths[index] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}
