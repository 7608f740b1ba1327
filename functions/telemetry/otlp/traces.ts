/**
 * Spans as OTLP's JSON has them.
 *
 * https://github.com/open-telemetry/opentelemetry-proto/blob/v1.7.0/opentelemetry/proto/trace/v1/trace.proto
 *
 * @module
 */
import type { Span, SpanKind } from "../traces/span.ts";
import { type Attributes, toKeyValues, toUnixNano } from "./attributes.ts";
import { SCOPE } from "./scope.ts";

const KINDS: Readonly<Record<SpanKind, number>> = { internal: 1, client: 3, consumer: 5 };
const ERROR = 2;
/** The flags' lowest byte is that of `traceparent`: this trace is kept. */
const SAMPLED = 1;

/** The body of an ExportTraceServiceRequest. */
export function tracesRequest(resource: Attributes, spans: readonly Span[]): object {
  const resourceSpans = {
    resource: { attributes: toKeyValues(resource) },
    scopeSpans: [{ scope: SCOPE, spans: spans.map(toSpan) }],
  };
  return { resourceSpans: [resourceSpans] };
}

function toSpan({
  traceId,
  spanId,
  parentSpanId,
  links,
  name,
  kind,
  from,
  to,
  attributes,
  error,
}: Span): object {
  return {
    traceId,
    spanId,
    ...(parentSpanId === null ? {} : { parentSpanId }),
    flags: SAMPLED,
    name,
    kind: KINDS[kind],
    startTimeUnixNano: toUnixNano(from),
    endTimeUnixNano: toUnixNano(to),
    attributes: toKeyValues(attributes),
    ...(links.length === 0 ? {} : { links }),
    ...(error === null ? {} : { status: { code: ERROR, message: error } }),
  };
}
