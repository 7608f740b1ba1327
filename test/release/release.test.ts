import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { promisify } from "node:util";
import { parse } from "yaml";
import { tryCli } from "../../tools/release/cli-package.ts";
import { crane, startRegistry } from "../../tools/release/crane.ts";
import type { Names } from "../../tools/release/names.ts";
import { type Released, type ReleaseOptions, release } from "../../tools/release/release.ts";
import { freePort } from "../control-plane/free-port.ts";
import { type Supervisor, startSupervisor } from "../control-plane/supervised.ts";
import { findOldestNode } from "../oldest-node/oldest-node.ts";
import { problemsOf } from "./problems.ts";
import { ownPlatform, smallImage } from "./small-image.ts";
import { tagsIn } from "./tags.ts";

const run = promisify(execFile);
const project = process.cwd();
const files = ["package.json", "package-lock.json", "LICENSE", "tsconfig.json"];
const folders = ["docs", "functions", "knative", "tools", "traefik-cert-rotation", "test/control-plane"];

const bothPlatforms = ["linux/amd64", "linux/arm64"];

let supervisor: Supervisor;
/** A copy of the project in a repository of its own, committed and tagged. */
let root: string;
let version: string;
before(async () => {
  supervisor = await startSupervisor("tcr-release-");
  root = join(supervisor.folder, "project");
  for (const path of [...files, ...folders]) await cp(path, join(root, path), { recursive: true });
  await run("ln", ["-s", join(project, "node_modules"), join(root, "node_modules")]);
  ({ version } = JSON.parse(await readFile("package.json", "utf8")));
  await writeFile(join(root, "CHANGELOG.md"), `# Changelog\n\n## ${version} - 2026-11-28\n\n- All of it.\n`);
  await writeFile(join(root, ".gitignore"), "node_modules\ndist/\nrelease/\n");
  await git("init", "--quiet");
  await commit();
});
after(() => supervisor.end());

async function git(...args: string[]): Promise<void> {
  const who = ["-c", "user.name=Test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false"];
  await run("git", ["-C", root, ...who, ...args]);
}

async function commit(tag = `v${version}`): Promise<void> {
  await git("add", "--all");
  await git("commit", "--quiet", "--allow-empty", "--message", "release");
  await git("tag", "--force", tag);
}

async function releaseHere(options: Partial<ReleaseOptions> = {}): Promise<Released> {
  return release({
    root,
    folder: join(root, "release"),
    platforms: [ownPlatform],
    push: false,
    builder: smallImage(supervisor),
    supervisor,
    report: () => {},
    ...options,
  });
}

suite("npm run release", () => {
  let published: Names;

  test("makes chart, command, manifests, parts list and checksums, and publishes image and chart", async () => {
    const registry = await startRegistry(supervisor);
    const home = `${registry}/team`;
    const repository = "https://git.example.com/team/rotater";
    const node = await findOldestNode();
    const image = { builder: smallImage(supervisor, bothPlatforms), platforms: bothPlatforms };
    const released = await releaseHere({ push: true, home, node, repository, ...image });
    published = released.names;
    const assets = join(root, "release/assets");
    assert.deepEqual((await readdir(assets)).sort(), [
      "SHA256SUMS",
      "install.yaml",
      "release.json",
      `traefik-cert-rotater-${version}.cdx.json`,
      `traefik-cert-rotater-${version}.tgz`,
      `traefik-cert-rotation-${version}.tgz`,
    ]);
    const sums = (await readFile(join(assets, "SHA256SUMS"), "utf8")).trimEnd().split("\n");
    assert.equal(sums.length, 5);
    for (const sum of sums) {
      const [hash, name = ""] = sum.split("  ");
      assert.equal(
        createHash("sha256")
          .update(await readFile(join(assets, name)))
          .digest("hex"),
        hash,
      );
    }

    assert.deepEqual(await tagsIn(registry), [
      `team/charts/traefik-cert-rotation:${version}`,
      `team/traefik-cert-rotater:${version}`,
    ]);
    for (const [name, reference] of [
      [`${home}/traefik-cert-rotater`, released.image],
      [`${home}/charts/traefik-cert-rotation`, released.chart],
    ] as const)
      assert.equal(`${name}@${await crane("digest", `${name}:${version}`)}`, reference);
    for (const platform of bothPlatforms) {
      const { os, architecture } = JSON.parse(await crane("config", "--platform", platform, released.image));
      assert.equal(`${os}/${architecture}`, platform);
    }
    const read = (name: string) => readFile(join(assets, name), "utf8");
    assert.equal(JSON.parse(await read("release.json")).image, released.image);
    assert.ok((await read("install.yaml")).includes(`image: ${home}/traefik-cert-rotater:${version}\n`));
    const parts = JSON.parse(await read(`traefik-cert-rotater-${version}.cdx.json`));
    assert.ok(parts.components.some(({ name }: { name: string }) => name === "hono"));
    const chart = await run(
      "tar",
      ["-xOf", `traefik-cert-rotation-${version}.tgz`, "traefik-cert-rotation/Chart.yaml"],
      {
        cwd: assets,
      },
    );
    assert.deepEqual(parse(chart.stdout).sources, [repository]);
    const cli = await run("tar", ["-xOf", `traefik-cert-rotater-${version}.tgz`, "package/package.json"], {
      cwd: assets,
    });
    const { engines, repository: stated, dependencies } = JSON.parse(cli.stdout);
    const own = JSON.parse(await readFile("package.json", "utf8"));
    assert.deepEqual([engines, stated.url, dependencies], [own.engines, `git+${repository}.git`, undefined]);
    const notes = await readFile(join(root, "release/notes.md"), "utf8");
    assert.match(notes, /^- All of it\.\n/);
    assert.ok(notes.includes(released.chart));
  });

  test("packs a command that works in an empty folder on the oldest Node", async () => {
    const archive = join(root, "release/assets", `traefik-cert-rotater-${version}.tgz`);
    const example = join(project, "examples/my-ingress.yaml");
    const text = await tryCli(archive, await findOldestNode(), "render", "-f", example);
    assert.match(text, /kind: Certificate[\s\S]*kind: DNSEndpoint/);
  });

  test("says everything that is wrong at once, each in a sentence, and pushes nothing", async () => {
    const registry = await startRegistry(supervisor);
    await git("tag", "--delete", `v${version}`);
    await git("tag", "v9.9.9");
    await writeFile(join(root, "stray"), "");
    const platforms = [ownPlatform, "linux/s390x"];
    assert.deepEqual(await problemsOf(releaseHere({ push: true, home: `${registry}/team`, platforms })), [
      "the working tree is not clean (stray): commit or stash that first",
      `the tag of this commit is v9.9.9, version in package.json ${version}: tag it v${version}, or change the version`,
      `linux/s390x cannot be built here, only ${ownPlatform}: nothing helps, or leave it out with --platforms ${ownPlatform}`,
    ]);
    assert.deepEqual(await tagsIn(registry), []);
    await rm(join(root, "stray"));
    await git("tag", "--delete", "v9.9.9");
    await git("tag", `v${version}`);
  });

  test("refuses a registry that is down before it builds anything", async () => {
    const builder = { ...smallImage(supervisor), build: () => assert.fail("it was built") };
    const host = `127.0.0.1:${await freePort()}`;
    const [problem, ...others] = await problemsOf(releaseHere({ push: true, home: `${host}/team`, builder }));
    const reason = `cannot be reached (connect ECONNREFUSED ${host})`;
    assert.equal(problem, `the registry ${host} ${reason}: is it up, and is the name right?`);
    assert.deepEqual(others, []);
  });

  test("never moves a tag", async () => {
    assert.deepEqual(
      await problemsOf(releaseHere({ push: true, home: published.home })),
      [published.image, published.chart].map(
        (name) => `${name}:${version} is published already: raise the version, for a tag is never moved`,
      ),
    );
  });

  test("looks at the image that was built, whatever the builder says", async () => {
    const registry = await startRegistry(supervisor);
    const builder: ReleaseOptions["builder"] = {
      problems: async () => [],
      build: (order) => smallImage(supervisor).build({ ...order, revision: "of another commit" }),
    };
    const [label, ...others] = await problemsOf(
      releaseHere({ push: true, home: `${registry}/team`, builder, platforms: [ownPlatform, "linux/s390x"] }),
    );
    assert.equal(label, `the image has been built for ${ownPlatform}, not for linux/s390x`);
    assert.match(
      others.join(),
      /^the image for .* has the label revision of another commit, not [0-9a-f]{40}$/,
    );
    assert.deepEqual(await tagsIn(registry), []);
  });

  test("is made of a commit", async () => {
    const folder = await mkdtemp(join(tmpdir(), "no-repository-"));
    const [problem] = await problemsOf(releaseHere({ root: folder }));
    assert.match(
      problem ?? "",
      /^a release is made from a commit, and git says: fatal: not a git repository/,
    );
    await rm(folder, { recursive: true });
  });
});
