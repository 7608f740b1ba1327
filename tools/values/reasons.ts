/**
 * The reasons of problems that only one integration has, as Markdown.
 *
 * @module
 */
import type { ChartPart } from "../../functions/integrations/chart.ts";

export function renderReasons(integrations: readonly ChartPart[]): string {
  const rows = integrations.flatMap(({ definition: { name, reasons } }) =>
    Object.entries(reasons).map(([reason, meaning]) => `| \`${name}\` | \`${reason}\` | ${meaning} |`),
  );
  return [
    "## Reasons of their own",
    "What an integration may say in Events beside the [reasons that all share](operations.md#events).",
    ["| Integration | Reason | Meaning |", "| --- | --- | --- |", ...rows].join("\n"),
  ].join("\n\n");
}
