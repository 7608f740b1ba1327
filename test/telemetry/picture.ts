/**
 * Makes docs/screens/dashboard.svg: some minutes of events, resyncs and cold starts, pushed to a real Collector, scraped by a
 * real Prometheus, asked by the dashboard's own queries. `node test/telemetry/picture.ts`.
 *
 * @module
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { DASHBOARD_FILE } from "../../tools/dashboard.ts";
import { startControlPlane } from "../control-plane/control-plane.ts";
import { loadCrds } from "../control-plane/crds.ts";
import { bundle } from "../integration/harness/bundle.ts";
import { changeEvent, post, resyncEvent } from "../integration/harness/cloud-events.ts";
import { startFunctionProcess } from "../integration/harness/function-process.ts";
import { ingressRoute, ROUTES } from "../integration/harness/objects.ts";
import { installRelease } from "../integration/harness/release.ts";
import { type Series, type Stack, startStack } from "./stack.ts";
import { drawPage, type Graph } from "./svg.ts";

const PICTURE = join(import.meta.dirname, "../../docs/screens/dashboard.svg");
/** Cold starts, each with a burst of events and a sleep after it. */
const BURSTS = 8;

interface Panel {
  readonly type: string;
  readonly title: string;
  readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
  readonly fieldConfig?: { readonly defaults?: { readonly unit?: string } };
}

const cluster = await startControlPlane({ crds: await loadCrds() });
const [stack, bundled] = await Promise.all([startStack(), bundle()]);
try {
  const from = Date.now() / 1000;
  await happen();
  const to = Date.now() / 1000;
  const { panels } = JSON.parse(await readFile(DASHBOARD_FILE, "utf8")) as { panels: readonly Panel[] };
  const graphs: Graph[] = [];
  for (const panel of panels) if (panel.type !== "row") graphs.push(await graphOf(stack, panel, from, to));
  await mkdir(join(PICTURE, ".."), { recursive: true });
  await writeFile(PICTURE, drawPage(graphs, from, to));
  console.log(`${PICTURE}: ${graphs.length} graphs`);
} finally {
  await stack.stop();
  await bundled.remove();
  await cluster.stop();
}

async function happen(): Promise<void> {
  const telemetry = { otlp: { endpoint: stack.endpoint, interval: "2s" } };
  const integrations = { externalDNS: { targetService: null, targetIPs: ["192.0.2.1"] } };
  const release = await installRelease(cluster, { values: { telemetry, integrations } });
  const namespace = await cluster.admin.createNamespace("routes");
  const { ingressClass } = release;
  for (let burst = 1; burst <= BURSTS; burst++) {
    const app = await startFunctionProcess(cluster, release, { app: bundled.folder });
    await post(app.url, resyncEvent());
    for (let count = 1; count <= 3 + (burst % 3) * 4; count++) {
      const name = `web-${burst}-${count}`;
      const broken = count === 2 ? { match: "Host(`shop.example.com`" } : {};
      await cluster.admin.apply(ingressRoute({ namespace, name, ingressClass, ...broken }));
      await post(app.url, changeEvent("add", { ...ROUTES, namespace, name }));
      await post(app.url, changeEvent("update", { ...ROUTES, namespace, name }));
      await delay(400);
    }
    // Nobody tells of this one, so that the next resync has something to mend.
    await cluster.admin.apply(ingressRoute({ namespace, name: `lost-${burst}`, ingressClass }));
    app.child.kill("SIGTERM");
    await app.ended;
    await app.stop();
    await delay(12_000);
  }
}

async function graphOf(stack: Stack, panel: Panel, from: number, to: number): Promise<Graph> {
  const { title, targets = [], fieldConfig } = panel;
  const lines: Graph["lines"][number][] = [];
  for (const { expr, legendFormat } of targets) {
    const query = expr
      .replaceAll("$__rate_interval", "20s")
      .replaceAll('instance=~"$instance"', 'instance=~".*"');
    for (const series of await stack.queryRange(query, { from, to, step: 2 })) {
      const points = series.values.filter(([, value]) => Number.isFinite(value));
      if (points.length > 0) lines.push({ legend: legendOf(legendFormat, series), points });
    }
  }
  return { title, unit: fieldConfig?.defaults?.unit ?? "", lines, isNumber: panel.type === "stat" };
}

function legendOf(format: string, { labels }: Series): string {
  return format.replace(/\{\{(\w+)\}\}/g, (_all, label: string) => labels[label] ?? "").trim();
}
