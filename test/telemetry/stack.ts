/**
 * The Collector as docs/telemetry.md has it, and a Prometheus that scrapes it each second; traces end in a file.
 *
 * @module
 */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { isRecord } from "../../functions/schema/unknown.ts";
import { twoFreePorts } from "../control-plane/free-port.ts";
import { startSupervisor } from "../control-plane/supervised.ts";
import { until } from "../integration/harness/until.ts";
import { launch } from "../third-party/launch/listening.ts";
import { findCollector, findPrometheus } from "./programs.ts";

/** One series of an answer. */
export interface Series {
  readonly labels: Readonly<Record<string, string>>;
  /** Value by time, in seconds since the epoch; one of an instant. */
  readonly values: readonly (readonly [number, number])[];
}

export interface CollectedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly name: string;
  readonly kind: number;
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[];
  readonly attributes: Readonly<Record<string, string>>;
  readonly hasFailed: boolean;
}

export interface Stack {
  /** Of the Collector, for OTLP over HTTP. */
  readonly endpoint: string;
  readonly promtool: string;
  readonly folder: string;
  /** Series at this moment. Throws where the query is none. */
  query(query: string): Promise<readonly Series[]>;
  queryRange(query: string, range: { from: number; to: number; step: number }): Promise<readonly Series[]>;
  /** The sum of a query's series, once it is so much; throws where it does not become that. */
  sumIs(query: string, expected: number): Promise<void>;
  /** All that the Collector has received and written. */
  spans(): Promise<readonly CollectedSpan[]>;
  /** Ends the Collector and starts it again, for it to be away meanwhile. */
  readonly collector: { stop(): Promise<void>; start(): Promise<void> };
  stop(): Promise<void>;
}

export async function startStack(): Promise<Stack> {
  const [collectorProgram, { prometheus, promtool }] = [await findCollector(), await findPrometheus()];
  const supervisor = await startSupervisor("tcr-telemetry-");
  const { folder } = supervisor;
  const [[otlp, exported], [web]] = await Promise.all([twoFreePorts(), twoFreePorts()]);
  const traces = join(folder, "traces.json");
  await writeFile(
    join(folder, "collector.yaml"),
    stringify(await collectorConfiguration(otlp, exported, traces)),
  );
  await writeFile(join(folder, "prometheus.yml"), stringify(prometheusConfiguration(exported)));
  try {
    const collector = await launch(supervisor, {
      name: "collector",
      command: collectorProgram,
      args: ["--config", "file:collector.yaml"],
      ports: [otlp, exported],
    });
    await launch(supervisor, {
      name: "prometheus",
      command: prometheus,
      args: [
        "--config.file=prometheus.yml",
        "--storage.tsdb.path=tsdb",
        `--web.listen-address=127.0.0.1:${web}`,
      ],
      ports: [web],
    });
    const api = queries(`http://127.0.0.1:${web}/api/v1/`);
    await until("Prometheus is ready", async () => (await fetch(`http://127.0.0.1:${web}/-/ready`)).ok);
    return {
      endpoint: `http://127.0.0.1:${otlp}`,
      promtool,
      folder,
      ...api,
      spans: () => readSpans(traces),
      collector,
      stop: () => supervisor.end(),
    };
  } catch (error) {
    await supervisor.end();
    throw error;
  }
}

/** As a user is told to configure it, at other addresses, and with a file for traces. */
async function collectorConfiguration(otlp: number, exported: number, traces: string): Promise<object> {
  const text = await readFile(new URL("../../docs/telemetry.md", import.meta.url), "utf8");
  const block = /```yaml\n(receivers:.*?)```/s.exec(text)?.[1] ?? "";
  const documented = parse(block);
  documented.receivers.otlp.protocols.http.endpoint = `127.0.0.1:${otlp}`;
  documented.exporters.prometheus.endpoint = `127.0.0.1:${exported}`;
  documented.exporters.file = { path: traces, flush_interval: "100ms" };
  documented.service.pipelines.traces = { receivers: ["otlp"], exporters: ["file"] };
  documented.service.telemetry = { metrics: { level: "none" } };
  return documented;
}

function prometheusConfiguration(exported: number): object {
  return {
    global: { scrape_interval: "1s", evaluation_interval: "1s" },
    scrape_configs: [
      { job_name: "collector", honor_labels: true, static_configs: [{ targets: [`127.0.0.1:${exported}`] }] },
    ],
  };
}

function queries(base: string): Pick<Stack, "query" | "queryRange" | "sumIs"> {
  const ask = async (path: string, parameters: Record<string, string>): Promise<readonly Series[]> => {
    const response = await fetch(`${base}${path}?${new URLSearchParams(parameters)}`);
    const answer: unknown = await response.json();
    if (!isRecord(answer) || !isRecord(answer.data) || !Array.isArray(answer.data.result))
      throw new Error(`${parameters.query}: ${JSON.stringify(answer)}`);
    return answer.data.result.map(toSeries);
  };
  const query: Stack["query"] = (text) => ask("query", { query: text });
  return {
    query,
    queryRange: (text, { from, to, step }) =>
      ask("query_range", { query: text, start: String(from), end: String(to), step: String(step) }),
    async sumIs(text, expected) {
      let sum = Number.NaN;
      const isSo = async () => {
        const series = await query(text);
        sum = series.reduce((total, { values }) => total + (values[0]?.[1] ?? 0), 0);
        return sum === expected;
      };
      await until(`${text} is ${expected}`, isSo, 15_000).catch((error: Error) => {
        throw new Error(`${error.message}; it is ${sum}`);
      });
    },
  };
}

function toSeries(value: unknown): Series {
  const {
    metric,
    value: one,
    values,
  } = value as {
    metric: Record<string, string>;
    value?: [number, string];
    values?: [number, string][];
  };
  const points = values ?? (one === undefined ? [] : [one]);
  return { labels: metric, values: points.map(([time, text]) => [time, Number(text)] as const) };
}

/** The file exporter writes a line of OTLP's JSON for each push. */
async function readSpans(path: string): Promise<readonly CollectedSpan[]> {
  const lines = (await readFile(path, "utf8")).split("\n").filter((line) => line !== "");
  return lines.flatMap((line) =>
    JSON.parse(line).resourceSpans.flatMap(({ scopeSpans }: { scopeSpans: { spans: RawSpan[] }[] }) =>
      scopeSpans.flatMap(({ spans }) => spans.map(toCollected)),
    ),
  );
}

type RawSpan = Omit<CollectedSpan, "attributes" | "hasFailed" | "links" | "parentSpanId"> & {
  readonly parentSpanId?: string;
  readonly links?: CollectedSpan["links"];
  readonly attributes?: readonly { readonly key: string; readonly value: Record<string, unknown> }[];
  readonly status?: { readonly code?: number };
};

function toCollected({
  attributes = [],
  links = [],
  parentSpanId = "",
  status,
  ...span
}: RawSpan): CollectedSpan {
  const values = attributes.map(({ key, value }) => [key, String(Object.values(value)[0])]);
  return {
    ...span,
    parentSpanId,
    links,
    attributes: Object.fromEntries(values),
    hasFailed: status?.code === 2,
  };
}
