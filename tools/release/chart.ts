/**
 * The chart as an archive.
 *
 * @module
 */
import { appendFile, cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runHelm } from "../../test/control-plane/helm.ts";
import { CHART, type Names, withImage } from "./names.ts";

/** Runs helm, and throws what it says where it fails. */
export async function helm(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await runHelm(args);
  if (code !== 0) throw new Error(`helm ${args.join(" ")}: ${stderr.trim()}`);
  return stdout;
}

/** Packages the chart in `root`, with the image of these names, into `folder`; the path. */
export async function packageChart(
  root: string,
  names: Names,
  version: string,
  folder: string,
  repository?: string,
): Promise<string> {
  const work = await mkdtemp(join(tmpdir(), "chart-"));
  try {
    const copy = join(work, CHART);
    await cp(join(root, CHART), copy, { recursive: true });
    const values = join(copy, "values.yaml");
    await writeFile(values, withImage(await readFile(values, "utf8"), names));
    if (repository !== undefined) await appendFile(join(copy, "Chart.yaml"), `sources:\n  - ${repository}\n`);
    await helm("package", copy, "--destination", folder);
    return join(folder, `${CHART}-${version}.tgz`);
  } finally {
    await rm(work, { recursive: true });
  }
}
