/**
 * The oldest Node that package.json promises: fetched once by npm, then kept in the cache folder.
 *
 * @module
 */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFile, readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { cached } from "../control-plane/cache.ts";
import { startProgress } from "../control-plane/progress.ts";

const FILES = ["package.json", "package-lock.json"];

/** The path of the program. */
export async function findOldestNode(): Promise<string> {
  const lock = await readFile(join(import.meta.dirname, "package-lock.json"));
  const hash = createHash("sha256").update(lock).update(`${process.platform} ${process.arch}`).digest("hex");
  const folder = await cached(`oldest-node-${hash.slice(0, 12)}`, install);
  return join(folder, "node_modules", "node", "bin", "node");
}

async function install(folder: string): Promise<void> {
  for (const file of FILES) await copyFile(join(import.meta.dirname, file), join(folder, file));
  const endProgress = startProgress("fetching the oldest Node that is promised");
  let outcome = "failed";
  try {
    await promisify(execFile)("npm", ["ci", "--no-audit", "--no-fund"], { cwd: folder });
    outcome = "done";
  } finally {
    endProgress(outcome);
  }
}
