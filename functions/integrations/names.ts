/**
 * Names that a wildcard covers: it stands for exactly one label (RFC 9525, section 6.3), so neither for its own apex
 * nor for a name two labels deeper.
 *
 * @module
 */

/** Whether the names have the host itself, or a wildcard that stands for it. */
export function covers(names: readonly string[], host: string): boolean {
  return names.includes(host) || names.includes(wildcardOver(host));
}

/** Without the names that a wildcard among them covers: ACME servers refuse an order that has both. */
export function withoutCovered(names: readonly string[]): readonly string[] {
  if (!names.some((name) => name.startsWith("*."))) return names;
  const all = new Set(names);
  return names.filter((name) => name.startsWith("*.") || !all.has(wildcardOver(name)));
}

function wildcardOver(host: string): string {
  return `*${host.slice(host.indexOf("."))}`;
}
