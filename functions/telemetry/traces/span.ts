/**
 * One span of a trace, ended.
 *
 * @module
 */
import type { Attributes } from "../otlp/attributes.ts";

export type SpanKind = "internal" | "client" | "consumer";

export interface SpanLink {
  readonly traceId: string;
  readonly spanId: string;
}

export interface Span extends SpanLink {
  readonly parentSpanId: string | null;
  readonly links: readonly SpanLink[];
  readonly name: string;
  readonly kind: SpanKind;
  /** Milliseconds since the epoch, with fractions. */
  readonly from: number;
  readonly to: number;
  readonly attributes: Attributes;
  /** What went wrong; null where nothing did. */
  readonly error: string | null;
}
