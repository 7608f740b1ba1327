/**
 * An integration is one folder. A toy in a folder of its own renders, plans, applies and is watched; what it needs
 * outside its folder is counted.
 *
 * @module
 */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { parseAllDocuments } from "yaml";
import { progressOf } from "../../functions/cli/cluster/child-progress.ts";
import { dryRun } from "../../functions/cli/cluster/dry-run.ts";
import { derive } from "../../functions/cli/input/derive.ts";
import { parseConfiguration } from "../../functions/config/parse.ts";
import { INTEGRATIONS } from "../../functions/integrations/index.ts";
import { atOnce } from "../../functions/pace.ts";
import { describeRoute } from "../../functions/reconcile/observe/describe.ts";
import { runHelm } from "../control-plane/helm.ts";
import { createMemoryCluster } from "../memory-cluster.ts";
import { ROUTES, routeObject, startInstallation, updateOf } from "../memory-installation.ts";
import { changedFiles, writeChart } from "./chart.ts";
import { probe } from "./probe/definition.ts";

const DEFINITIONS = [...INTEGRATIONS, probe];
const { resource: PROBES } = probe;
const ON = { integrations: { probe: { interval: "30s" } } };

const SPEC = {
  interval: "30s",
  module: "http_2xx",
  prober: { url: "blackbox-exporter.monitoring:9115" },
  targets: { staticConfig: { static: ["https://web.example.com"] } },
};

const names = (raw: unknown) =>
  parseConfiguration(raw, DEFINITIONS).configuration.integrations.map(({ name }) => name);

suite("a toy integration, outside its folder,", () => {
  test("needs five files: its line in the list, and four that are generated", async () => {
    const generated = [...(await changedFiles()).keys()];
    assert.deepEqual(
      ["functions/integrations/index.ts", ...generated],
      [
        "functions/integrations/index.ts",
        "traefik-cert-rotation/files/integrations.json",
        "traefik-cert-rotation/values.yaml",
        "traefik-cert-rotation/values.schema.json",
        "docs/values.md",
      ],
    );
  });

  test("is documented with its values and its reasons", async () => {
    const reference = (await changedFiles()).get("docs/values.md") ?? "";
    assert.match(reference, /^\| `integrations\.probe\.interval` \| `30s` or `60s` \| `"60s"` \| How often/m);
    assert.match(reference, /^\| `prometheus-probe` \| `WildcardNotProbed` \| a wildcard has no address/m);
  });
});

suite("a toy integration in the configuration", () => {
  test("is off unless it is named", () => {
    assert.deepEqual(names({}), ["cert-manager", "external-dns"]);
    assert.deepEqual(names(ON), ["prometheus-probe"]);
    assert.deepEqual(names({ integrations: { probe: { enabled: false } } }), []);
  });

  test("is refused with the path of what is wrong", () => {
    assert.throws(
      () => names({ integrations: { probe: { interval: "1s" } } }),
      /integrations\.probe\.interval: found "1s", expected 30s or 60s/,
    );
    assert.throws(
      () => names({ integrations: { prob: {} } }),
      /integrations\.prob: found an unknown key, expected the key probe/,
    );
  });
});

suite("a toy integration at work", () => {
  test("renders a child of a route, and says what is wrong under a reason of its own", async () => {
    const { configuration } = parseConfiguration(ON, DEFINITIONS);
    const context = { ...configuration, refuseHost: () => null, loadRegexp: async () => () => null };
    const object = routeObject("web");
    const wildcard = routeObject("all", { host: "*.example.com" });
    const descriptions = [
      await describeRoute(context, object, {}),
      await describeRoute(context, wildcard, {}),
    ];
    const surroundings = { objects: [], identity: null };
    const deriver = { ...context, dependencies: new Map(), surroundings };
    const [web, all] = atOnce(derive(descriptions, deriver));
    const [rendered] = web?.children ?? [];
    assert.deepEqual([rendered?.child?.metadata.name, rendered?.child?.spec], ["web-probe", SPEC]);
    assert.deepEqual(
      all?.problems.filter(({ note }) => note !== true).map(({ reason }) => reason),
      ["WildcardNotProbed"],
    );
  });

  test("plans, applies, rests, changes and removes its child", async () => {
    const cluster = createMemoryCluster();
    cluster.put(ROUTES, routeObject("web"));
    const { configuration } = parseConfiguration(ON, DEFINITIONS);
    const planned = await dryRun(
      { client: cluster.client, configuration, instance: "tests/memory" },
      { namespace: null, name: null, confirmDeletions: false },
    );
    assert.deepEqual(
      planned.writes.map(({ action, name }) => [action, name]),
      [["create", "web-probe"]],
    );
    const app = startInstallation(cluster.client, ON, {}, DEFINITIONS);
    await app.handle(updateOf("web"));
    assert.deepEqual(
      cluster.all(PROBES).map(({ spec }) => spec),
      [SPEC],
    );
    await app.handle(updateOf("web"));
    assert.deepEqual(cluster.writes, ["create Probe shop/web-probe"]);
    cluster.put(ROUTES, routeObject("web", { host: "other.example.com" }));
    await app.handle(updateOf("web"));
    assert.deepEqual(
      cluster.all(PROBES).map(({ spec }) => probeHosts(spec)),
      [["other.example.com"]],
    );
    cluster.put(
      ROUTES,
      routeObject("web", { annotations: { "traefik-cert-rotater.io/ignore": "prometheus-probe" } }),
    );
    await app.handle(updateOf("web"));
    assert.deepEqual(cluster.all(PROBES), []);
  });

  test("is watched: the event about a child that was deleted brings it back", async () => {
    const cluster = createMemoryCluster();
    cluster.put(ROUTES, routeObject("web"));
    const app = startInstallation(cluster.client, ON, {}, DEFINITIONS);
    assert.deepEqual(app.kinds.children, [PROBES]);
    await app.handle(updateOf("web"));
    cluster.remove(PROBES, "shop", "web-probe");
    const { group, kind } = PROBES;
    await app.handle({
      kind: "child",
      hint: "delete",
      child: { group, kind, namespace: "shop", name: "web-probe" },
    });
    assert.deepEqual(
      cluster.all(PROBES).map(({ metadata }) => metadata.name),
      ["web-probe"],
    );
  });

  test("is removed everywhere where it is switched off with onDisable: delete", async () => {
    const cluster = createMemoryCluster();
    cluster.put(ROUTES, routeObject("web"));
    await startInstallation(cluster.client, ON, {}, DEFINITIONS).handle(updateOf("web"));
    const off = { integrations: { probe: { enabled: false, onDisable: "delete" } } };
    const app = startInstallation(cluster.client, off, {}, DEFINITIONS);
    await app.handle({ kind: "resync", scope: { namespace: null, name: null, confirmDeletions: true } });
    assert.deepEqual(cluster.all(PROBES), []);
  });

  test("is ready in status once its child is there, for nobody says more of it", async () => {
    const cluster = createMemoryCluster();
    cluster.put(ROUTES, routeObject("web"));
    await startInstallation(cluster.client, ON, {}, DEFINITIONS).handle(updateOf("web"));
    const [child] = cluster.all(PROBES);
    const [integration] = parseConfiguration(ON, DEFINITIONS).configuration.integrations;
    assert.ok(child !== undefined && integration !== undefined);
    assert.deepEqual(progressOf(child, integration), { done: true, why: null });
  });
});

suite("the chart with a toy integration", () => {
  let folder: string;
  let chart: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "toy-integration-"));
    chart = await writeChart(folder);
  });
  after(() => rm(folder, { recursive: true }));

  async function template(path: string, values: object): Promise<string> {
    const { code, stdout, stderr } = await runHelm([
      "template",
      "tcr",
      path,
      "-n",
      "edge",
      "--set-json",
      JSON.stringify(values),
    ]);
    return code === 0 ? stdout : stderr;
  }

  test("renders byte for byte what it renders without, while it is off", async () => {
    const own = join(import.meta.dirname, "../../traefik-cert-rotation");
    assert.equal(await template(chart, {}), await template(own, {}));
  });

  test("grants, watches and configures it once it is on", async () => {
    const text = await template(chart, { integrations: { probe: { enabled: true, interval: "30s" } } });
    const documents = parseAllDocuments(text).map((part) => part.toJS() as Document);
    const rules = documents
      .filter(({ kind }) => kind === "ClusterRole")
      .map(({ rules = [] }) => rules.find(({ apiGroups }) => apiGroups.includes(PROBES.group)));
    assert.deepEqual(
      rules.map((rule) => [rule?.resources, rule?.verbs]),
      [
        [["probes"], ["get", "list", "create", "patch", "delete"]],
        [["probes"], ["get", "list", "watch"]],
      ],
    );
    const watched = documents
      .flatMap(({ kind, spec }) => (kind === "ApiServerSource" ? spec?.resources : []))
      .find((each) => each?.kind === "Probe");
    assert.deepEqual(watched, {
      apiVersion: "monitoring.coreos.com/v1",
      kind: "Probe",
      selector: { matchLabels: { "kubernetes.io/managed-by": "Traefik-cert-rotater" } },
    });
    const config =
      documents.find(({ data }) => data?.["config.json"] !== undefined)?.data?.["config.json"] ?? "";
    assert.deepEqual((JSON.parse(config) as { integrations: { probe: object } }).integrations.probe, {
      enabled: true,
      onDisable: "keep",
      prober: "blackbox-exporter.monitoring:9115",
      interval: "30s",
    });
    assert.deepEqual(names(JSON.parse(config)), ["cert-manager", "external-dns", "prometheus-probe"]);
  });

  test("refuses values of it that are wrong, with their path", async () => {
    const wrong = await template(chart, { integrations: { probe: { interval: "1s", modul: "x" } } });
    assert.match(wrong, /integrations\/probe\/interval|integrations\.probe\.interval/);
    assert.match(wrong, /modul/);
  });
});

interface Document {
  readonly kind: string;
  readonly rules?: readonly {
    readonly apiGroups: readonly string[];
    readonly resources: readonly string[];
    readonly verbs: readonly string[];
  }[];
  readonly spec?: { readonly resources?: readonly { readonly kind: string }[] };
  readonly data?: Readonly<Record<string, string>>;
}

function probeHosts(spec: unknown): readonly string[] {
  const [integration] = parseConfiguration(ON, DEFINITIONS).configuration.integrations;
  return integration?.names(spec) ?? [];
}
