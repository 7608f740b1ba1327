/**
 * Release notes out of CHANGELOG.md. Pure.
 *
 * @module
 */

/** What stands under the heading of the version, such as `## 0.1.0 - 2026-11-28`; null where there is none. */
export function sectionOf(changelog: string, version: string): string | null {
  const sections = changelog.split(/^## /m).slice(1);
  const section = sections.find((text) => (text.split(/\s/, 1)[0] ?? "").replace(/^\[|\]$/g, "") === version);
  return section === undefined ? null : section.slice(section.indexOf("\n") + 1).trim();
}
