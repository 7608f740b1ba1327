/**
 * The eleven defects of the nearest peer (borchero/switchboard), one test for each: none of them may exist here.
 *
 * @module
 */
import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import type { Manifest } from "../control-plane/admin.ts";
import { sharedControlPlane } from "../control-plane/shared.ts";
import { resyncEvent } from "./harness/cloud-events.ts";
import { concerns, type FaultProxy, startFaultProxy, statusAnswer } from "./harness/fault-proxy.ts";
import { certificatesFor } from "./harness/members.ts";
import {
  CERTIFICATES,
  dnsNames,
  ENDPOINTS,
  eventsOn,
  mustGet,
  ROUTES,
  records,
  SERVICES,
  warningsOn,
} from "./harness/objects.ts";
import { startFunction } from "./harness/running-function.ts";
import type { RunningSources } from "./harness/running-sources.ts";
import { startWorld, type World } from "./harness/world.ts";

const KNATIVE_SERVICES = { apiVersion: "serving.knative.dev/v1", kind: "Service" } as const;
const issuerRef = { kind: "ClusterIssuer", name: "ca-issuer" };

suite("defects of the nearest peer", () => {
  let world: World;
  let sources: RunningSources;
  let proxy: FaultProxy;
  let traefik: string;
  let externalDNS: object;

  before(async () => {
    const cluster = await sharedControlPlane();
    traefik = await cluster.admin.createNamespace("traefik");
    externalDNS = { targetService: { namespace: traefik, name: "traefik" } };
    proxy = await startFaultProxy(cluster);
    const certManager = { certificateTemplate: { spec: { issuerRef, duration: "2160h0m0s" } } };
    world = await startWorld(cluster, {
      values: { integrations: { certManager, externalDNS } },
      function: { apiServer: proxy },
    });
    await service({ type: "LoadBalancer" });
    await loadBalancer({ ip: "203.0.113.1" });
    sources = await world.listen();
  });
  after(async () => {
    await world.stop();
    await proxy.stop();
  });

  function service(spec: object) {
    return world.admin.apply({
      ...SERVICES,
      metadata: { namespace: traefik, name: "traefik", labels: { "app.kubernetes.io/name": "traefik" } },
      spec: { ports: [{ port: 80 }], ...spec },
    });
  }
  function loadBalancer(...ingress: readonly object[]) {
    const target = { ...SERVICES, namespace: traefik, name: "traefik" };
    return world.admin.patch(target, { status: { loadBalancer: { ingress } } }, { subresource: "status" });
  }
  /** Applies the route and waits for the answer to its event; returns the statuses of all attempts. */
  async function put(route: Manifest): Promise<readonly (number | null)[]> {
    const object = `${world.namespace}/ingressroutes/${route.metadata.name}`;
    return (await sources.during(object, () => world.admin.apply(route))).statuses;
  }
  const certificate = (name: string) => dnsNames(world.admin, world.namespace, `${name}-tls`);
  const dns = (name: string) => records(world.admin, world.namespace, name);
  const resync = () => world.app.send(resyncEvent({ namespace: world.namespace }));
  const duringService = (change: () => Promise<unknown>) =>
    sources.during(`${traefik}/services/traefik`, change);
  /** A route with these rules, as they are. */
  function withRules(name: string, rules: readonly object[], spec: object = {}): Manifest {
    const route = world.route({ name });
    return { ...route, spec: { ...(route.spec as object), routes: rules, ...spec } };
  }

  test("1: its watch on the target Service never fires: here a new address reaches DNS", async () => {
    await put(world.route({ name: "moving" }));
    assert.deepEqual(await dns("moving"), ["moving.example.com A 203.0.113.1"]);
    await duringService(() => loadBalancer({ ip: "203.0.113.2" }));
    assert.deepEqual(await dns("moving"), ["moving.example.com A 203.0.113.2"]);
  });

  test("2: hosts in random order make it patch its own objects: here one order, whatever the rules' order", async () => {
    const hosts = ["d", "a", "c", "b", "e"].map((letter) => `${letter}.order.org`);
    const match = (names: readonly string[]) => names.map((name) => `Host(\`${name}\`)`).join(" || ");
    await put(world.route({ name: "order", match: match(hosts) }));
    const sorted = [...hosts].sort();
    assert.deepEqual(await certificate("order"), sorted);
    const mark = await world.cluster.auditLog.mark();
    for (let turn = 1; turn < hosts.length; turn++) {
      const turned = [...hosts.slice(turn), ...hosts.slice(0, turn)];
      await put(world.route({ name: "order", match: match(turned) }));
      await world.sendEvent("update", ROUTES, "order");
    }
    assert.deepEqual(await world.writes(mark), []);
  });

  test("3: it deletes and takes objects that it does not own: here they are not touched", async () => {
    const { admin, namespace } = world;
    const spec = { secretName: "theirs", dnsNames: ["theirs.example.com"], issuerRef };
    const foreign = await Promise.all([
      admin.create({ ...CERTIFICATES, metadata: { namespace, name: "theirs-tls" }, spec }),
      admin.create({ ...ENDPOINTS, metadata: { namespace, name: "theirs" }, spec: { endpoints: [] } }),
    ]);
    await put(world.route({ name: "theirs", secretName: "another" }));
    await put(world.route({ name: "theirs", secretName: null, match: "PathPrefix(`/`)" }));
    await admin.delete({ ...ROUTES, namespace, name: "theirs" });
    await world.sendEvent("delete", ROUTES, "theirs");
    await resync();
    for (const object of foreign) {
      const { apiVersion, kind, metadata } = object;
      assert.deepEqual(await mustGet(admin, { apiVersion, kind, namespace, name: metadata.name }), object);
    }
  });

  test("4: a route without kind counts as no hosts: here it is a Rule", async () => {
    await put(
      withRules("kindless", [{ match: "Host(`kindless.org`)", services: [{ name: "a", port: 80 }] }]),
    );
    assert.deepEqual(await certificate("kindless"), ["kindless.org"]);
    assert.deepEqual(await dns("kindless"), ["kindless.org A 203.0.113.2"]);
  });

  test("5: tls without secretName ends in endless retries: here one answer, no Certificate, and DNS", async () => {
    const rules = [{ kind: "Rule", match: "Host(`resolver.org`)" }];
    assert.deepEqual(await put(withRules("resolver", rules, { tls: { certResolver: "le" } })), [204]);
    assert.equal(await certificate("resolver"), null);
    assert.deepEqual(await dns("resolver"), ["resolver.org A 203.0.113.2"]);
    assert.deepEqual(await warningsOn(world.admin, world.namespace, "resolver"), []);
  });

  test("6: one rule that it cannot parse fails the whole route: here it costs only itself", async () => {
    const rules = [
      { kind: "Rule", match: "Host(`good.org`)" },
      { kind: "Rule", match: "Host(`bad.org`) && (" },
      { kind: "Rule", match: "Host(`also-good.org`) && Unheard(`of`)" },
    ];
    assert.deepEqual(await put(withRules("partly", rules)), [204]);
    assert.deepEqual(await certificate("partly"), ["good.org"]);
    assert.deepEqual(await dns("partly"), ["good.org A 203.0.113.2"]);
    assert.deepEqual(await warningsOn(world.admin, world.namespace, "partly"), [
      "InvalidRule",
      "InvalidRule",
    ]);
  });

  test("6: an error of DNS blocks its certificate: here each half goes on", async () => {
    const { admin } = world;
    await admin.apply(world.route({ name: "half" }));
    const isWrite = concerns("dnsendpoints", "PATCH");
    proxy.rule = (request) =>
      isWrite(request) && request.path.endsWith("/half") ? statusAnswer(500, "InternalError") : null;
    assert.equal(await world.sendEvent("update", ROUTES, "half"), 503);
    proxy.rule = null;
    assert.deepEqual(await certificate("half"), ["half.example.com"]);
  });

  test("7: it copies all annotations and never updates them: here none but our own", async () => {
    const { admin, namespace } = world;
    const annotations = {
      "kubectl.kubernetes.io/last-applied-configuration": "{}",
      "meta.helm.sh/release-name": "shop",
      "argocd.argoproj.io/tracking-id": "shop:traefik.io/IngressRoute:shop/web",
      "example.com/anything": "else",
    };
    await put(world.route({ name: "annotated", annotations }));
    for (const target of [
      { ...CERTIFICATES, namespace, name: "annotated-tls" },
      { ...ENDPOINTS, namespace, name: "annotated" },
    ]) {
      const { metadata } = await mustGet(admin, target);
      const foreign = Object.keys(metadata.annotations ?? {}).filter(
        (key) => !key.startsWith("traefik-cert-rotater.io/"),
      );
      assert.deepEqual(foreign, []);
      assert.deepEqual(metadata.labels, { "kubernetes.io/managed-by": "Traefik-cert-rotater" });
    }
    const mark = await world.cluster.auditLog.mark();
    await put(
      world.route({ name: "annotated", annotations: { ...annotations, "example.com/anything": "new" } }),
    );
    assert.deepEqual(await world.writes(mark), []);
  });

  test("8: children of a route that is ignored or changes its class stay: here they go", async () => {
    const ignored = { "traefik-cert-rotater.io/ignore": "all" };
    for (const [name, change] of [
      ["ignored", { annotations: ignored }],
      ["reclassed", { ingressClass: "somebody-else" }],
    ] as const) {
      await put(world.route({ name }));
      assert.notEqual(await certificate(name), null);
      await put(world.route({ name, ...change }));
      assert.equal(await certificate(name), null);
      assert.equal(await dns(name), null);
    }
  });

  test("9: cluster IPs while the load balancer is pending, A and CNAME together, CNAME None: here none of them", async () => {
    const { admin, cluster } = world;
    const name = "traefik";
    const namespace = await admin.createNamespace("traefik");
    const settings = { targetService: { namespace, name }, pendingLoadBalancer: "wait" };
    const other = await startWorld(cluster, { values: { integrations: { externalDNS: settings } } });
    const target = { ...SERVICES, namespace, name };
    const create = (spec: object) =>
      admin.create({ ...SERVICES, metadata: { namespace, name }, spec: { ports: [{ port: 80 }], ...spec } });
    const ingress = (...list: readonly object[]) =>
      admin.patch(target, { status: { loadBalancer: { ingress: list } } }, { subresource: "status" });
    const published = async () => {
      assert.equal(await other.sendEvent("update", ROUTES, "web"), 204);
      return records(admin, other.namespace, "web");
    };
    await admin.apply(other.route({ name: "web" }));
    await create({ clusterIP: "None" });
    assert.equal(await published(), null);
    await admin.delete(target);
    await create({ type: "LoadBalancer" });
    assert.equal(await published(), null);
    await ingress({ hostname: "lb.example.net" }, { ip: "203.0.113.3" });
    assert.deepEqual(await published(), ["web.example.com A 203.0.113.3"]);
    await ingress();
    assert.deepEqual(await published(), ["web.example.com A 203.0.113.3"]);
    await ingress({ hostname: "lb.example.net" });
    assert.deepEqual(await published(), ["web.example.com CNAME lb.example.net"]);
    await other.stop();
  });

  test("10: two routes on one secretName make two Certificates that fight: here they share one", async () => {
    await put(world.route({ name: "both-a", secretName: "both" }));
    await put(world.route({ name: "both-b", secretName: "both" }));
    const certificates = await certificatesFor(world.admin, world.namespace, "both");
    assert.deepEqual(certificates, [
      "both-a-tls both [both-a.example.com both-b.example.com] [both-a* both-b]",
    ]);
    const mark = await world.cluster.auditLog.mark();
    for (const name of ["both-a", "both-b", "both-a"]) await world.sendEvent("update", ROUTES, name);
    assert.deepEqual(await world.writes(mark), []);
  });

  test("10: tls.domains replaces the hosts for DNS too: here for the certificate only", async () => {
    const rules = [{ kind: "Rule", match: "Host(`a.domains.org`)" }];
    const tls = { secretName: "domains", domains: [{ main: "domains.org", sans: ["*.domains.org"] }] };
    await put(withRules("domains", rules, { tls }));
    assert.deepEqual(await certificate("domains"), ["*.domains.org", "domains.org"]);
    assert.deepEqual(await dns("domains"), ["a.domains.org A 203.0.113.2"]);
  });

  test("11: negated hosts, * and empty hosts pass through: here none of them", async () => {
    const rules = [
      "Host(`good.hosts.org`) && !Host(`negated.hosts.org`)",
      "Host(`*`)",
      "Host(``)",
      "!(Host(`inner.hosts.org`) || !Host(`double.hosts.org`))",
    ];
    await put(
      withRules(
        "hosts",
        rules.map((match) => ({ kind: "Rule", match })),
      ),
    );
    assert.deepEqual(await certificate("hosts"), ["double.hosts.org", "good.hosts.org"]);
    assert.deepEqual(await dns("hosts"), ["double.hosts.org A 203.0.113.2", "good.hosts.org A 203.0.113.2"]);
  });

  test("11: it has no Events: here what was done and what is wrong is reported on the route", async () => {
    const events = await eventsOn(world.admin, world.namespace, "partly");
    assert.deepEqual(events.map(({ type, reason }) => `${type} ${reason}`).sort(), [
      "Normal Created",
      "Warning InvalidRule",
      "Warning InvalidRule",
    ]);
  });

  test("5, 8, 11: a change of the configuration starts new pods, takes fields away and removes what is switched off", async () => {
    const { admin, release, namespace } = world;
    const target = {
      ...KNATIVE_SERVICES,
      namespace: release.namespace,
      name: `${release.name}-traefik-cert-rotation`,
    };
    const template = async () => (await mustGet(admin, target)).spec;
    const duration = async () => {
      const { spec } = await mustGet(admin, { ...CERTIFICATES, namespace, name: "order-tls" });
      return (spec as { duration?: string }).duration;
    };
    const before = await template();
    assert.equal(await duration(), "2160h0m0s");
    await release.upgrade({
      integrations: {
        certManager: { certificateTemplate: { spec: { issuerRef } } },
        externalDNS: { ...externalDNS, enabled: false, onDisable: "delete" },
      },
    });
    assert.notDeepEqual(await template(), before);
    const upgraded = await startFunction(world.cluster, release);
    const confirmDeletions = true;
    await release.confirmDeletions();
    await upgraded.send(resyncEvent({ namespace, confirmDeletions }));
    await upgraded.stop();
    assert.equal(await duration(), undefined);
    assert.equal(await dns("order"), null);
    assert.notEqual(await admin.get({ ...ENDPOINTS, namespace, name: "theirs" }), null);
  });
});
