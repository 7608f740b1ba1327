/**
 * Where to push, how often and as whom: `telemetry.otlp` of the configuration file, and OpenTelemetry's own variables
 * (https://opentelemetry.io/docs/specs/otel/protocol/exporter/). Of two, the one that is more to the point counts: a
 * variable for one signal, then the file, then a variable for all signals.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import type { OtlpSettings } from "../config/configuration.ts";
import { reasonOf } from "../config/file-error.ts";
import { isHttpUrl } from "../config/otlp.ts";
import { shown } from "../schema/shown.ts";
import type { Attributes } from "./otlp/attributes.ts";
import { DEFAULT_SAMPLER, parseSampler, type Sampler } from "./traces/sampler.ts";

export type SignalName = "metrics" | "traces";

/** A receiver of one signal. */
export interface Target {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: { readonly ca?: string; readonly cert?: string; readonly key?: string };
  /** From connecting to the end of the answer. */
  readonly timeoutMs: number;
  readonly compresses: boolean;
}

export interface TelemetrySettings {
  /** Null: this signal goes nowhere. */
  readonly targets: Readonly<Record<SignalName, Target | null>>;
  readonly intervalMs: number;
  readonly resource: Attributes;
  readonly sample: Sampler;
  /** One for each variable that is not used because of what it holds. */
  readonly warnings: readonly string[];
}

const DEFAULT_TIMEOUT_MS = 10_000;
const DEFAULT_INTERVAL_MS = 15_000;

/** Which installation speaks, `<release namespace>/<release>`. */
export function readSettings(
  configured: OtlpSettings | null,
  env: NodeJS.ProcessEnv,
  installation: string,
): TelemetrySettings {
  const warnings: string[] = [];
  const warn = (variable: string, expected: string) =>
    void warnings.push(
      `${variable}: found ${shown(env[variable] ?? "")}, expected ${expected}; it is not used`,
    );
  const number = (variable: string): number | null => {
    const text = env[variable];
    if (!text) return null;
    if (/^\d{1,9}$/.test(text) && Number(text) > 0) return Number(text);
    warn(variable, "milliseconds");
    return null;
  };

  const targetOf = (signal: SignalName): Target | null => {
    if (env[`OTEL_${signal.toUpperCase()}_EXPORTER`] === "none") return null;
    const named = (name: string) => {
      const own = `OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_${name}`;
      return env[own] ? own : `OTEL_EXPORTER_OTLP_${name}`;
    };
    const url = urlOf(signal, configured, env, warn);
    if (url === null) return null;
    const protocol = named("PROTOCOL");
    if (env[protocol] && !/^http\//.test(env[protocol])) {
      warn(protocol, "http/json, which is all that this function speaks");
    }
    const file = (name: string): string | undefined => {
      const variable = named(name);
      const path = env[variable];
      if (!path) return undefined;
      try {
        return readFileSync(path, "utf8");
      } catch (error) {
        warn(variable, `a file that can be read (${reasonOf(error)})`);
        return undefined;
      }
    };
    const [ca, cert, key] = [
      configured?.caBundle ?? file("CERTIFICATE"),
      file("CLIENT_CERTIFICATE"),
      file("CLIENT_KEY"),
    ];
    const headers = named("HEADERS");
    return {
      url,
      headers: parsePairs(env[headers], () =>
        warnings.push(`${headers} is no list of key=value; what is none is not used`),
      ),
      tls: {
        ...(ca === undefined ? {} : { ca }),
        ...(cert === undefined ? {} : { cert }),
        ...(key === undefined ? {} : { key }),
      },
      timeoutMs: number(named("TIMEOUT")) ?? DEFAULT_TIMEOUT_MS,
      compresses: env[named("COMPRESSION")] === "gzip",
    };
  };

  const targets = { metrics: targetOf("metrics"), traces: targetOf("traces") };
  const intervalMs =
    configured === null
      ? (number("OTEL_METRIC_EXPORT_INTERVAL") ?? DEFAULT_INTERVAL_MS)
      : configured.intervalSeconds * 1000;
  const sample = parseSampler(env.OTEL_TRACES_SAMPLER || undefined, env.OTEL_TRACES_SAMPLER_ARG || undefined);
  if (sample === null) {
    warn(
      "OTEL_TRACES_SAMPLER",
      "one of OpenTelemetry's samplers, with a ratio from 0 to 1 in OTEL_TRACES_SAMPLER_ARG",
    );
  }
  const attributes = parsePairs(env.OTEL_RESOURCE_ATTRIBUTES, () =>
    warn("OTEL_RESOURCE_ATTRIBUTES", "a list of key=value"),
  );
  return {
    targets,
    intervalMs,
    resource: resourceOf(installation, attributes, env),
    sample: sample ?? DEFAULT_SAMPLER,
    warnings: [...new Set(warnings)],
  };
}

function urlOf(
  signal: SignalName,
  configured: OtlpSettings | null,
  env: NodeJS.ProcessEnv,
  warn: (variable: string, expected: string) => void,
): URL | null {
  const own = `OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_ENDPOINT`;
  const all = "OTEL_EXPORTER_OTLP_ENDPOINT";
  // A signal's own address is taken as it is; one for all is extended by the signal's path.
  for (const variable of [own, all]) {
    if (variable === all && configured !== null) return below(configured.endpoint, signal);
    const text = env[variable];
    if (!text) continue;
    if (isHttpUrl(text)) return variable === own ? new URL(text) : below(new URL(text), signal);
    warn(variable, "an http or https URL");
  }
  return null;
}

function below(endpoint: URL, signal: SignalName): URL {
  const url = new URL(endpoint);
  url.pathname = `${url.pathname.replace(/\/$/, "")}/v1/${signal}`;
  return url;
}

/**
 * Deltas add up to one series only if all processes of an installation say the same of themselves: a name for each
 * process would make a series for each cold start (ADR 24).
 */
function resourceOf(
  installation: string,
  attributes: Readonly<Record<string, string>>,
  env: NodeJS.ProcessEnv,
): Attributes {
  const [namespace = ""] = installation.split("/");
  return {
    "service.name": "traefik-cert-rotater",
    "service.namespace": namespace,
    "service.instance.id": installation,
    ...attributes,
    ...(env.OTEL_SERVICE_NAME ? { "service.name": env.OTEL_SERVICE_NAME } : {}),
  };
}

/** `key=value,key=value`, percent-encoded: how these variables hold headers and attributes. */
function parsePairs(text: string | undefined, onMalformed: () => void): Readonly<Record<string, string>> {
  const pairs: Record<string, string> = {};
  for (const pair of (text ?? "").split(",")) {
    if (pair.trim() === "") continue;
    const [, key = "", value = ""] = /^\s*([^=\s]+)\s*=\s*(.*?)\s*$/.exec(pair) ?? [];
    const decoded = decode(value);
    if (key === "" || decoded === null) onMalformed();
    else pairs[key] = decoded;
  }
  return pairs;
}

function decode(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
