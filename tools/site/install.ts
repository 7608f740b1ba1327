/**
 * Fetches the generator of the site where it is missing or another version, and runs it.
 *
 * @module
 */
import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { startProgress } from "../../test/control-plane/progress.ts";

const SITE = join(import.meta.dirname, "../../docs/site");

/**
 * Runs VitePress on the site.
 *
 * @param command `build`, `dev` or `preview`
 * @throws Error with the output where it fails; where `quiet` is false the output has been shown
 */
export async function vitepress(
  command: readonly string[],
  { env = {}, quiet = false }: { env?: Readonly<Record<string, string>>; quiet?: boolean } = {},
): Promise<void> {
  await fetchGenerator();
  const [name = "", ...rest] = command;
  const program = join(SITE, "node_modules/vitepress/bin/vitepress.js");
  await run(process.execPath, [program, name, ".", ...rest], env, quiet);
}

/** Installs it where it is missing, with progress on stderr. */
export async function fetchGenerator(): Promise<void> {
  if (await isInstalled()) return;
  const endProgress = startProgress("fetching the generator of the documentation's site");
  let outcome = "failed";
  try {
    await run("npm", ["ci", "--no-audit", "--no-fund"], {}, true);
    outcome = "done";
  } finally {
    endProgress(outcome);
  }
}

/** npm keeps what it has installed beside it, in the form of the lockfile. */
async function isInstalled(): Promise<boolean> {
  const [wanted, there] = await Promise.all(
    ["package-lock.json", "node_modules/.package-lock.json"].map((file) => versionIn(join(SITE, file))),
  );
  return wanted === there;
}

async function versionIn(file: string): Promise<string | undefined> {
  type Lock = { readonly packages: Readonly<Record<string, { readonly version?: string }>> };
  const text = await readFile(file, "utf8").catch(() => '{ "packages": {} }');
  return (JSON.parse(text) as Lock).packages["node_modules/vitepress"]?.version;
}

function run(
  program: string,
  words: readonly string[],
  env: Readonly<Record<string, string>>,
  quiet: boolean,
): Promise<void> {
  const stdio = quiet ? "pipe" : "inherit";
  const child = spawn(program, words, { cwd: SITE, env: { ...process.env, ...env }, stdio });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) resolve();
      else reject(new Error(`${program} ${words.join(" ")} ended with ${code}\n${output}`));
    });
  });
}
