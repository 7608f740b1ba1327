/**
 * Which test files belong to which suite, as globs.
 *
 * @module
 */
import { glob } from "node:fs/promises";

export interface TestFiles {
  readonly patterns: readonly string[];
  readonly exclude: readonly string[];
}

/** Everything below test/ but what has a command of its own, for it needs more than a user has. */
export const INTEGRATION: TestFiles = {
  patterns: ["test/**/*.test.ts"],
  exclude: ["test/cluster/**", "test/third-party/**", "test/telemetry/**"],
};
export const CLUSTER: TestFiles = { patterns: ["test/cluster/**/*.test.ts"], exclude: [] };
export const THIRD_PARTY: TestFiles = { patterns: ["test/third-party/**/*.test.ts"], exclude: [] };
export const TELEMETRY: TestFiles = { patterns: ["test/telemetry/**/*.test.ts"], exclude: [] };
export const UNIT: TestFiles = { patterns: ["functions/**/*.test.ts", "tools/**/*.test.ts"], exclude: [] };

/** They take longest, so they start first and the others fill up beside them. */
const LONGEST = [
  "functions/reconcile/interleaving.test.ts",
  "test/integration/resync.test.ts",
  "test/traefik-oracle/differential.test.ts",
];

/** Their paths, in the order in which they best run. */
export async function findTestFiles({ patterns, exclude }: TestFiles): Promise<string[]> {
  const found = await Array.fromAsync(glob([...patterns], { exclude: [...exclude] }));
  return found.sort((left, right) => place(left) - place(right) || (left < right ? -1 : 1));
}

function place(file: string): number {
  return LONGEST.includes(file) ? LONGEST.indexOf(file) : LONGEST.length;
}
