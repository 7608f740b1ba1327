/**
 * What has been measured since the last push. A process that sleeps cannot be asked for its totals, so each push has
 * what came since the one before, and whoever receives it adds up.
 *
 * @module
 */
import type { Attributes } from "../otlp/attributes.ts";
import type { Instrument } from "./instruments.ts";

export interface Point {
  readonly attributes: Attributes;
  /** Of a counter the sum, of a gauge the last value, of a histogram how many. */
  value: number;
  /** Of a histogram only. */
  readonly histogram: HistogramPoint | null;
}

export interface HistogramPoint {
  sum: number;
  min: number;
  max: number;
  /** One more than there are bounds. */
  readonly buckets: number[];
}

/** Points by instrument, and there by their attributes. */
export type Measured = ReadonlyMap<Instrument, ReadonlyMap<string, Point>>;

/** Sets of attributes that one instrument keeps apart; the others are one, as OpenTelemetry's SDKs have it. */
const MAX_POINTS = 500;
const OVERFLOW: Attributes = { "otel.metric.overflow": true };

export class Deltas {
  readonly #onMeasured: () => void;
  #measured = new Map<Instrument, Map<string, Point>>();

  /** @param onMeasured called where there is something to push */
  constructor(onMeasured: () => void) {
    this.#onMeasured = onMeasured;
  }

  add(instrument: Instrument, attributes: Attributes, count = 1): void {
    this.#point(instrument, attributes).value += count;
    this.#onMeasured();
  }

  set(instrument: Instrument, value: number, attributes: Attributes = {}): void {
    this.#point(instrument, attributes).value = value;
    this.#onMeasured();
  }

  record(instrument: Instrument, attributes: Attributes, value: number): void {
    const point = this.#point(instrument, attributes);
    this.#onMeasured();
    point.value++;
    if (point.histogram === null) return;
    const { buckets } = point.histogram;
    point.histogram.sum += value;
    point.histogram.min = Math.min(point.histogram.min, value);
    point.histogram.max = Math.max(point.histogram.max, value);
    const { bounds = [] } = instrument;
    const found = bounds.findIndex((bound) => value <= bound);
    const index = found === -1 ? bounds.length : found;
    buckets[index] = (buckets[index] ?? 0) + 1;
  }

  /** All there is; what is measured from now on is apart from it. */
  take(): Measured {
    const measured = this.#measured;
    this.#measured = new Map();
    return measured;
  }

  /** Adds what could not be pushed to what came since, which takes no more room than either alone. */
  putBack(measured: Measured): void {
    for (const [instrument, points] of measured) {
      for (const former of points.values()) this.#addFormer(instrument, former);
    }
  }

  #addFormer(instrument: Instrument, former: Point): void {
    const isNew = this.#measured.get(instrument)?.has(keyOf(former.attributes)) !== true;
    const point = this.#point(instrument, former.attributes);
    if (instrument.kind === "gauge") {
      if (isNew) point.value = former.value;
      return;
    }
    point.value += former.value;
    if (point.histogram === null || former.histogram === null) return;
    point.histogram.sum += former.histogram.sum;
    point.histogram.min = Math.min(point.histogram.min, former.histogram.min);
    point.histogram.max = Math.max(point.histogram.max, former.histogram.max);
    for (const [index, count] of former.histogram.buckets.entries()) {
      point.histogram.buckets[index] = (point.histogram.buckets[index] ?? 0) + count;
    }
  }

  #point(instrument: Instrument, attributes: Attributes): Point {
    let points = this.#measured.get(instrument);
    if (points === undefined) {
      points = new Map();
      this.#measured.set(instrument, points);
    }
    const key = keyOf(attributes);
    const known = points.get(key);
    if (known !== undefined) return known;
    if (points.size >= MAX_POINTS && attributes !== OVERFLOW) return this.#point(instrument, OVERFLOW);
    const point: Point = { attributes, value: 0, histogram: emptyHistogram(instrument) };
    points.set(key, point);
    return point;
  }
}

function keyOf(attributes: Attributes): string {
  return JSON.stringify(attributes);
}

function emptyHistogram({ kind, bounds = [] }: Instrument): HistogramPoint | null {
  if (kind !== "histogram") return null;
  const buckets = Array.from({ length: bounds.length + 1 }, () => 0);
  return { sum: 0, min: Number.POSITIVE_INFINITY, max: Number.NEGATIVE_INFINITY, buckets };
}
