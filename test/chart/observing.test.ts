import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { suite, test } from "node:test";
import { at, only, render } from "./render.ts";

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly annotations: { readonly runbook_url: string };
}

async function rules(values: object = {}): Promise<readonly Rule[]> {
  const objects = await render({
    ...values,
    prometheusRule: { enabled: true, ...Object(at(values, "prometheusRule")) },
  });
  return at(only(objects, "PrometheusRule"), "spec.groups.0.rules") as Rule[];
}

suite("alerts and dashboard", () => {
  test("are made only where they are asked for", async () => {
    const objects = await render();
    assert.ok(
      !objects.some(
        ({ kind, metadata }) => kind === "PrometheusRule" || metadata.name.endsWith("-dashboard"),
      ),
    );
  });

  test("the dashboard has the label that Grafana's sidecar looks for", async () => {
    const dashboard = { enabled: true, labels: { folder: "x" }, annotations: { grafana_folder: "Edge" } };
    const map = only(await render({ dashboard }), "ConfigMap", "-dashboard");
    const { labels, annotations } = map.metadata;
    assert.deepEqual(
      [labels.grafana_dashboard, labels.folder, annotations],
      ["1", "x", { grafana_folder: "Edge" }],
    );
    const text = (at(map, "data") as Readonly<Record<string, string>>)["traefik-cert-rotater.json"] ?? "";
    assert.equal(JSON.parse(text).uid, "traefik-cert-rotater");
  });

  test("each alert leads to its section of docs/troubleshooting.md", async () => {
    const text = await readFile(new URL("../../docs/troubleshooting.md", import.meta.url), "utf8");
    const sections = [...text.matchAll(/^## (\w+)$/gm)].map(([, title = ""]) => title.toLowerCase());
    for (const { alert, annotations } of await rules({ prometheusRule: { runbookUrl: "https://docs/#" } })) {
      assert.equal(annotations.runbook_url, `https://docs/#${alert.toLowerCase()}`);
      assert.ok(sections.includes(alert.toLowerCase()), `docs/troubleshooting.md has no section ${alert}`);
    }
  });

  test("what is late follows from how often a resync is due", async () => {
    const stale = (all: readonly Rule[]) =>
      all.find(({ alert }) => alert === "TraefikCertRotaterResyncStale")?.expr;
    assert.match(stale(await rules()) ?? "", /\[172800s\]\)\) > 9000 or/);
    const daily = await rules({ prometheusRule: { resyncIntervalSeconds: 86400 } });
    assert.match(stale(daily) ?? "", /\[345600s\]\)\) > 216000 or/);
  });

  test("without a CronJob nobody waits for its Jobs", async () => {
    const names = async (values: object) => (await rules(values)).map(({ alert }) => alert);
    assert.ok((await names({})).includes("TraefikCertRotaterResyncJobFailed"));
    assert.ok(
      !(await names({ resync: { mode: "pingsource" } })).includes("TraefikCertRotaterResyncJobFailed"),
    );
  });
});
