/**
 * The process with a receiver of telemetry that does what a Collector should not: a stub on loopback, for no Collector can
 * be made to. With a real one: `npm run test:telemetry`.
 *
 * @module
 */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { after, before, suite, type TestContext, test } from "node:test";
import type { Cluster } from "../control-plane/cluster.ts";
import { sharedControlPlane } from "../control-plane/shared.ts";
import { type Bundle, bundle } from "./harness/bundle.ts";
import { changeEvent, post } from "./harness/cloud-events.ts";
import { startFunctionProcess } from "./harness/function-process.ts";
import { ROUTES } from "./harness/objects.ts";
import { startWorld, type World } from "./harness/world.ts";

interface Metric {
  readonly name: string;
  readonly sum?: { readonly dataPoints: readonly { readonly asInt: string }[] };
}

suite("telemetry of the process", () => {
  let cluster: Cluster;
  let world: World;
  let bundled: Bundle;

  before(async () => {
    cluster = await sharedControlPlane();
    [world, bundled] = await Promise.all([startWorld(cluster), bundle()]);
  });
  after(async () => {
    await world?.stop();
    await bundled?.remove();
  });

  async function receiver(t: TestContext, respond: (response: ServerResponse) => void) {
    const received: { path: string; body: unknown }[] = [];
    const server = createServer(async (request: IncomingMessage, response) => {
      received.push({ path: request.url ?? "", body: await json(request) });
      respond(response);
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    t.after(() => {
      server.closeAllConnections();
      server.close();
    });
    const metrics = () =>
      received
        .filter(({ path }) => path === "/v1/metrics")
        .flatMap(({ body }) => {
          const { resourceMetrics } = body as {
            resourceMetrics: { scopeMetrics: { metrics: Metric[] }[] }[];
          };
          return resourceMetrics.flatMap(({ scopeMetrics }) =>
            scopeMetrics.flatMap(({ metrics }) => metrics),
          );
        });
    const sum = (name: string) =>
      metrics()
        .filter((metric) => metric.name === name)
        .flatMap((metric) => metric.sum?.dataPoints ?? [])
        .reduce((total, { asInt }) => total + Number(asInt), 0);
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received, sum };
  }

  /** Sends events, checks their answers and ends the process, as a pod ends. */
  async function run(t: TestContext, env: Record<string, string>, names: readonly string[]) {
    const app = await startFunctionProcess(cluster, world.release, { app: bundled.folder, env });
    t.after(() => app.stop());
    const { namespace } = world;
    for (const name of names) {
      await world.admin.apply(world.route({ name }));
      const event = changeEvent("add", { ...ROUTES, namespace, name });
      assert.equal((await post(app.url, event)).status, 204);
    }
    app.child.kill("SIGTERM");
    assert.deepEqual(await app.ended, [0, null]);
    return app.logs.filter(({ msg }) => /telemetry|OTEL_/.test(msg));
  }

  test("at SIGTERM all that there is goes out, before the process ends", async (t) => {
    const { url, received, sum } = await receiver(t, (response) => response.end("{}"));
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_METRIC_EXPORT_INTERVAL: "3600000" };
    assert.deepEqual(await run(t, env, ["last-a", "last-b"]), []);
    assert.deepEqual([...new Set(received.map(({ path }) => path))].sort(), ["/v1/metrics", "/v1/traces"]);
    assert.deepEqual(
      [sum("traefik_cert_rotater.events"), sum("traefik_cert_rotater.changes"), received.length],
      [2, 2, 2],
    );
  });

  for (const [what, respond, why] of [
    ["silent", () => {}, /^no answer in 100 ms$/],
    ["refusing", (response: ServerResponse) => response.writeHead(401).end(), /^it answered 401$/],
    [
      "busy",
      (response: ServerResponse) => response.writeHead(503, { "retry-after": "600" }).end(),
      /^it answered 503$/,
    ],
  ] as const) {
    test(`a receiver that is ${what} changes no answer, and is told once`, async (t) => {
      const { url } = await receiver(t, respond);
      const env = {
        OTEL_EXPORTER_OTLP_ENDPOINT: url,
        OTEL_EXPORTER_OTLP_TIMEOUT: what === "silent" ? "100" : "10000",
        OTEL_METRIC_EXPORT_INTERVAL: "20",
      };
      const told = await run(t, env, [`${what}-a`, `${what}-b`, `${what}-c`]);
      assert.equal(told.length, 1);
      assert.match(
        told[0]?.msg ?? "",
        /^telemetry does not arrive; the function works on without, and says so once$/,
      );
      assert.match(String(told[0]?.why), why);
    });
  }

  test("an address that is none is told once, and the function works without", async (t) => {
    const told = await run(t, { OTEL_EXPORTER_OTLP_ENDPOINT: "collector:4318" }, ["no-url"]);
    assert.deepEqual(
      told.map(({ msg }) => msg),
      ['OTEL_EXPORTER_OTLP_ENDPOINT: found "collector:4318", expected an http or https URL; it is not used'],
    );
  });
});
