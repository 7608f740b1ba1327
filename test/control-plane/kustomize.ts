/**
 * The real kustomize.
 *
 * @module
 */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { parseAllDocuments } from "yaml";
import type { Manifest } from "./admin.ts";
import { findBinaries } from "./binaries.ts";

/** The objects that the kustomization in `folder` makes. Builds kustomize if need be; throws `GoToolError`. */
export async function kustomize(folder: string): Promise<Manifest[]> {
  const { kustomize: program } = await findBinaries(["kustomize"]);
  const { stdout } = await promisify(execFile)(program, ["build", folder], { maxBuffer: 64 * 1024 * 1024 });
  return parseAllDocuments(stdout).map((document) => document.toJS() as Manifest);
}
