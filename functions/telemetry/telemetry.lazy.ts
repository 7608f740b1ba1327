/**
 * Starts telemetry: metrics and traces over OTLP/HTTP, in JSON. Written here and loaded only where a receiver is
 * configured, after the function listens: OpenTelemetry's SDK alone takes longer to load than the function (ADR 24).
 *
 * @module
 */
import type { Configuration } from "../config/configuration.ts";
import type { Logger } from "../log.ts";

import { Deltas } from "./metrics/deltas.ts";
import { SPANS_DROPPED, START_DURATION } from "./metrics/instruments.ts";
import { createObservers } from "./observe.ts";
import { metricsRequest } from "./otlp/metrics.ts";
import { tracesRequest } from "./otlp/traces.ts";
import { Outage } from "./outage.ts";
import { type Load, Pusher } from "./pusher.ts";
import { readSettings, type SignalName } from "./settings.ts";
import { type Telemetry, UNSEEN } from "./telemetry.ts";
import { Tracer } from "./traces/tracer.ts";

export interface TelemetryOptions {
  readonly configuration: Pick<Configuration, "telemetry" | "mode">;
  readonly env: NodeJS.ProcessEnv;
  /** `<release namespace>/<release>` of this installation. */
  readonly instance: string;
  /** The API server. */
  readonly server: URL;
  readonly log: Logger;
  /** Milliseconds from the start of the process to listening. */
  readonly listeningAfterMs: number;
}

/** For the last push, before the process ends. */
const LAST_PUSH_MS = 3_000;

export function startTelemetry(options: TelemetryOptions): Telemetry {
  const { configuration, env, instance, server, log } = options;
  const settings = readSettings(configuration.telemetry, env, instance);
  for (const warning of settings.warnings) log.warn({}, warning);
  const { targets, resource, sample, intervalMs } = settings;
  if (targets.metrics === null && targets.traces === null) return { observers: UNSEEN, end: async () => {} };

  const now = () => performance.timeOrigin + performance.now();
  const outage = new Outage(log);
  const pushers: Pusher[] = [];
  const startPusher = (signal: SignalName, take: () => Load | null): (() => void) => {
    const target = targets[signal];
    if (target === null) return () => {};
    const pusher = new Pusher({ signal, target, intervalMs, outage, take, random: Math.random });
    pushers.push(pusher);
    return () => pusher.wake();
  };

  const deltas = new Deltas(() => wakeMetrics());
  const wakeMetrics = startPusher("metrics", () => {
    const measured = deltas.take();
    if (measured.size === 0) return null;
    return {
      body: metricsRequest(resource, measured, now()),
      putBack: () => deltas.putBack(measured),
    };
  });

  const tracer = new Tracer({
    sample: targets.traces === null ? () => false : sample,
    now,
    onSpan: () => wakeTraces(),
    onDropped: (count) => deltas.add(SPANS_DROPPED, {}, count),
  });
  const wakeTraces = startPusher("traces", () => {
    const spans = tracer.take();
    if (spans.length === 0) return null;
    return { body: tracesRequest(resource, spans), putBack: () => tracer.putBack(spans) };
  });

  deltas.record(START_DURATION, {}, options.listeningAfterMs / 1000);
  const observes = configuration.mode === "observe";
  return {
    observers: createObservers({ deltas, tracer, server, observes, now }),
    end: async () => {
      await Promise.all(pushers.map((pusher) => pusher.end(LAST_PUSH_MS)));
    },
  };
}
