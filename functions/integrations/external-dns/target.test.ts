import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { targetOfAnnotation, targetOfService, targetsOf } from "./target.ts";

const resource = { group: "", version: "v1", plural: "services", kind: "Service" };
const reference = { resource, namespace: "traefik", name: "traefik" };

function of(
  spec: unknown,
  options: { ingress?: unknown; published?: readonly string[]; pending?: "private" | "wait" } = {},
) {
  const { ingress, published = [], pending = "private" } = options;
  const status = ingress === undefined ? undefined : { loadBalancer: { ingress } };
  const service = { apiVersion: "v1", kind: "Service", metadata: { name: "traefik" }, spec, status };
  const target = targetOfService({ reference, service, published, pending });
  return { targets: target.targets, reasons: target.problems.map(({ reason }) => reason) };
}

const loadBalancer = { type: "LoadBalancer", clusterIP: "10.0.0.1", clusterIPs: ["10.0.0.1"] };

suite("the target of a Service", () => {
  const cases: readonly (readonly [string, ReturnType<typeof of>, readonly string[], readonly string[]])[] = [
    [
      "cluster IPs of both families",
      of({ clusterIPs: ["10.0.0.1", "fd00:0::1"] }),
      ["10.0.0.1", "fd00::1"],
      [],
    ],
    ["one cluster IP of an old server", of({ clusterIP: "10.0.0.1" }), ["10.0.0.1"], []],
    ["headless", of({ clusterIP: "None", clusterIPs: ["None"] }), [], ["TargetMissing"]],
    [
      "headless, with records",
      of({ clusterIP: "None" }, { published: ["192.0.2.1"] }),
      ["192.0.2.1"],
      ["TargetMissing"],
    ],
    [
      "addresses, sorted, once each",
      of(loadBalancer, { ingress: [{ ip: "192.0.2.2" }, { ip: "192.0.2.1" }, { ip: "192.0.2.2" }] }),
      ["192.0.2.1", "192.0.2.2"],
      [],
    ],
    [
      "an address beside a hostname",
      of(loadBalancer, { ingress: [{ hostname: "lb.example.net" }, { ip: "192.0.2.1" }] }),
      ["192.0.2.1"],
      [],
    ],
    ["a hostname", of(loadBalancer, { ingress: [{ hostname: "LB.example.net." }] }), ["lb.example.net"], []],
    [
      "nonsense for a hostname",
      of(loadBalancer, { ingress: [{ hostname: "a b" }, { hostname: "*.x" }] }),
      ["10.0.0.1"],
      [],
    ],
    ["external IPs", of({ ...loadBalancer, externalIPs: ["198.51.100.1"] }), ["198.51.100.1"], []],
    [
      "an ExternalName",
      of({ type: "ExternalName", externalName: "edge.example.net." }),
      ["edge.example.net"],
      [],
    ],
    [
      "an ExternalName that is none",
      of({ type: "ExternalName", externalName: "a b" }),
      [],
      ["TargetMissing"],
    ],
    ["pending", of(loadBalancer), ["10.0.0.1"], []],
    ["pending, wait", of(loadBalancer, { pending: "wait" }), [], ["TargetPending"]],
    ["pending, public records", of(loadBalancer, { published: ["192.0.2.1"] }), ["192.0.2.1"], []],
    [
      "pending, wait, public records",
      of(loadBalancer, { published: ["192.0.2.1"], pending: "wait" }),
      ["192.0.2.1"],
      [],
    ],
    ["pending, private records", of(loadBalancer, { published: ["10.0.0.1"] }), ["10.0.0.1"], []],
    ["a spec that is none", of("nonsense"), [], ["TargetMissing"]],
    ["a status that is none", of(loadBalancer, { ingress: "nonsense" }), ["10.0.0.1"], []],
    [
      "entries that are none",
      of(loadBalancer, { ingress: [null, 1, { ip: 1 }, { ip: "x" }] }),
      ["10.0.0.1"],
      [],
    ],
  ];
  for (const [title, { targets, reasons }, expected, problems] of cases) {
    test(title, () => {
      assert.deepEqual(targets, expected);
      assert.deepEqual(reasons, problems);
    });
  }

  test("no Service: what is published stays, and a problem says which one is missing", () => {
    const target = targetOfService({
      reference,
      service: null,
      published: ["192.0.2.1"],
      pending: "private",
    });
    assert.deepEqual(target.targets, ["192.0.2.1"]);
    assert.match(target.problems[0]?.message ?? "", /Service traefik\/traefik does not exist/);
  });
});

suite("the target of an annotation", () => {
  for (const [value, targets] of [
    ["192.0.2.2, 192.0.2.1", ["192.0.2.1", "192.0.2.2"]],
    ["2001:DB8:0::1", ["2001:db8::1"]],
    ["Edge.example.net.", ["edge.example.net"]],
  ] as const) {
    test(value, () => assert.deepEqual(targetOfAnnotation(value, "a"), { targets, problems: [] }));
  }

  for (const value of [
    "",
    " , ",
    "192.0.2.1,edge.example.net",
    "a.example.net,b.example.net",
    "*.example.net",
    "a b",
    "http://x",
  ]) {
    test(`${JSON.stringify(value)} is no target`, () => {
      const { targets, problems } = targetOfAnnotation(value, "a/b");
      assert.deepEqual(targets, []);
      assert.deepEqual(
        problems.map(({ reason, field }) => [reason, field]),
        [["InvalidAnnotation", "metadata.annotations[a/b]"]],
      );
    });
  }
});

suite("records", () => {
  test("A before AAAA, and never a CNAME beside them", () => {
    const records = targetsOf(["edge.example.net", "2001:db8::1", "192.0.2.2", "192.0.2.1"]);
    assert.deepEqual(
      [...records],
      [
        ["A", ["192.0.2.1", "192.0.2.2"]],
        ["AAAA", ["2001:db8::1"]],
      ],
    );
  });

  test("one CNAME only, whatever the order", () => {
    assert.deepEqual([...targetsOf(["b.example.net", "a.example.net"])], [["CNAME", ["a.example.net"]]]);
    assert.deepEqual([...targetsOf([])], []);
  });
});

suite("the target of a Service whose hostname is preferred", () => {
  const ip = [{ ip: "192.0.2.1" }];
  const both = [...ip, { hostname: "LB.example.net." }];
  const cases: readonly (readonly [string, string | undefined, unknown, readonly string[]])[] = [
    ["its annotation, before all", "Edge.example.net.", both, ["edge.example.net"]],
    [
      "several names, of which a CNAME has one",
      "b.example.net,a.example.net",
      both,
      ["a.example.net", "b.example.net"],
    ],
    ["the load balancer's name", undefined, both, ["lb.example.net"]],
    ["addresses where there is no name", undefined, ip, ["192.0.2.1"]],
    ["a name that is none", "not a name", ip, ["192.0.2.1"]],
  ];
  for (const [title, hostname, ingress, expected] of cases) {
    test(title, () => {
      const annotations: Record<string, string> =
        hostname === undefined ? {} : { "external-dns.alpha.kubernetes.io/hostname": hostname };
      const metadata = { name: "traefik", annotations };
      const status = { loadBalancer: { ingress } };
      const service = { apiVersion: "v1", kind: "Service", metadata, spec: loadBalancer, status };
      const given = { reference, service, published: [], pending: "private" } as const;
      assert.deepEqual(targetOfService({ ...given, prefers: "hostname" }).targets, expected);
      const addresses = ["192.0.2.1"];
      assert.deepEqual(targetOfService(given).targets, addresses);
    });
  }
});
