/**
 * The bundles as the image has them.
 *
 * @module
 */
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const TOOL = fileURLToPath(new URL("../../../tools/bundle.ts", import.meta.url));

export interface Bundle {
  readonly folder: string;
  remove(): Promise<void>;
}

/** Bundles the working tree into a temporary folder, which `remove` deletes. */
export async function bundle(): Promise<Bundle> {
  const folder = await mkdtemp(join(tmpdir(), "tcr-bundle-"));
  await promisify(execFile)(process.execPath, [TOOL, folder]);
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}
