/**
 * Objects as YAML within a text for people.
 *
 * @module
 */

/** Writes YAML, with each line moved to the right. */
export type IndentYaml = (value: unknown, spaces: number) => string;

/** The writer is loaded when something is to be written. */
export async function loadIndentYaml(): Promise<IndentYaml> {
  const { formatYaml } = await import("../../config/yaml.lazy.ts");
  return (value, spaces) =>
    formatYaml(value)
      .trimEnd()
      .replaceAll(/^(?=.)/gm, " ".repeat(spaces));
}
