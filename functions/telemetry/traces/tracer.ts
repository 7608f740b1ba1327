/**
 * Traces: which span is the current one, and those that have ended and wait to be pushed.
 *
 * @module
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { randomBytes } from "node:crypto";
import type { TraceParent } from "../../cloudevents/trace-context.ts";
import type { Attributes } from "../otlp/attributes.ts";
import { errorTypeOf } from "./error-type.ts";
import type { Sampler } from "./sampler.ts";
import type { Span, SpanKind, SpanLink } from "./span.ts";

/** Spans that wait to be pushed, at most; a resync of many routes may make more. */
const MAX_SPANS = 2048;

interface Current extends SpanLink {
  readonly isSampled: boolean;
}

/** What is known of a span once its work has ended. */
export interface SpanEnd {
  readonly attributes?: Attributes;
  /** Null or absent where nothing went wrong. */
  readonly error?: string | null;
}

export interface SpanStart {
  readonly name: string;
  readonly kind: SpanKind;
  readonly attributes: Attributes;
}

export interface TracerOptions {
  readonly sample: Sampler;
  /** Milliseconds since the epoch, with fractions. */
  readonly now: () => number;
  /** Called where there is something to push. */
  readonly onSpan: () => void;
  /** Told how many spans found no room. */
  readonly onDropped: (count: number) => void;
}

export class Tracer {
  readonly #options: TracerOptions;
  readonly #current = new AsyncLocalStorage<Current>();
  #ended: Span[] = [];

  constructor(options: TracerOptions) {
    this.#options = options;
  }

  /**
   * Runs the work as a span of the sender's trace, or as the first span of a new one.
   *
   * @param end what came of the work, from what it returned
   */
  async root<T>(
    start: SpanStart & { readonly parent: TraceParent | null; readonly links: readonly SpanLink[] },
    work: (traceId: string) => Promise<T>,
    end: (result: T) => SpanEnd,
  ): Promise<T> {
    const { parent, links } = start;
    const traceId = parent?.traceId ?? newId(16);
    const current = { traceId, spanId: newId(8), isSampled: this.#options.sample(traceId, parent) };
    return this.#run(
      start,
      { current, parentSpanId: parent?.spanId ?? null, links },
      () => work(traceId),
      end,
    );
  }

  /** Runs the work as a part of the current span; where there is none, or none is kept, it just runs. */
  async child<T>(
    start: SpanStart,
    work: () => Promise<T>,
    end: (result: T) => SpanEnd = () => ({}),
  ): Promise<T> {
    const outer = this.#current.getStore();
    if (outer?.isSampled !== true) return work();
    const current = { ...outer, spanId: newId(8) };
    return this.#run(start, { current, parentSpanId: outer.spanId, links: [] }, work, end);
  }

  async #run<T>(
    { name, kind, attributes }: SpanStart,
    place: {
      readonly current: Current;
      readonly parentSpanId: string | null;
      readonly links: readonly SpanLink[];
    },
    work: () => Promise<T>,
    end: (result: T) => SpanEnd,
  ): Promise<T> {
    const { current, parentSpanId, links } = place;
    const { traceId, spanId, isSampled } = current;
    const from = this.#options.now();
    const keep = ({ attributes: more = {}, error = null }: SpanEnd) => {
      if (!isSampled) return;
      const to = this.#options.now();
      const all = { ...attributes, ...more };
      this.#keep({ traceId, spanId, parentSpanId, links, name, kind, from, to, attributes: all, error });
    };
    try {
      const result = await this.#current.run(current, work);
      keep(end(result));
      return result;
    } catch (error) {
      keep({
        attributes: { "error.type": errorTypeOf(error) },
        error: error instanceof Error ? error.message : String(error),
      });
      throw error;
    }
  }

  #keep(span: Span): void {
    if (this.#ended.length >= MAX_SPANS) {
      this.#options.onDropped(1);
      return;
    }
    this.#ended.push(span);
    this.#options.onSpan();
  }

  /** What a request that belongs to the current span says of it; null where there is none. */
  traceparent(): string | null {
    const current = this.#current.getStore();
    if (current === undefined) return null;
    return `00-${current.traceId}-${current.spanId}-${current.isSampled ? "01" : "00"}`;
  }

  /** Those that have ended since the last time. */
  take(): readonly Span[] {
    const spans = this.#ended;
    this.#ended = [];
    return spans;
  }

  /** Those that could not be pushed, as far as there is room. */
  putBack(spans: readonly Span[]): void {
    const room = Math.max(0, MAX_SPANS - this.#ended.length);
    if (spans.length > room) this.#options.onDropped(spans.length - room);
    this.#ended = [...spans.slice(0, room), ...this.#ended];
  }
}

function newId(bytes: number): string {
  return randomBytes(bytes).toString("hex");
}
