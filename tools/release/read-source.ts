/**
 * Reads what source.ts judges.
 *
 * @module
 */
import { glob, readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import { run } from "../../test/cluster/host/command.ts";
import { CHART } from "./names.ts";
import { RefusedError, reasonOf } from "./refused.ts";
import type { Source } from "./source.ts";

/** Of the working tree in `root`. @throws {RefusedError} where that is none */
export async function readSource(root: string): Promise<Source> {
  const git = (...args: string[]) => run("git", ["-C", root, ...args]);
  const read = (path: string) => readFile(join(root, path), "utf8");
  const [status, tags, revision] = await Promise.all([
    git("status", "--porcelain"),
    git("tag", "--points-at", "HEAD"),
    git("rev-parse", "HEAD"),
  ]).catch((cause: unknown) => {
    throw new RefusedError([`a release is made from a commit, and git says: ${reasonOf(cause)}`], { cause });
  });
  const chart = parse(await read(`${CHART}/Chart.yaml`)) as { version: string; appVersion: string };
  return {
    version: (JSON.parse(await read("package.json")) as { version: string }).version,
    chart: { version: String(chart.version), appVersion: String(chart.appVersion) },
    changed: lines(status).map((line) => line.slice(3)),
    tags: lines(tags),
    revision: revision.trim(),
    changelog: await read("CHANGELOG.md"),
    manifestImages: await manifestImages(root),
  };
}

async function manifestImages(root: string): Promise<string[]> {
  const images = new Set<string>();
  for await (const path of glob("knative/*.yaml", { cwd: root }))
    for (const [, image] of (await readFile(join(root, path), "utf8")).matchAll(/^ +image: "?([^"\n]+)"?$/gm))
      images.add(image ?? "");
  return [...images];
}

function lines(text: string): string[] {
  return text.split("\n").filter((line) => line !== "");
}
