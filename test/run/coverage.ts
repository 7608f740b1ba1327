/**
 * How much of the code under functions/ the tests beside it run, told by Node.
 *
 * @module
 */
import { relative } from "node:path";

/** The fields of Node's `test:coverage` event that are read here. */
export interface Coverage {
  readonly files: readonly (Shares & { readonly path: string })[];
  readonly totals: Shares;
}

interface Shares {
  readonly coveredLinePercent: number;
  readonly coveredBranchPercent: number;
  readonly coveredFunctionPercent: number;
}

const SHOWN = 15;

/** For `run` of node:test. */
export const COVERAGE = {
  coverage: true,
  coverageIncludeGlobs: ["functions/**/*.ts"],
  coverageExcludeGlobs: ["**/*.test.ts"],
};

/** The files with the fewest lines that ran, and the whole in the last line. */
export function formatCoverage({ files, totals }: Coverage): string {
  const least = files.toSorted((left, right) => left.coveredLinePercent - right.coveredLinePercent);
  const rows = least.slice(0, SHOWN).map((file) => row(relative(process.cwd(), file.path), file));
  return [
    "",
    `coverage by the unit tests: the ${rows.length} files of ${files.length} with the least`,
    `  ${"".padEnd(58)}${["lines", "branches", "functions"].map((name) => name.padStart(11)).join("")}`,
    ...rows,
    row("all", totals),
    "",
  ].join("\n");
}

function row(name: string, { coveredLinePercent, coveredBranchPercent, coveredFunctionPercent }: Shares) {
  const shares = [coveredLinePercent, coveredBranchPercent, coveredFunctionPercent];
  return `  ${name.padEnd(58)}${shares.map((share) => `${share.toFixed(1)} %`.padStart(11)).join("")}`;
}
