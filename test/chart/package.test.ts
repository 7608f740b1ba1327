/** The chart as it is packaged and published. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { runHelm } from "../control-plane/helm.ts";
import { chart } from "./render.ts";

const repository = fileURLToPath(new URL("../../", import.meta.url));

interface ChartFile {
  readonly version: string;
  readonly home: string;
  readonly icon: string;
  readonly sources: readonly string[];
  readonly maintainers: readonly { readonly name: string; readonly url: string }[];
  readonly annotations: Readonly<Record<string, string>>;
}

suite("the package", () => {
  let folder: string;
  let packed: string;
  let about: ChartFile;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "package-"));
    const { code, stderr } = await runHelm(["package", chart, "--destination", folder]);
    assert.equal(code, 0, stderr);
    about = parse(await readFile(join(chart, "Chart.yaml"), "utf8")) as ChartFile;
    packed = join(folder, `traefik-cert-rotation-${about.version}.tgz`);
    execFileSync("tar", ["xzf", packed, "-C", folder]);
  });
  after(() => rm(folder, { recursive: true }));

  test("has what a chart is looked at for", async () => {
    const { stdout } = await runHelm(["show", "chart", packed]);
    const { home, icon, sources, maintainers, annotations } = parse(stdout) as ChartFile;
    assert.deepEqual([...sources], [home]);
    assert.ok(maintainers.every(({ name, url }) => name !== "" && home.startsWith(url)));
    assert.equal(annotations["artifacthub.io/license"], "Apache-2.0");
    const links = parse(annotations["artifacthub.io/links"] ?? "") as { name: string; url: string }[];
    for (const { url } of links) assertOurs(url);
    assert.match(icon, /^https:\/\/raw\.githubusercontent\.com\//);
    const svg = await readFile(join(repository, "docs/icon.svg"), "utf8");
    assert.ok(icon.endsWith("/main/docs/icon.svg") && svg.startsWith("<svg "));
  });

  test("has a README whose links lead somewhere from anywhere", async () => {
    const { stdout } = await runHelm(["show", "readme", packed]);
    const links = [...stdout.matchAll(/\]\(([^)]+)\)/g)].map(([, link = ""]) => link);
    assert.ok(links.length > 5);
    for (const link of links) assertOurs(link);
  });

  test("is whole: what it is installed from is what is here", async () => {
    const render = (from: string) => runHelm(["template", "tcr", from, "--namespace", "edge"]);
    const [one, other] = await Promise.all([render(packed), render(chart)]);
    assert.deepEqual([one.code, one.stdout], [0, other.stdout]);
  });

  /** A page of the repository that exists, or a page about it. */
  function assertOurs(url: string): void {
    assert.ok(url.startsWith(about.home), url);
    const [, path] = /\/blob\/main\/([^#]+)/.exec(url) ?? [];
    if (path !== undefined) assert.ok(existsSync(join(repository, path)), url);
  }
});
