import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, suite, test } from "node:test";
import { DASHBOARD_FILE } from "../../tools/dashboard.ts";
import type { Cluster } from "../control-plane/cluster.ts";
import { sharedControlPlane } from "../control-plane/shared.ts";
import { type Bundle, bundle } from "../integration/harness/bundle.ts";
import { type CloudEvent, changeEvent, post, resyncEvent } from "../integration/harness/cloud-events.ts";
import { type FunctionProcess, startFunctionProcess } from "../integration/harness/function-process.ts";
import { ingressRoute, ROUTES } from "../integration/harness/objects.ts";
import { installRelease, type Release } from "../integration/harness/release.ts";
import { until } from "../integration/harness/until.ts";
import { type Stack, startStack } from "./stack.ts";

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const SPAN = "b7ad6b7169203331";

suite("telemetry, received by a real Collector and Prometheus", () => {
  let cluster: Cluster;
  let stack: Stack;
  let bundled: Bundle;

  before(async () => {
    cluster = await sharedControlPlane();
    [stack, bundled] = await Promise.all([startStack(), bundle()]);
  });
  after(async () => {
    await stack?.stop();
    await bundled?.remove();
  });

  /** A release that pushes to the Collector, which is so told by the chart, and a namespace for its routes. */
  async function install(interval: string, values: object = {}) {
    const telemetry = { otlp: { endpoint: stack.endpoint, interval } };
    const integrations = { externalDNS: { targetService: null, targetIPs: ["192.0.2.1"] } };
    const release = await installRelease(cluster, { values: { telemetry, integrations, ...values } });
    const namespace = await cluster.admin.createNamespace("routes");
    const of = `instance="${release.instance}"`;
    const start = () => startFunctionProcess(cluster, release, { app: bundled.folder });
    const event = async (name: string, match?: string): Promise<CloudEvent> => {
      const { ingressClass } = release;
      const route = ingressRoute({
        namespace,
        name,
        ingressClass,
        ...(match === undefined ? {} : { match }),
      });
      await cluster.admin.apply(route);
      return changeEvent("add", { ...ROUTES, namespace, name });
    };
    return { release, namespace, of, start, event };
  }

  /** As a pod ends. */
  async function end(app: FunctionProcess): Promise<void> {
    app.child.kill("SIGTERM");
    assert.deepEqual(await app.ended, [0, null]);
    await app.stop();
  }

  async function requestsOf(release: Release, mark: Awaited<ReturnType<typeof cluster.auditLog.mark>>) {
    return (await cluster.auditLog.entries(mark)).filter(({ user }) => user === release.user).length;
  }

  test("three cold starts of three events each add up exactly", async () => {
    const { release, namespace, of, start, event } = await install("1h");
    const mark = await cluster.auditLog.mark();
    for (const round of [1, 2, 3]) {
      const app = await start();
      for (const name of ["a", "b"]) {
        assert.equal((await post(app.url, await event(`${name}-${round}`))).status, 204);
      }
      assert.equal((await post(app.url, resyncEvent({ namespace }))).status, 204);
      await end(app);
    }
    const [added, resynced] = ["dev.knative.apiserver.ref.add", "io.traefik-cert-rotater.resync"];
    const events = (type: string, status: number) =>
      `traefik_cert_rotater_events_total{${of},cloudevents_event_type="${type}",http_response_status_code="${status}"}`;
    await stack.sumIs(events(added, 204), 6);
    await stack.sumIs(events(resynced, 204), 3);
    await stack.sumIs(events(added, 503), 0);
    for (const kind of ["Certificate", "DNSEndpoint"]) {
      await stack.sumIs(
        `traefik_cert_rotater_changes_total{${of},child_kind="${kind}",change_action="create"}`,
        6,
      );
    }
    await stack.sumIs(`sum(traefik_cert_rotater_changes_total{${of}})`, 12);
    await stack.sumIs(`traefik_cert_rotater_start_duration_seconds_count{${of}}`, 3);
    await stack.sumIs(
      `traefik_cert_rotater_resync_duration_seconds_count{${of},resync_scope="namespace"}`,
      3,
    );
    await stack.sumIs(`traefik_cert_rotater_resync_repairs_total{${of}}`, 0);
    await stack.sumIs(
      `sum(http_client_request_duration_seconds_count{${of}})`,
      await requestsOf(release, mark),
    );
  });

  test("a histogram's buckets add up", async () => {
    const { of, start, event } = await install("1h");
    const app = await start();
    for (const name of ["a", "b", "c"]) await post(app.url, await event(name));
    await end(app);
    const name = "traefik_cert_rotater_event_duration_seconds";
    await stack.sumIs(`${name}_count{${of}}`, 3);
    const buckets = await stack.query(`${name}_bucket{${of}}`);
    const inOrder = buckets
      .map(
        ({ labels, values }) =>
          [Number(labels.le?.replace("+Inf", "Infinity")), values[0]?.[1] ?? 0] as const,
      )
      .sort(([one], [other]) => one - other);
    const counts = inOrder.map(([, count]) => count);
    assert.equal(inOrder.length, 17);
    assert.deepEqual(
      counts,
      counts.toSorted((one, other) => one - other),
    );
    assert.equal(counts.at(-1), 3);
    const [sum] = await stack.query(`${name}_sum{${of}}`);
    const seconds = sum?.values[0]?.[1] ?? 0;
    const logged = app.logs.reduce(
      (total, { msg, durationMs }) => total + (msg === "event handled" ? Number(durationMs) : 0),
      0,
    );
    assert.ok(Math.abs(seconds * 1000 - logged) < 15, `${seconds} s, and the log has ${logged} ms`);
  });

  test("a process that is killed loses what came since its last push, and nothing else", async () => {
    const { of, start, event } = await install("2s");
    const events = `sum(traefik_cert_rotater_events_total{${of}})`;
    const killed = await start();
    await post(killed.url, await event("pushed"));
    await stack.sumIs(events, 1);
    await post(killed.url, await event("lost"));
    killed.child.kill("SIGKILL");
    await killed.stop();
    const next = await start();
    await post(next.url, await event("after"));
    await end(next);
    await stack.sumIs(events, 2);
  });

  test("replicas of one installation add up to one series", async () => {
    const { of, start, event } = await install("1h");
    const replicas = await Promise.all([start(), start(), start()]);
    for (const round of [1, 2, 3]) {
      const sent = replicas.map(async ({ url }, index) => post(url, await event(`r${round}-${index}`)));
      for (const { status } of await Promise.all(sent)) assert.equal(status, 204);
    }
    for (const replica of replicas) await end(replica);
    await stack.sumIs(`traefik_cert_rotater_events_total{${of},http_response_status_code="204"}`, 9);
    assert.equal((await stack.query(`traefik_cert_rotater_start_duration_seconds_count{${of}}`)).length, 1);
  });

  test("while the Collector is away events are answered, and it gets everything once it is back", async () => {
    const { of, start, event } = await install("1s");
    const app = await start();
    await stack.collector.stop();
    const begun = app.logs.length;
    for (const name of ["a", "b"]) assert.equal((await post(app.url, await event(name))).status, 204);
    await app.logged(({ msg }) => msg.startsWith("telemetry does not arrive"), begun);
    assert.equal((await post(app.url, await event("c"))).status, 204);
    await stack.collector.start();
    await app.logged(({ msg }) => msg === "telemetry arrives again", begun);
    await end(app);
    assert.equal(app.logs.filter(({ msg }) => msg.startsWith("telemetry does not arrive")).length, 1);
    await stack.sumIs(`traefik_cert_rotater_events_total{${of},http_response_status_code="204"}`, 3);
  });

  test("a trace goes on from the event to each request, and its id is in every line", async () => {
    const { start, event } = await install("1h");
    const app = await start();
    const maker = { traceId: "1".repeat(32), spanId: "2".repeat(16) };
    const extensions = { traceparent: `00-${maker.traceId}-${maker.spanId}-01` };
    const traced = { ...(await event("traced")), extensions };
    const begun = app.logs.length;
    assert.equal((await post(app.url, traced)).status, 204);
    assert.equal((await postWithHeader(app.url, traced, `00-${TRACE}-${SPAN}-01`)).status, 204);
    assert.equal((await postWithHeader(app.url, traced, `00-${"3".repeat(32)}-${SPAN}-00`)).status, 204);
    await end(app);
    const lines = app.logs.slice(begun).filter(({ msg }) => !["stopping"].includes(msg));
    assert.ok(lines.length >= 4);
    for (const { traceId } of lines) assert.match(String(traceId), /^(1|3)+$|^0af7/);

    await until("the spans are written", async () =>
      (await stack.spans()).some(({ traceId }) => traceId === TRACE),
    );
    const all = await stack.spans();
    assert.ok(!all.some(({ traceId }) => traceId === "3".repeat(32)), "the sender does not keep that trace");
    const of = (id: string) => all.filter(({ traceId }) => traceId === id);
    const root = (id: string) => of(id).find(({ name }) => name.startsWith("CloudEvents Process"));
    assert.equal(root(maker.traceId)?.parentSpanId, maker.spanId);
    assert.equal(root(TRACE)?.parentSpanId, SPAN);
    const links = root(TRACE)?.links.map(({ traceId, spanId }) => ({ traceId, spanId }));
    assert.deepEqual(links, [maker]);

    const first = of(maker.traceId);
    const known = new Set(first.map(({ spanId }) => spanId));
    for (const { name, parentSpanId } of first) {
      assert.ok(parentSpanId === maker.spanId || known.has(parentSpanId), `${name} hangs on nothing`);
    }
    const names = first.map(({ name }) => name);
    for (const name of [
      "plan cert-manager",
      "plan external-dns",
      "GET /apis/traefik.io/v1alpha1/namespaces/{namespace}/ingressroutes/{name}",
      "PATCH /apis/cert-manager.io/v1/namespaces/{namespace}/certificates/{name}",
      "PATCH /apis/externaldns.k8s.io/v1alpha1/namespaces/{namespace}/dnsendpoints/{name}",
    ]) {
      assert.ok(names.includes(name), `no span ${name} among ${names.join(", ")}`);
    }
    const patch = first.find(({ name }) => name.startsWith("PATCH"));
    assert.equal(patch?.attributes["http.response.status_code"], "201");
  });

  test("every line of a resync has the id of its event", async () => {
    const { namespace, start, event } = await install("1h", { logLevel: "debug" });
    const app = await start();
    for (const name of ["a", "b", "c"]) await event(name);
    const begun = app.logs.length;
    await post(app.url, resyncEvent({ namespace }));
    await end(app);
    const lines = app.logs.slice(begun).filter(({ msg }) => msg !== "stopping");
    assert.ok(lines.filter(({ msg }) => msg === "route reconciled").length >= 3);
    assert.equal(new Set(lines.map(({ eventId }) => eventId)).size, 1);
    assert.equal(typeof lines[0]?.eventId, "string");
  });

  test("each query of the dashboard finds data", async () => {
    const { of, start, event } = await install("1h");
    const broken = await event("broken", "Host(`broken.example.com`");
    // Twice, for a graph shows what a series gains.
    for (const round of [1, 2]) {
      const app = await start();
      for (const sent of [resyncEvent(), await event(`ok-${round}`), broken]) {
        assert.equal((await post(app.url, sent)).status, 204);
      }
      await end(app);
      await stack.sumIs(`sum(traefik_cert_rotater_events_total{${of}})`, 3 * round);
    }
    const { panels } = JSON.parse(await readFile(DASHBOARD_FILE, "utf8")) as {
      panels: { title: string; targets?: { expr: string }[] }[];
    };
    const targets = panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ title, expr })));
    assert.ok(targets.length > 15);
    for (const { title, expr } of targets) {
      const query = expr.replaceAll("$__rate_interval", "2m").replaceAll('instance=~"$instance"', of);
      const series = await stack.query(query);
      assert.ok(series.length > 0, `${title}: ${query} finds nothing`);
      for (const { values } of series)
        assert.ok(Number.isFinite(values[0]?.[1]), `${title}: ${query} is no number`);
    }
    const [problems] = await stack.query(`increase(traefik_cert_rotater_problems_total{${of}}[2m])`);
    assert.ok((problems?.values[0]?.[1] ?? 0) > 0, "the second problem is an increase");
  });
});

function postWithHeader(url: string, event: CloudEvent, traceparent: string) {
  return fetch(url, {
    method: "POST",
    headers: {
      "ce-specversion": "1.0",
      "ce-id": "traced",
      "ce-source": "/test",
      "ce-type": event.type,
      "ce-traceparent": event.extensions?.traceparent ?? "",
      "content-type": "application/json",
      traceparent,
    },
    body: JSON.stringify(event.data),
  });
}
