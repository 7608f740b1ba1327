/**
 * Looks at the parts of the function while they work, and turns what they do into metrics and spans.
 *
 * @module
 */
import type { ArrivedEvent, EventObserver, EventResult } from "../cloudevents/receive.ts";
import type { ReceivedEvent } from "../cloudevents/received-event.ts";
import { CHANGE_TYPE } from "../cloudevents/subject.ts";
import { PING_TYPE, RESYNC_TYPE } from "../cloudevents/to-work.ts";
import { parseTraceparent } from "../cloudevents/trace-context.ts";
import type { ApiRequest, ApiResponse } from "../kubernetes/exchange.ts";
import type { Transport } from "../kubernetes/transport.ts";
import type { EventRecorder } from "../reconcile/apply/events.ts";
import type { Execute } from "../reconcile/apply/execute.ts";
import type { ReconcileObserver } from "../reconcile/route/context.ts";
import { cut } from "../schema/shown.ts";
import type { Deltas } from "./metrics/deltas.ts";
import * as metrics from "./metrics/instruments.ts";
import type { Attributes } from "./otlp/attributes.ts";
import type { Observers } from "./telemetry.ts";
import { errorTypeOf } from "./traces/error-type.ts";
import type { Tracer } from "./traces/tracer.ts";

export interface ObserversOptions {
  readonly deltas: Deltas;
  readonly tracer: Tracer;
  /** The API server. */
  readonly server: URL;
  /** Nothing is written (mode observe), so a resync repairs nothing. */
  readonly observes: boolean;
  /** Milliseconds since the epoch, with fractions. */
  readonly now: () => number;
}

export function createObservers(options: ObserversOptions): Observers {
  return {
    events: observeEvents(options),
    reconcile: observeReconcile(options),
    traceparent: () => options.tracer.traceparent(),
    transport: (inner) => observeTransport(inner, options),
    execute: (inner) => countChanges(inner, options),
    recorder: (inner) => countProblems(inner, options),
  };
}

const STATUS: Readonly<Record<EventResult["status"], number>> = { done: 204, retry: 503, malformed: 400 };

function observeEvents({ deltas, tracer, now }: ObserversOptions): EventObserver {
  const count = (type: string, status: number) => {
    const of = (code: number) => ({ "cloudevents.event_type": type, "http.response.status_code": code });
    deltas.add(metrics.EVENTS, of(status));
    // So that the first one that fails is an increase.
    if (status !== STATUS.retry) deltas.add(metrics.EVENTS, of(STATUS.retry), 0);
  };
  return {
    event(arrived, work) {
      const type = typeOf(arrived.event);
      countDeadLetter(deltas, arrived.event);
      const began = now();
      const start = {
        name: `CloudEvents Process ${type}`,
        kind: "consumer",
        attributes: eventAttributes(arrived.event),
        ...originOf(arrived),
      } as const;
      return tracer.root(
        start,
        async (traceId) => {
          const result = await work(traceId);
          count(type, STATUS[result.status]);
          deltas.record(metrics.EVENT_DURATION, { "cloudevents.event_type": type }, (now() - began) / 1000);
          return result;
        },
        (result) => ({
          attributes: { "http.response.status_code": STATUS[result.status] },
          error: result.status === "done" ? null : result.status,
        }),
      );
    },
    refused: (status) => count("unknown", status),
  };
}

/** Types that mean nothing here are one: they come from outside, and there may be any number of them. */
function typeOf(event: ReceivedEvent | null): string {
  if (event === null) return "unknown";
  const isKnown = event.type === RESYNC_TYPE || event.type === PING_TYPE || CHANGE_TYPE.test(event.type);
  return isKnown ? event.type : "other";
}

function eventAttributes(event: ReceivedEvent | null): Attributes {
  if (event === null) return {};
  const { id, source, type, subject } = event;
  return {
    "cloudevents.event_id": cut(id, 256),
    "cloudevents.event_source": cut(source, 256),
    "cloudevents.event_type": cut(type, 256),
    ...(subject === null ? {} : { "cloudevents.event_subject": cut(subject, 256) }),
  };
}

/**
 * The header is of whoever sent the request, the attribute of whoever made the event: the one before us is the parent,
 * and where they differ the first is linked.
 */
function originOf({ event, traceparent }: ArrivedEvent) {
  const sender = parseTraceparent(traceparent);
  const maker = parseTraceparent(event?.extensions.traceparent);
  const isOther = sender !== null && maker !== null && sender.spanId !== maker.spanId;
  const links = isOther ? [{ traceId: maker.traceId, spanId: maker.spanId }] : [];
  return { parent: sender ?? maker, links };
}

/** A Broker marks what it gave up on (https://knative.dev/docs/eventing/event-delivery/). */
function countDeadLetter(deltas: Deltas, event: ReceivedEvent | null): void {
  if (event?.extensions.knativeerrordest === undefined && event?.extensions.knativeerrorcode === undefined)
    return;
  const code = event.extensions.knativeerrorcode ?? "";
  deltas.add(metrics.DEAD_LETTERS, { "error.type": /^\d{3}$/.test(code) ? code : "_OTHER" });
}

function observeReconcile({ deltas, tracer, observes, now }: ObserversOptions): ReconcileObserver {
  return {
    planning: (integration, work) =>
      tracer.child({ name: `plan ${integration}`, kind: "internal", attributes: {} }, work),
    resynced({ scope, seconds, isComplete, routes, held, repairs }) {
      const error = isComplete ? {} : { "error.type": "retry" };
      deltas.record(metrics.RESYNC_DURATION, { "resync.scope": scope, ...error }, seconds);
      for (const [action, count] of Object.entries(observes ? {} : repairs)) {
        deltas.add(metrics.RESYNC_REPAIRS, { "change.action": action }, count);
      }
      if (scope !== "everything") return;
      deltas.set(metrics.RESYNC_ROUTES, routes);
      deltas.set(metrics.DELETIONS_HELD, held);
      if (isComplete) deltas.set(metrics.RESYNC_LAST_SUCCESS, now() / 1000);
    },
  };
}

function observeTransport(inner: Transport, { deltas, tracer, server, now }: ObserversOptions): Transport {
  const place = { "server.address": server.hostname, "server.port": Number(server.port) || 443 };
  return (request, authorization) => {
    const method = { "http.request.method": request.method };
    const began = now();
    const measure = (end: Attributes) =>
      deltas.record(metrics.API_REQUEST_DURATION, { ...method, ...place, ...end }, (now() - began) / 1000);
    const send = async (): Promise<ApiResponse> => {
      try {
        const response = await inner(request, authorization);
        measure(statusOf(response, request));
        return response;
      } catch (error) {
        measure({ "error.type": errorTypeOf(error) });
        throw error;
      }
    };
    const [path = ""] = request.path.split("?", 1);
    const template = templateOf(path);
    const attributes = { ...method, ...place, "url.path": path, "url.template": template };
    return tracer.child(
      { name: `${request.method} ${template}`, kind: "client", attributes },
      send,
      (response) => {
        const end = statusOf(response, request);
        return {
          attributes: end,
          error: "error.type" in end ? `the API server answered ${response.status}` : null,
        };
      },
    );
  };
}

/** An object that is not there is an answer like any other. */
function statusOf({ status }: ApiResponse, { method }: ApiRequest): Attributes {
  const isError = status >= 400 && !(method === "GET" && status === 404);
  return { "http.response.status_code": status, ...(isError ? { "error.type": String(status) } : {}) };
}

/** The path without names, of which there may be any number. */
function templateOf(path: string): string {
  return path
    .replace(/\/namespaces\/[^/]+(\/|$)/, "/namespaces/{namespace}$1")
    .replace(/^(\/apis?\/(?:[^/]+\/)?v[^/]+(?:\/namespaces\/\{namespace\})?\/[^/]+)\/[^/]+$/, "$1/{name}");
}

function countChanges(inner: Execute, { deltas }: ObserversOptions): Execute {
  return async (resource, namespace, step) => {
    const object = await inner(resource, namespace, step);
    deltas.add(metrics.CHANGES, { "child.kind": resource.kind, "change.action": step.action });
    return object;
  };
}

/** What is reported on a route's Events; a note is no problem. */
function countProblems(inner: EventRecorder, { deltas }: ObserversOptions): EventRecorder {
  return {
    record(description, changes, problems) {
      for (const { reason, note, more = 1 } of problems) {
        if (note !== true) deltas.add(metrics.PROBLEMS, { "problem.reason": reason }, more);
      }
      return inner.record(description, changes, problems);
    },
  };
}
