/**
 * Values of the chart as the configuration that the chart makes of them (`templates/_config.tpl`). Pure.
 *
 * @module
 */
import { isRecord } from "../../schema/unknown.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Where this chart is part of another one, its values stand under its name. */
const CHART = "traefik-cert-rotation";

/** Top-level values about anything but what the function does. A configuration file has none of these keys. */
const CHART_ONLY: ReadonlySet<string> = new Set([
  "affinity",
  "clusterDomain",
  "commonLabels",
  "delivery",
  "extraEnv",
  "fullnameOverride",
  "global",
  "image",
  "imagePullSecrets",
  "nameOverride",
  "networkPolicy",
  "nodeSelector",
  "podAnnotations",
  "podLabels",
  "priorityClassName",
  "rbac",
  "resources",
  "resync",
  "serviceAccount",
  "serving",
  "source",
  "tolerations",
]);

/**
 * Defaults of the chart where they count beside what is given: Helm merges objects. All others are those of the
 * configuration.
 */
const DEFAULTS: Readonly<Record<string, Fields>> = {
  certManager: {
    enabled: true,
    certificateTemplate: { spec: { issuerRef: { kind: "ClusterIssuer", name: "ca-issuer" } } },
    commonName: "none",
    allowedAnnotations: ["*"],
  },
  externalDNS: {
    enabled: true,
    targetService: { namespace: "traefik", name: "traefik" },
    defaultTargets: false,
    optIn: false,
    domains: [],
    allowedAnnotations: ["*"],
  },
};

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
  const isComplete = Object.keys(DEFAULTS).every((name) => name in integrations);
  return switched === undefined || isComplete ? null : `integrations.${switched}.enabled`;
}

/** The configuration, still to be checked. Who may send events (`auth`) is left out: only a running function needs it. */
export function configurationOfValues(raw: unknown): unknown {
  const values = ownValues(raw);
  if (!isRecord(values)) return values;
  const { integrations = {}, auth: _, ...rest } = values;
  const kept = Object.entries(rest).filter(([key]) => !CHART_ONLY.has(key));
  return { ...Object.fromEntries(kept), integrations: withDefaults(integrations) };
}

function withDefaults(integrations: unknown): unknown {
  if (!isRecord(integrations)) return integrations === null ? DEFAULTS : integrations;
  const merged = merge(DEFAULTS, integrations);
  const { externalDNS } = merged;
  if (!isRecord(externalDNS) || !Array.isArray(externalDNS.targetIPs)) return merged;
  const { targetService, targetIPs, ...dns } = externalDNS;
  // Static addresses go before the Service, which is there by default.
  return {
    ...merged,
    externalDNS: { ...dns, ...(targetIPs.length > 0 ? { targetIPs } : { targetService }) },
  };
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
