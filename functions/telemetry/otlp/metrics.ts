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

/** The time that the points are for, in milliseconds since the epoch. */
export interface Window {
  readonly from: number;
  readonly to: number;
}

/** The body of an ExportMetricsServiceRequest. */
export function metricsRequest(resource: Attributes, measured: Measured, window: Window): object {
  const metrics = [...measured].map(([instrument, points]) => ({
    name: instrument.name,
    unit: instrument.unit,
    description: instrument.description,
    ...dataOf(instrument, [...points.values()], window),
  }));
  const resourceMetrics = {
    resource: { attributes: toKeyValues(resource) },
    scopeMetrics: [{ scope: SCOPE, metrics }],
  };
  return { resourceMetrics: [resourceMetrics] };
}

function dataOf(instrument: Instrument, points: readonly Point[], window: Window): object {
  switch (instrument.kind) {
    case "counter": {
      const dataPoints = points.map((point) => ({ ...pointOf(point, window), asInt: String(point.value) }));
      return { sum: { aggregationTemporality: DELTA, isMonotonic: true, dataPoints } };
    }
    case "gauge":
      return {
        gauge: { dataPoints: points.map((point) => ({ ...pointOf(point, window), asDouble: point.value })) },
      };
    case "histogram": {
      const dataPoints = points.map((point) => ({
        ...pointOf(point, window),
        ...histogramOf(instrument, point),
      }));
      return { histogram: { aggregationTemporality: DELTA, dataPoints } };
    }
  }
}

function pointOf({ attributes }: Point, { from, to }: Window): object {
  return {
    attributes: toKeyValues(attributes),
    startTimeUnixNano: toUnixNano(from),
    timeUnixNano: toUnixNano(to),
  };
}

function histogramOf({ bounds }: Instrument, { value, histogram }: Point): object {
  if (histogram === null) return {};
  const { sum, min, max, buckets } = histogram;
  return { count: String(value), sum, min, max, explicitBounds: bounds, bucketCounts: buckets.map(String) };
}
