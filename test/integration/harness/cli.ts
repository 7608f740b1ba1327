/**
 * The bundled CLI, run as a process against a cluster.
 *
 * @module
 */
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const BUNDLER = fileURLToPath(new URL("../../../tools/bundle.ts", import.meta.url));

export interface CliResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Cli {
  /** A folder for files; also the home directory of the process. */
  readonly folder: string;
  /** Of our own environment nothing decides what a command does. */
  run(words: readonly string[], env?: Readonly<Record<string, string>>): Promise<CliResult>;
  /** Writes a file into the folder and returns its path. */
  write(name: string, text: string): Promise<string>;
  remove(): Promise<void>;
}

export async function bundleCli(): Promise<Cli> {
  const folder = await mkdtemp(join(tmpdir(), "cli-"));
  const bundle = join(folder, "dist");
  const built = await execute([BUNDLER, bundle], {});
  if (built.code !== 0) throw new Error(built.stderr);
  return {
    folder,
    run: (words, env = {}) =>
      execute([join(bundle, "traefik-cert-rotater.cjs"), ...words], { HOME: folder, ...env }),
    async write(name, text) {
      const path = join(folder, name);
      await writeFile(path, text);
      return path;
    },
    remove: () => rm(folder, { recursive: true }),
  };
}

function execute(words: readonly string[], env: Readonly<Record<string, string>>): Promise<CliResult> {
  return new Promise((resolve) => {
    execFile(process.execPath, words, { env, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === "number" ? error.code : -1;
      resolve({ code, stdout, stderr });
    });
  });
}
