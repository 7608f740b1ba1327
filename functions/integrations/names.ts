/**
 * Names that a wildcard covers: it stands for exactly one label (RFC 9525, section 6.3), so neither for its own apex
 * nor for a name two labels deeper.
 *
 * @module
 */

/** Whether the names have the host itself, or a wildcard that stands for it. */
export function covers(names: readonly string[], host: string): boolean {
  return names.includes(host) || names.includes(wildcardOver(host) ?? host);
}

/** Without the names that a wildcard among them covers: ACME servers refuse an order that has both. */
export function withoutCovered(names: readonly string[]): readonly string[] {
  if (!names.some((name) => name.startsWith("*."))) return names;
  const all = new Set(names);
  return names.filter((name) => !all.has(wildcardOver(name) ?? ""));
}

/** The wildcard that stands for the host; null where the host is one itself, or has a single label. */
export function wildcardOver(host: string): string | null {
  const dot = host.indexOf(".");
  return dot < 0 || host.startsWith("*.") ? null : `*${host.slice(dot)}`;
}
