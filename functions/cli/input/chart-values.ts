/**
 * Values of the chart as the configuration that the chart makes of them (`templates/_config.tpl`). Pure.
 *
 * @module
 */

import integrations from "../../../traefik-cert-rotation/files/integrations.json" with { type: "json" };
import { isRecord } from "../../schema/unknown.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Values that go before others, as the chart knows them. */
interface Replacements {
  readonly omitEmpty: readonly string[];
  readonly dependencies: readonly { readonly from: string; readonly unless: readonly string[] }[];
}

/** The chart's own list of integrations. */
const INTEGRATIONS: readonly (Replacements & {
  readonly key: string;
  readonly enabledByDefault: boolean;
  readonly defaults: Fields;
})[] = integrations;

/** Where this chart is part of another one, its values stand under its name. */
const CHART = "traefik-cert-rotation";

/** Top-level values about anything but what the function does. A configuration file has none of these keys. */
const CHART_ONLY: ReadonlySet<string> = new Set([
  "affinity",
  "clusterDomain",
  "commonLabels",
  "dashboard",
  "delivery",
  "enabled",
  "envFrom",
  "extraEnv",
  "extraObjects",
  "extraVolumeMounts",
  "extraVolumes",
  "fullnameOverride",
  "global",
  "image",
  "imagePullSecrets",
  "nameOverride",
  "namespaceOverride",
  "networkPolicy",
  "nodeSelector",
  "podAnnotations",
  "podLabels",
  "podSecurityContext",
  "priorityClassName",
  "prometheusRule",
  "rbac",
  "resources",
  "resync",
  "securityContext",
  "serviceAccount",
  "serving",
  "source",
  "tolerations",
  "topologySpreadConstraints",
]);

/**
 * Defaults of the chart where they count beside what is given, by integration: Helm merges objects. All others are those
 * of the configuration.
 */
const DEFAULTS: Readonly<Record<string, Fields>> = Object.fromEntries(
  INTEGRATIONS.map(({ key, defaults }) => [key, withoutScalars(defaults)]),
);

function withoutScalars({ enabled, ...defaults }: Fields): Fields {
  const merged = Object.entries(defaults).filter(([, value]) => isRecord(value) && !isEmpty(value));
  return { enabled, ...Object.fromEntries(merged) };
}

/** Holds nothing but objects that are empty. */
function isEmpty(value: unknown): boolean {
  return isRecord(value) && Object.values(value).every(isEmpty);
}

/**
 * By what a file is known for values of the chart: a key that a configuration file cannot have, or an integration that
 * is switched while another is not even named, which in a configuration file would be off. Null for anything else.
 */
export function markOfChartValues(raw: unknown): string | null {
  const values = ownValues(raw);
  if (!isRecord(values)) return null;
  if (values !== raw) return CHART;
  const key = Object.keys(values).find((name) => CHART_ONLY.has(name));
  if (key !== undefined) return key;
  const { integrations, auth } = values;
  if (isRecord(auth) && isRecord(auth.oidc) && "enabled" in auth.oidc) return "auth.oidc.enabled";
  if (!isRecord(integrations)) return null;
  const switched = Object.keys(integrations).find((name) => isSwitched(integrations[name]));
  const isComplete = INTEGRATIONS.every(
    ({ key, enabledByDefault }) => !enabledByDefault || key in integrations,
  );
  return switched === undefined || isComplete ? null : `integrations.${switched}.enabled`;
}

/** The configuration, still to be checked. Who may send events (`auth`) and where telemetry goes is left out: only a running function needs it. */
export function configurationOfValues(raw: unknown): unknown {
  const values = ownValues(raw);
  if (!isRecord(values)) return values;
  const { integrations = {}, auth: _, telemetry: _telemetry, ...rest } = values;
  const kept = Object.entries(rest).filter(([key]) => !CHART_ONLY.has(key));
  return { ...Object.fromEntries(kept), integrations: withDefaults(integrations) };
}

function withDefaults(integrations: unknown): unknown {
  if (!isRecord(integrations)) return integrations === null ? DEFAULTS : integrations;
  const merged = merge(DEFAULTS, integrations);
  const kept = INTEGRATIONS.flatMap(({ key, ...known }) =>
    isRecord(merged[key]) ? [[key, withoutReplaced(merged[key], known)] as const] : [],
  );
  return { ...merged, ...Object.fromEntries(kept) };
}

/** What stands in the place of an object, such as static addresses, goes before the one that is there by default. */
function withoutReplaced(values: Fields, { omitEmpty, dependencies }: Replacements): Fields {
  const isSet = (key: string) => {
    const value = values[key];
    return Array.isArray(value) ? value.length > 0 : Boolean(value);
  };
  const replaced = dependencies.filter(({ unless }) => unless.some(isSet)).map(({ from }) => from);
  const left = [...replaced, ...omitEmpty.filter((key) => !isSet(key) && Array.isArray(values[key]))];
  return Object.fromEntries(Object.entries(values).filter(([key]) => !left.includes(key)));
}

function isSwitched(integration: unknown): boolean {
  return isRecord(integration) && "enabled" in integration;
}

function ownValues(raw: unknown): unknown {
  return isRecord(raw) && isRecord(raw[CHART]) ? raw[CHART] : raw;
}

/** As Helm does it: objects are merged, anything else is replaced, null takes a default away. */
function merge(base: Fields, over: Fields): Fields {
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const below = base[key];
    merged[key] = isRecord(below) && isRecord(value) ? merge(below, value) : value;
  }
  return merged;
}
