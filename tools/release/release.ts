/**
 * A release, from the working tree to what is published: judge, build, push to a registry on loopback, look at it there
 * as a user would, and only then publish.
 *
 * @module
 */
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../../test/cluster/host/command.ts";
import type { Supervisor } from "../../test/control-plane/supervised.ts";
import type { ImageBuilder } from "./builder.ts";
import { sectionOf } from "./changelog.ts";
import { helm, packageChart } from "./chart.ts";
import { checksumsOf } from "./checksums.ts";
import { packCli, tryCli } from "./cli-package.ts";
import { crane, startRegistry } from "./crane.ts";
import { bundleManifests } from "./manifests.ts";
import { CHART, type Names, namesOf } from "./names.ts";
import type { Platform } from "./platforms.ts";
import { type Artifact, publish, targetProblems } from "./publish.ts";
import { readSource } from "./read-source.ts";
import { RefusedError } from "./refused.ts";
import type { Signer } from "./signer.ts";
import { problemsOf, type Source } from "./source.ts";
import { chartProblems, imageProblems } from "./verify.ts";

export interface ReleaseOptions {
  /** Folder of the project. */
  readonly root: string;
  /** Gets `assets/`, what people download, and `notes.md`; what was there is removed. */
  readonly folder: string;
  readonly platforms: readonly Platform[];
  /** Registry and folder to publish below; where the chart says unless given. */
  readonly home?: string | undefined;
  /** Publishes; else everything is made and looked at only. */
  readonly push: boolean;
  /** Takes the working tree as it is; its problems are only reported. */
  readonly lenient?: boolean;
  /** URL of the public repository, which image, chart and command then name. */
  readonly repository?: string | undefined;
  readonly builder: ImageBuilder;
  /** Signs what is published, before it gets its tags. */
  readonly signer?: Signer | null;
  /** Runs the registry on loopback. */
  readonly supervisor: Supervisor;
  /** The Node that the CLI is tried on; the one that runs this unless given. */
  readonly node?: string;
  report(line: string): void;
}

export interface Released {
  readonly version: string;
  readonly names: Names;
  /** Names with digests. */
  readonly image: string;
  readonly chart: string;
}

/** @throws {RefusedError} with every problem at once; then nothing is published */
export async function release(options: ReleaseOptions): Promise<Released> {
  const { root, folder, push, report } = options;
  const source = await readSource(root);
  const names = await namesFor(options);
  await judge(options, source, names);
  const assets = join(folder, "assets");
  await rm(folder, { recursive: true, force: true });
  await mkdir(assets, { recursive: true });

  const artifacts = await stage(options, source, names, assets);
  const [image = "", chart = ""] = artifacts.map(({ published, digest }) => `${published}@${digest}`);
  const released = { version: source.version, names, image, chart };
  await writeAssets(options, source, released, assets);
  report(`verified: ${image}`);
  report(`verified: ${chart}`);
  if (push) {
    await publish(artifacts, source.version, options.signer ?? null);
    report(`published: ${names.image}:${source.version}`);
    report(`published: oci://${names.chart}, version ${source.version}`);
  }
  return released;
}

async function namesFor({ root, home }: ReleaseOptions): Promise<Names> {
  return namesOf(await readFile(join(root, CHART, "values.yaml"), "utf8"), home);
}

/** Throws everything that is known to be wrong before anything is made. */
async function judge(options: ReleaseOptions, source: Source, names: Names): Promise<void> {
  const { root, builder, platforms, push, lenient = false, report } = options;
  const own = namesOf(await readFile(join(root, CHART, "values.yaml"), "utf8"));
  const ofSource = problemsOf(source, own.image);
  if (lenient) for (const problem of ofSource) report(`a release would be refused: ${problem}`);
  const problems = [
    ...(lenient ? [] : ofSource),
    ...(await builder.problems(platforms)),
    ...((await options.signer?.problems()) ?? []),
    ...(push ? await targetProblems([names.image, names.chart], source.version) : []),
  ];
  if (problems.length > 0) throw new RefusedError(problems);
}

/** Makes image and chart, pushes both to a registry on loopback, and looks at them there. */
async function stage(
  options: ReleaseOptions,
  { version, revision }: Source,
  names: Names,
  assets: string,
): Promise<Artifact[]> {
  const { root, builder, platforms, repository, supervisor, report } = options;
  const registry = await startRegistry(supervisor);
  const staged = namesOf("", `${registry}/staged`);
  const work = await mkdtemp(join(tmpdir(), "release-"));
  try {
    report(`building the image for ${platforms.join(", ")}`);
    const image = await builder.build({ version, revision, repository, platforms, folder: work });
    await crane("push", image, `${staged.image}:${version}`);
  } finally {
    await rm(work, { recursive: true });
  }
  report("packaging the chart");
  const chart = await packageChart(root, names, version, assets, repository);
  await helm("push", chart, `oci://${staged.charts}`, "--plain-http");
  const problems = [
    ...(await imageProblems(`${staged.image}:${version}`, { version, revision, platforms })),
    ...(await chartProblems(staged.chart, version, names.image)),
  ];
  if (problems.length > 0) throw new RefusedError(problems);
  return Promise.all(
    (["image", "chart"] as const).map(async (what) => ({
      what,
      staged: staged[what],
      published: names[what],
      digest: await crane("digest", `${staged[what]}:${version}`),
    })),
  );
}

/** Everything else that people get. */
async function writeAssets(
  { root, folder, repository, node = process.execPath, report }: ReleaseOptions,
  { version, revision, changelog }: Source,
  released: Released,
  assets: string,
): Promise<void> {
  const { names, image, chart } = released;
  const write = (name: string, text: string) => writeFile(join(assets, name), text);
  report("packing the command");
  const cli = await packCli(root, assets, repository);
  const said = (await tryCli(cli, node, "--version")).trim();
  if (said !== version)
    throw new RefusedError([`the packed command says that it is version ${said}, not ${version}`]);
  await write("install.yaml", await bundleManifests(join(root, "knative"), `${names.image}:${version}`));
  const sbom = [
    "sbom",
    "--omit=dev",
    "--package-lock-only",
    "--sbom-format=cyclonedx",
    "--sbom-type=application",
  ];
  await write(`traefik-cert-rotater-${version}.cdx.json`, await run("npm", [...sbom, "--prefix", root]));
  await write("release.json", `${JSON.stringify({ version, revision, image, chart }, null, 2)}\n`);
  await write("SHA256SUMS", await checksumsOf(assets));
  await writeFile(join(folder, "notes.md"), notesOf(sectionOf(changelog, version) ?? "", released));
}

function notesOf(changes: string, { image, chart }: Released): string {
  return `${changes}\n\n### Digests\n\n- image: \`${image}\`\n- chart: \`${chart}\`\n`;
}
