/**
 * Metrics as OTLP's JSON has them, in delta temporality.
 *
 * https://github.com/open-telemetry/opentelemetry-proto/blob/v1.7.0/opentelemetry/proto/metrics/v1/metrics.proto
 *
 * @module
 */
import type { Measured, Point } from "../metrics/deltas.ts";
import type { Instrument } from "../metrics/instruments.ts";
import { type Attributes, toKeyValues, toUnixNano } from "./attributes.ts";
import { SCOPE } from "./scope.ts";

const DELTA = 1;

/**
 * The body of an ExportMetricsServiceRequest. The points have no start: replicas push parts of one series, and whoever
 * adds them up would refuse a part that began before the series that he knows (ADR 24).
 *
 * @param at milliseconds since the epoch
 */
export function metricsRequest(resource: Attributes, measured: Measured, at: number): object {
  const metrics = [...measured].map(([instrument, points]) => ({
    name: instrument.name,
    unit: instrument.unit,
    description: instrument.description,
    ...dataOf(instrument, [...points.values()], at),
  }));
  const resourceMetrics = {
    resource: { attributes: toKeyValues(resource) },
    scopeMetrics: [{ scope: SCOPE, metrics }],
  };
  return { resourceMetrics: [resourceMetrics] };
}

function dataOf(instrument: Instrument, points: readonly Point[], at: number): object {
  switch (instrument.kind) {
    case "counter": {
      const dataPoints = points.map((point) => ({ ...pointOf(point, at), asInt: String(point.value) }));
      return { sum: { aggregationTemporality: DELTA, isMonotonic: true, dataPoints } };
    }
    case "gauge":
      return {
        gauge: { dataPoints: points.map((point) => ({ ...pointOf(point, at), asDouble: point.value })) },
      };
    case "histogram": {
      const dataPoints = points.map((point) => ({
        ...pointOf(point, at),
        ...histogramOf(instrument, point),
      }));
      return { histogram: { aggregationTemporality: DELTA, dataPoints } };
    }
  }
}

function pointOf({ attributes }: Point, at: number): object {
  return {
    attributes: toKeyValues(attributes),
    timeUnixNano: toUnixNano(at),
  };
}

function histogramOf({ bounds }: Instrument, { value, histogram }: Point): object {
  if (histogram === null) return {};
  const { sum, min, max, buckets } = histogram;
  return { count: String(value), sum, min, max, explicitBounds: bounds, bucketCounts: buckets.map(String) };
}
