/**
 * Values that are not there: a key without a value, which Helm takes away together with its default, and
 * `helm upgrade --reuse-values`, which knows no value that the former chart did not have.
 */
import assert from "node:assert/strict";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, suite, test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import { parse, stringify } from "yaml";
import { isRecord } from "../../functions/schema/unknown.ts";
import { runHelm } from "../control-plane/helm.ts";
import { chart } from "./render.ts";

type Values = Readonly<Record<string, unknown>>;

const values = parse(await readFile(join(chart, "values.yaml"), "utf8")) as Values;
const folders: string[] = [];
after(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))));

async function template(folder: string, given: object): Promise<{ code: number; text: string }> {
  const set = ["--set-json", JSON.stringify(given)];
  const { code, stdout, stderr } = await runHelm(["template", "tcr", folder, "-n", "edge", ...set]);
  return { code, text: code === 0 ? stdout : stderr };
}

/** The paths of all sections and values that have a default. */
function pathsOf(tree: Values, above: readonly string[] = []): readonly (readonly string[])[] {
  return Object.entries(tree).flatMap(([key, value]) => {
    const path = [...above, key];
    return value === null ? [] : [path, ...(isRecord(value) ? pathsOf(value, path) : [])];
  });
}

function nested(path: readonly string[], value: unknown): object {
  return path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as object;
}

/** What Helm says of a template that fails by accident, and what Go prints for nothing. */
const ACCIDENT = /nil pointer|wrong type for value|error calling|<nil>|%!/;

suite("a value without anything in it", () => {
  for (const section of Object.keys(values)) {
    test(`below ${section} is the default, or one sentence says what is missing`, async () => {
      const paths = pathsOf({ [section]: values[section] });
      for (const path of paths) {
        const { text } = await template(chart, nested(path, null));
        assert.doesNotMatch(text, ACCIDENT, path.join("."));
      }
    });
  }
});

/** The chart with these values for its defaults: what Helm makes of a chart with --reuse-values. */
async function chartWith(defaults: object): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "chart-"));
  folders.push(folder);
  await cp(chart, folder, { recursive: true });
  await writeFile(join(folder, "values.yaml"), stringify(defaults));
  return folder;
}

/** What of the values may be null or is Kubernetes' own: without a default, there is none. */
function rest(tree: Values, defaults: Values): Values {
  const left = Object.entries(tree).flatMap(([key, value]) => {
    const given = defaults[key];
    if (given === undefined) return [[key, value] as const];
    return isRecord(value) && isRecord(given) ? [[key, rest(value, given)] as const] : [];
  });
  return Object.fromEntries(left);
}

test("without the defaults the chart renders what it renders with them", async () => {
  const defaults = JSON.parse(await readFile(join(chart, "files/defaults.json"), "utf8")) as Values;
  const [bare, full] = await Promise.all([
    template(await chartWith(rest(values, defaults)), {}),
    template(chart, {}),
  ]);
  assert.equal(bare.text, full.text);
});

test("a value that is set to false, nothing or zero stays so", async () => {
  const given = { resync: { onInstall: false, schedule: "" }, rbac: { create: false } };
  const { text } = await template(chart, given);
  const kinds = [...text.matchAll(/^kind: (\w+)$/gm)].map(([, kind]) => kind);
  assert.ok(!isDeepStrictEqual(kinds, []));
  for (const kind of ["Job", "CronJob", "ClusterRole"]) assert.ok(!kinds.includes(kind), kind);
});
