/**
 * A move from end to end: what is there, which values it takes, and what a resync would do with them.
 *
 * @module
 */
import type { Configuration } from "../../config/configuration.ts";
import { InvalidConfigurationError } from "../../config/configuration.ts";
import { parseConfiguration } from "../../config/parse.ts";
import { INTEGRATIONS } from "../../integrations/index.ts";
import { isRecord } from "../../schema/unknown.ts";
import { type DryRun, dryRun } from "../cluster/dry-run.ts";
import { type Losses, readLosses, type Unpublished } from "../cluster/leftovers.ts";
import { type EndangeredSecret, secretsAtRisk } from "../cluster/secrets.ts";
import { UsageError } from "../terminal/terminal.ts";
import { type Findings, findingsOf } from "./findings.ts";
import { takeInventory } from "./inventory.ts";
import { patchesOf } from "./patches.ts";
import type { Site } from "./site.ts";
import { type Suggestion, valuesOf } from "./suggestion.ts";
import { suggestionsOf } from "./suggestions.ts";
import { besideNotes, unpublishedOf } from "./unpublished.ts";

export interface Move {
  readonly title: string;
  readonly isFiles: boolean;
  readonly findings: Findings;
  readonly suggestions: readonly Suggestion[];
  /** What was set before, and the suggestions over it. */
  readonly values: Readonly<Record<string, unknown>>;
  readonly patches: readonly string[];
  /** With the suggested values. */
  readonly run: DryRun;
  readonly losses: Losses;
  /** Names that another source of external-dns publishes, and that no DNSEndpoint would have. */
  readonly unpublished: readonly Unpublished[];
  readonly secrets: readonly { readonly namespace: string; readonly secret: EndangeredSecret }[];
  readonly notes: readonly string[];
  readonly failures: readonly string[];
}

type Fields = Readonly<Record<string, unknown>>;

/** @throws {UsageError} where the configuration in force cannot be used with the values */
export async function planMove(site: Site): Promise<Move> {
  const base = withIntegrations(site.configured);
  const { configuration } = parseConfiguration(base, INTEGRATIONS);
  const inventory = await takeInventory(site, configuration);
  const findings = findingsOf(inventory);
  const suggestions = [...offSuggestions(base), ...suggestionsOf(inventory, findings).filter(isOn(base))];
  const suggested = configurationWith(base, suggestions);
  const { client, instance, namespace } = site;
  const scope = { namespace, name: null, confirmDeletions: false };
  const run = await dryRun({ client, configuration: suggested, instance }, scope);
  const secrets = await secretsAtRisk(client, suggested.integrations, run.writes);
  return {
    title: site.title,
    isFiles: site.isFiles,
    findings,
    suggestions,
    values: merged(site.carried, valuesOf(suggestions)),
    patches: patchesOf(findings),
    run,
    losses: await readLosses(client, suggested.integrations, namespace, run.writes),
    unpublished: await unpublishedOf(
      site,
      suggested,
      { ...findings, ingresses: inventory.ingresses, hasChildren: findings.ours.length > 0 },
      run.writes,
    ),
    secrets: [...secrets].map(([write, secret]) => ({ namespace: write.namespace, secret })),
    notes: [...site.notes(), ...(await besideNotes(site, suggested, run.writes))],
    failures: [...site.failures(), ...(run.incomplete === null ? [] : [run.incomplete])],
  };
}

/** Where none is named all are on: values are laid over them one by one. */
function withIntegrations(configured: Site["configured"]): Readonly<Record<string, unknown>> {
  if (isRecord(configured.integrations)) return configured;
  const all = INTEGRATIONS.filter(({ enabledByDefault }) => enabledByDefault).map(({ key }) => [key, {}]);
  return { ...configured, integrations: Object.fromEntries(all) };
}

function integrationOf(base: Readonly<Record<string, unknown>>, key: string): unknown {
  return isRecord(base.integrations) ? base.integrations[key] : undefined;
}

function isSwitchedOn(integration: unknown): boolean {
  return isRecord(integration) ? integration.enabled !== false : integration === null;
}

/** What is off stays off, and is so in the values too: there it would be on by default. */
function offSuggestions(base: Readonly<Record<string, unknown>>): readonly Suggestion[] {
  return INTEGRATIONS.filter(
    ({ key, enabledByDefault }) => enabledByDefault && !isSwitchedOn(integrationOf(base, key)),
  ).map(({ key }) => ({
    path: ["integrations", key, "enabled"],
    value: false,
    why: "it is off in the configuration that was given",
  }));
}

function isOn(base: Readonly<Record<string, unknown>>): (suggestion: Suggestion) => boolean {
  return ({ path: [top, key = ""] }) => top !== "integrations" || isSwitchedOn(integrationOf(base, key));
}

/** @throws {UsageError} */
function configurationWith(
  base: Readonly<Record<string, unknown>>,
  suggestions: readonly Suggestion[],
): Configuration {
  try {
    return parseConfiguration(merged(base, valuesOf(suggestions)), INTEGRATIONS).configuration;
  } catch (cause) {
    if (!(cause instanceof InvalidConfigurationError)) throw cause;
    throw new UsageError(
      `the configuration cannot be combined with what a move takes: ${cause.message.replaceAll("\n", "; ")}`,
      { cause },
    );
  }
}

/** Objects are merged, lists of texts are joined, anything else is replaced. */
function merged(base: Fields, over: Fields): Fields {
  const keys = [...new Set([...Object.keys(base), ...Object.keys(over)])];
  return Object.fromEntries(
    keys.map((key) => [key, key in over ? mergedValue(base[key], over[key]) : base[key]]),
  );
}

function mergedValue(base: unknown, over: unknown): unknown {
  if (isRecord(base) && isRecord(over)) return merged(base, over);
  return isTexts(base) && isTexts(over) ? [...new Set([...base, ...over])] : over;
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}
