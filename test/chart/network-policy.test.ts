import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { at, only, render } from "./render.ts";

function namespaces(names: readonly string[]) {
  const matchExpressions = [{ key: "kubernetes.io/metadata.name", operator: "In", values: names }];
  return [{ namespaceSelector: { matchExpressions } }];
}

function tcp(...ports: number[]) {
  return ports.map((port) => ({ port, protocol: "TCP" }));
}

const KNATIVE = ["knative-serving", "kourier-system", "istio-system", "contour-internal"];
const DNS = { ports: [{ port: 53, protocol: "UDP" }, ...tcp(53)] };

suite("NetworkPolicies", () => {
  test("let Knative reach the queue-proxy, and the function reach DNS and the API server", async () => {
    const policy = only(await render(), "NetworkPolicy", "-function");
    assert.deepEqual(at(policy, "spec.policyTypes"), ["Ingress", "Egress"]);
    assert.deepEqual(at(policy, "spec.ingress"), [
      { from: namespaces(KNATIVE), ports: tcp(8012, 8013, 8112, 9090) },
    ]);
    assert.deepEqual(at(policy, "spec.egress"), [DNS, { ports: tcp(443, 6443) }]);
  });

  test("let the resync reach the gateway and nothing reach the resync", async () => {
    const policy = only(await render(), "NetworkPolicy", "-resync");
    assert.deepEqual(at(policy, "spec.policyTypes"), ["Ingress", "Egress"]);
    // Not even an empty list, which the API server drops: tools would see a difference at every look.
    assert.equal(at(policy, "spec.ingress"), undefined);
    assert.deepEqual(at(policy, "spec.policyTypes"), ["Ingress", "Egress"]);
    assert.deepEqual(at(policy, "spec.egress"), [DNS, { to: namespaces(KNATIVE) }]);
  });

  test("select the pods by labels that these carry", async () => {
    const objects = await render({ commonLabels: { team: "edge" } });
    const knative = objects.filter(({ apiVersion }) => apiVersion === "serving.knative.dev/v1");
    const pods = {
      "-function": at(only(knative, "Service"), "spec.template.metadata.labels"),
      "-resync": at(only(objects, "Job"), "spec.template.metadata.labels"),
    };
    for (const [suffix, labels] of Object.entries(pods)) {
      const selector = at(only(objects, "NetworkPolicy", suffix), "spec.podSelector.matchLabels");
      assert.deepEqual(labels, { ...(labels as object), ...(selector as object) });
    }
  });

  test("take namespaces, the API server's address and more rules from the values", async () => {
    const rule = { from: [{ podSelector: {} }] };
    const policy = only(
      await render({
        networkPolicy: {
          servingNamespace: "serving",
          gatewayNamespaces: ["gateway"],
          dnsPorts: [5353],
          apiServer: { ports: [8443], cidrs: ["10.0.0.1/32", "fd00::1/128"] },
          extraIngress: [rule],
          extraEgress: [{ ports: tcp(4318) }],
        },
      }),
      "NetworkPolicy",
      "-function",
    );
    assert.deepEqual(at(policy, "spec.ingress.0.from"), namespaces(["serving", "gateway"]));
    assert.deepEqual(at(policy, "spec.ingress.1"), rule);
    assert.deepEqual(at(policy, "spec.egress"), [
      { ports: [{ port: 5353, protocol: "UDP" }, ...tcp(5353)] },
      {
        ports: tcp(8443),
        to: [{ ipBlock: { cidr: "10.0.0.1/32" } }, { ipBlock: { cidr: "fd00::1/128" } }],
      },
      { ports: tcp(4318) },
    ]);
  });

  const keda = [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "keda" } } }];
  const eventing = [
    { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "knative-eventing" } } },
  ];

  test("in mode keda let only the interceptor reach the function, and the resync the interceptor", async () => {
    const objects = await render({ serving: { mode: "keda" } });
    assert.deepEqual(at(only(objects, "NetworkPolicy", "-function"), "spec.ingress"), [
      { from: keda, ports: tcp(8080) },
    ]);
    assert.deepEqual(at(only(objects, "NetworkPolicy", "-resync"), "spec.egress"), [
      DNS,
      { to: keda, ports: tcp(8080) },
    ]);
  });

  test("in mode deployment let Knative Eventing in where it sends itself", async () => {
    const from = async (values: object) =>
      at(
        only(await render({ serving: { mode: "deployment" }, ...values }), "NetworkPolicy", "-function"),
        "spec.ingress.0.from",
      );
    const here = [{ podSelector: {} }];
    assert.deepEqual(await from({}), here);
    assert.deepEqual(await from({ delivery: { mode: "broker" } }), [...here, ...eventing]);
    assert.deepEqual(await from({ resync: { mode: "pingsource" } }), [...here, ...eventing]);
  });

  test("let the function reach what it sends parts of a resync to", async () => {
    const egress = async (values: object) =>
      at(
        only(await render({ resync: { fanOut: true }, ...values }), "NetworkPolicy", "-function"),
        "spec.egress.2",
      );
    assert.deepEqual(await egress({}), { to: namespaces(KNATIVE) });
    assert.deepEqual(await egress({ serving: { mode: "keda" } }), { to: keda, ports: tcp(8080) });
    assert.deepEqual(await egress({ delivery: { mode: "broker" } }), { to: eventing });
  });

  test("let bound Jobs reach the Broker", async () => {
    const values = { delivery: { mode: "broker" }, resync: { sinkBinding: true } };
    const policy = only(await render(values), "NetworkPolicy", "-resync");
    assert.deepEqual(at(policy, "spec.egress.2"), { to: eventing });
  });

  test("can be left out", async () => {
    const kinds = (await render({ networkPolicy: { enabled: false } })).map(({ kind }) => kind);
    assert.ok(!kinds.includes("NetworkPolicy"));
  });
});
