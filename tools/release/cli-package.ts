/**
 * The CLI as a package of npm: the bundle, with nothing to install beside it.
 *
 * @module
 */
import { copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { run } from "../../test/cluster/host/command.ts";

const NAME = "traefik-cert-rotater";

/** Fields of package.json that the package keeps. */
const KEPT = ["name", "version", "description", "license", "engines"] as const;

/** The package's own package.json, from the project's. npm wants the repository for its provenance. Pure. */
export function manifestOf(
  project: Readonly<Record<string, unknown>>,
  repository: string | undefined,
): Readonly<Record<string, unknown>> {
  const kept = Object.fromEntries(KEPT.map((key) => [key, project[key]]));
  const keywords = ["traefik", "cert-manager", "external-dns", "kubernetes"];
  return {
    ...kept,
    ...(repository !== undefined && { repository: { type: "git", url: `git+${repository}.git` } }),
    keywords,
    type: "commonjs",
    bin: { [NAME]: `${NAME}.cjs` },
  };
}

/** Bundles and packs into `folder`; the path of the archive. */
export async function packCli(root: string, folder: string, repository?: string): Promise<string> {
  const work = await mkdtemp(join(tmpdir(), "cli-package-"));
  try {
    await run(process.execPath, [join(root, "tools/bundle.ts"), work]);
    const project = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
    await writeFile(
      join(work, "package.json"),
      `${JSON.stringify(manifestOf(project, repository), null, 2)}\n`,
    );
    await copyFile(join(root, "LICENSE"), join(work, "LICENSE"));
    await copyFile(join(root, "docs/cli.md"), join(work, "README.md"));
    const file = (await run("npm", ["pack", work, "--silent", "--pack-destination", folder])).trim();
    return join(folder, file);
  } finally {
    await rm(work, { recursive: true });
  }
}

/**
 * Installs the archive into an empty folder, without any registry, and runs the command there by its name.
 *
 * @param node the Node to run it on
 * @returns what it prints
 */
export async function tryCli(archive: string, node: string, ...args: string[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "cli-try-"));
  try {
    await run("npm", ["install", "--prefix", folder, "--offline", "--no-audit", "--no-fund", archive]);
    const path = `${dirname(node)}${delimiter}${process.env.PATH ?? ""}`;
    return await run(join(folder, "node_modules/.bin", NAME), args, { ...process.env, PATH: path });
  } finally {
    await rm(folder, { recursive: true });
  }
}
