import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { annotation, at, only, type Rendered, render } from "./render.ts";

const BROKER = {
  apiVersion: "eventing.knative.dev/v1",
  kind: "Broker",
  name: "traefik-cert-rotation-broker",
  namespace: "traefik-cert-rotation",
};
const FUNCTION = {
  ref: {
    apiVersion: "serving.knative.dev/v1",
    kind: "Service",
    name: "traefik-cert-rotation",
    namespace: "traefik-cert-rotation",
  },
};
const INSTANCE = { tcrinstance: "traefik-cert-rotation/traefik-cert-rotation" };

function renderBroker(delivery: object = {}, values: object = {}): Promise<Rendered[]> {
  return render({ delivery: { mode: "broker", ...delivery }, ...values });
}

suite("delivery.mode broker", () => {
  test("makes a Broker of the class, with the class's settings where there are any", async () => {
    const broker = only(await renderBroker(), "Broker");
    assert.equal(broker.metadata.name, BROKER.name);
    assert.equal(
      annotation(broker, "metadata.annotations", "eventing.knative.dev/broker.class"),
      "MTChannelBasedBroker",
    );
    assert.equal(at(broker, "spec"), undefined);
    const config = { apiVersion: "v1", kind: "ConfigMap", name: "kafka", namespace: "knative-eventing" };
    const kafka = only(await renderBroker({ broker: { class: "Kafka", config } }), "Broker");
    assert.equal(annotation(kafka, "metadata.annotations", "eventing.knative.dev/broker.class"), "Kafka");
    assert.deepEqual(at(kafka, "spec.config"), config);
  });

  test("uses a Broker that exists, with the Triggers in its namespace", async () => {
    const objects = await renderBroker({ broker: { create: false, name: "default", namespace: "events" } });
    assert.ok(!objects.some(({ kind }) => kind === "Broker"));
    for (const suffix of ["-events", "-resync"]) {
      const trigger = only(objects, "Trigger", suffix);
      assert.equal(trigger.metadata.namespace, "events");
      assert.equal(at(trigger, "spec.broker"), "default");
      assert.deepEqual(at(trigger, "spec.subscriber"), FUNCTION);
    }
    assert.deepEqual(at(only(objects, "ApiServerSource", "-routes"), "spec.sink.ref"), {
      ...BROKER,
      name: "default",
      namespace: "events",
    });
    await assert.rejects(renderBroker({ broker: { create: false } }), /set delivery\.broker\.name/);
  });

  test("sends all sources there, with a mark of the release on their events", async () => {
    const objects = await renderBroker({}, { resync: { mode: "both", sinkBinding: true } });
    const senders = objects.filter(({ kind }) => /Source$|^SinkBinding$/.test(kind));
    assert.equal(senders.length, 5);
    for (const sender of senders) {
      assert.deepEqual(at(sender, "spec.sink"), { ref: BROKER }, sender.metadata.name);
      assert.deepEqual(at(sender, "spec.ceOverrides"), { extensions: INSTANCE }, sender.metadata.name);
    }
  });

  test("filters events of this release, and resyncs apart from them", async () => {
    const objects = await renderBroker();
    assert.deepEqual(at(only(objects, "Trigger", "-events"), "spec.filters"), [
      { exact: INSTANCE },
      { prefix: { type: "dev.knative.apiserver." } },
    ]);
    assert.deepEqual(at(only(objects, "Trigger", "-resync"), "spec.filters"), [
      {
        any: [
          { exact: { type: "io.traefik-cert-rotater.resync" } },
          { exact: { ...INSTANCE, type: "dev.knative.sources.ping" } },
        ],
      },
    ]);
  });

  test("tries again with a growing delay, as long as the values say, and keeps what failed", async () => {
    const standard = { retry: 10, backoffPolicy: "exponential", backoffDelay: "PT0.2S" };
    const objects = await renderBroker();
    assert.deepEqual(at(only(objects, "Trigger", "-events"), "spec.delivery"), {
      ...standard,
      timeout: "PT60S",
    });
    assert.deepEqual(at(only(objects, "Trigger", "-resync"), "spec.delivery"), {
      ...standard,
      timeout: "PT300S",
    });
    const values = {
      retry: 3,
      backoffPolicy: "linear",
      backoffDelay: "PT1M",
      timeout: "PT10S",
      deadLetterSink: { ref: { apiVersion: "v1", kind: "Service", name: "dead" } },
    };
    const set = await renderBroker(values, { serving: { timeoutSeconds: 900 } });
    assert.deepEqual(at(only(set, "Trigger", "-events"), "spec.delivery"), values);
    assert.deepEqual(at(only(set, "Trigger", "-resync"), "spec.delivery"), { ...values, timeout: "PT900S" });
  });

  test("is off by default: sources send to the function, without a mark", async () => {
    const objects = await render();
    assert.ok(!objects.some(({ kind }) => kind === "Broker" || kind === "Trigger"));
    const source = only(objects, "ApiServerSource", "-routes");
    assert.deepEqual(at(source, "spec.sink"), FUNCTION);
    assert.equal(at(source, "spec.ceOverrides"), undefined);
  });
});
