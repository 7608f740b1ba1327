/**
 * Attributes as OTLP's JSON has them.
 *
 * https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
 *
 * @module
 */

export type Attributes = Readonly<Record<string, string | number | boolean>>;

export function toKeyValues(attributes: Attributes): readonly object[] {
  return Object.entries(attributes).map(([key, value]) => ({ key, value: toAnyValue(value) }));
}

function toAnyValue(value: string | number | boolean): object {
  if (typeof value === "string") return { stringValue: value };
  if (typeof value === "boolean") return { boolValue: value };
  // 64-bit integers are strings in JSON.
  return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
}

/** Milliseconds since the epoch, with fractions, as the nanoseconds that OTLP wants. */
export function toUnixNano(milliseconds: number): string {
  const whole = Math.floor(milliseconds);
  const nanoseconds = Math.floor((milliseconds - whole) * 1e6);
  return `${whole}${String(nanoseconds).padStart(6, "0")}`;
}
