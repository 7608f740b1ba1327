/**
 * Durations as Go writes them, such as `2160h`, `1h30m` or `1.5s`: cert-manager and external-dns both take them.
 *
 * @module
 */

const NANOSECONDS: ReadonlyMap<string, bigint> = new Map([
  ["ns", 1n],
  ["us", 1_000n],
  ["\u00b5s", 1_000n],
  ["\u03bcs", 1_000n],
  ["ms", 1_000_000n],
  ["s", 1_000_000_000n],
  ["m", 60_000_000_000n],
  ["h", 3_600_000_000_000n],
]);

export const SECOND = 1_000_000_000n;
export const MINUTE = 60n * SECOND;
export const HOUR = 60n * MINUTE;

/** The largest time.Duration; about 292 years. */
const LONGEST = 2n ** 63n - 1n;

/** Longer text is refused unread: a number of this many digits overflows anyway. */
const LONGEST_TEXT = 256;

/**
 * Nanoseconds, or null where Go's `time.ParseDuration` would return an error: without a unit, with an unknown one, or
 * beyond 292 years.
 */
export function parseGoDuration(text: string): bigint | null {
  const unsigned = text.replace(/^[+-]/, "");
  if (unsigned === "0") return 0n;
  if (unsigned.length === 0 || unsigned.length > LONGEST_TEXT) return null;
  const parts = /(\d*)(?:\.(\d*))?([^\d.]+)/y;
  let total = 0n;
  while (parts.lastIndex < unsigned.length) {
    const [, whole = "", fraction = "", unit = ""] = parts.exec(unsigned) ?? [];
    const nanoseconds = NANOSECONDS.get(unit);
    if (nanoseconds === undefined || whole + fraction === "") return null;
    total += BigInt(whole || "0") * nanoseconds;
    total += (BigInt(fraction || "0") * nanoseconds) / 10n ** BigInt(fraction.length);
    if (total > LONGEST) return null;
  }
  return text.startsWith("-") ? -total : total;
}
