/**
 * What the function lets be seen of its work, and how it is seen. All of it is optional: without a receiver nothing
 * is wrapped, and the rest of this room is not even loaded (`telemetry.lazy.ts`).
 *
 * @module
 */
import type { EventObserver } from "../cloudevents/receive.ts";
import type { Configuration } from "../config/configuration.ts";
import type { Transport } from "../kubernetes/transport.ts";
import type { EventRecorder } from "../reconcile/apply/events.ts";
import type { Execute } from "../reconcile/apply/execute.ts";
import type { ReconcileObserver } from "../reconcile/route/context.ts";

/** What the parts of the function are put together with, for somebody to look at their work. */
export interface Observers {
  readonly events: EventObserver | null;
  readonly reconcile: ReconcileObserver | null;
  /** Of the current span; null where there is none. */
  traceparent(): string | null;
  /** Each request to the API server. */
  transport(inner: Transport): Transport;
  /** Each write of a child. */
  execute(inner: Execute): Execute;
  /** Each problem of a route. */
  recorder(inner: EventRecorder): EventRecorder;
}

export interface Telemetry {
  readonly observers: Observers;
  /** Pushes what is left, and gives up after some seconds. */
  end(): Promise<void>;
}

function same<T>(inner: T): T {
  return inner;
}

/** Nobody looks. */
export const UNSEEN: Observers = {
  events: null,
  reconcile: null,
  traceparent: () => null,
  transport: same,
  execute: same,
  recorder: same,
};

/** Whether the configuration or OpenTelemetry's variables name a receiver. */
export function hasReceiver({ telemetry }: Configuration, env: NodeJS.ProcessEnv): boolean {
  if (env.OTEL_SDK_DISABLED?.toLowerCase() === "true") return false;
  const { OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_METRICS_ENDPOINT } = env;
  return Boolean(
    telemetry ??
      (OTEL_EXPORTER_OTLP_ENDPOINT ||
        OTEL_EXPORTER_OTLP_METRICS_ENDPOINT ||
        env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT),
  );
}
