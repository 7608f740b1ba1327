import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, suite, test } from "node:test";
import { type Rendered, render } from "../chart/render.ts";
import type { Manifest } from "../control-plane/admin.ts";
import type { AuditEntry, AuditMark } from "../control-plane/audit-log.ts";
import { sharedControlPlane } from "../control-plane/shared.ts";
import { resyncEvent } from "./harness/cloud-events.ts";
import { dnsNames, ENDPOINTS, mustGet, ROUTES, records, SERVICES, warningsOn } from "./harness/objects.ts";
import type { RunningSources } from "./harness/running-sources.ts";
import { untilAllowed } from "./harness/until.ts";
import { startWorld, type World } from "./harness/world.ts";

/** The route's host; one record type a line. */
const host = "web.example.com";

suite("records follow the target Service through its own events", () => {
  let world: World;
  let sources: RunningSources;
  let traefik: string;
  let service: { apiVersion: string; kind: string; namespace: string; name: string };

  before(async () => {
    const cluster = await sharedControlPlane();
    traefik = await cluster.admin.createNamespace("traefik");
    service = { ...SERVICES, namespace: traefik, name: "traefik" };
    const targetService = { namespace: traefik, name: "traefik" };
    world = await startWorld(cluster, { values: { integrations: { externalDNS: { targetService } } } });
    sources = await world.listen();
  });
  after(() => world.stop());

  function manifest(spec: object): Manifest {
    const labels = { "app.kubernetes.io/name": "traefik" };
    const ports = [{ name: "web", port: 80, protocol: "TCP" }];
    return {
      ...SERVICES,
      metadata: { namespace: traefik, name: "traefik", labels },
      spec: { ports, ...spec },
    };
  }

  const during = (change: () => Promise<unknown>) => sources.during(`${traefik}/services/traefik`, change);
  const published = () => records(world.admin, world.namespace, "web");

  /**
   * Without what routes of other suites cause: the sources send every route of the cluster, and each event of a
   * route reads the target.
   */
  async function ownRequests(mark: AuditMark): Promise<AuditEntry[]> {
    const requests = await world.requests(mark);
    return requests.filter(({ namespace }) => namespace === "" || namespace === world.namespace);
  }
  const ingress = (...list: readonly object[]) =>
    during(() =>
      world.admin.patch(service, { status: { loadBalancer: { ingress: list } } }, { subresource: "status" }),
    );
  const replace = async (spec: object) => {
    await during(() => world.admin.delete(service));
    await during(() => world.admin.create(manifest(spec)));
  };
  const clusterIP = async () => {
    const { spec } = await mustGet(world.admin, service);
    return (spec as { clusterIP: string }).clusterIP;
  };

  test("no Service: no records, a Warning, and the Certificate all the same", async () => {
    const { admin, namespace } = world;
    await sources.during(`${namespace}/ingressroutes/web`, () => admin.apply(world.route({ name: "web" })));
    assert.equal(await published(), null);
    assert.deepEqual(await warningsOn(admin, namespace, "web"), ["TargetMissing"]);
    assert.deepEqual(await dnsNames(admin, namespace, "web-tls"), [host]);
  });

  test("the Service appears: its cluster IP", async () => {
    await during(() => world.admin.create(manifest({ type: "ClusterIP" })));
    assert.deepEqual(await published(), [`${host} A ${await clusterIP()}`]);
  });

  test("it becomes a load balancer without an address: the private one stays", async () => {
    await during(() => world.admin.patch(service, { spec: { type: "LoadBalancer" } }));
    assert.deepEqual(await published(), [`${host} A ${await clusterIP()}`]);
  });

  test("IPv4", async () => {
    await ingress({ ip: "203.0.113.9" }, { ip: "203.0.113.10" });
    assert.deepEqual(await published(), [`${host} A 203.0.113.10,203.0.113.9`]);
  });

  test("both families", async () => {
    await ingress({ ip: "203.0.113.9" }, { ip: "2001:db8:0:0::9" });
    assert.deepEqual(await published(), [`${host} A 203.0.113.9`, `${host} AAAA 2001:db8::9`]);
  });

  test("IPv6 alone", async () => {
    await ingress({ ip: "2001:db8::9" });
    assert.deepEqual(await published(), [`${host} AAAA 2001:db8::9`]);
  });

  test("a hostname beside an address: the address", async () => {
    await ingress({ hostname: "lb.example.net" }, { ip: "203.0.113.9" });
    assert.deepEqual(await published(), [`${host} A 203.0.113.9`]);
  });

  test("a hostname alone: CNAME", async () => {
    await ingress({ hostname: "lb.example.net" });
    assert.deepEqual(await published(), [`${host} CNAME lb.example.net`]);
  });

  test("a load balancer that loses its address: what is public stays", async () => {
    await ingress();
    assert.deepEqual(await published(), [`${host} CNAME lb.example.net`]);
  });

  test("external IPs", async () => {
    await during(() =>
      world.admin.patch(service, { spec: { externalIPs: ["198.51.100.4", "2001:db8::4"] } }),
    );
    assert.deepEqual(await published(), [`${host} A 198.51.100.4`, `${host} AAAA 2001:db8::4`]);
  });

  test("the Service goes: records stay, with a Warning", async () => {
    await during(() => world.admin.delete(service));
    assert.deepEqual(await published(), [`${host} A 198.51.100.4`, `${host} AAAA 2001:db8::4`]);
    assert.ok((await warningsOn(world.admin, world.namespace, "web")).includes("TargetMissing"));
  });

  test("an ExternalName: CNAME", async () => {
    await during(() =>
      world.admin.create(manifest({ type: "ExternalName", externalName: "edge.example.net." })),
    );
    assert.deepEqual(await published(), [`${host} CNAME edge.example.net`]);
  });

  test("a headless Service: never None, records stay", async () => {
    await replace({ clusterIP: "None" });
    assert.deepEqual(await published(), [`${host} CNAME edge.example.net`]);
  });

  test("a headless Service with external IPs: those", async () => {
    await replace({ clusterIP: "None", externalIPs: ["198.51.100.5"] });
    assert.deepEqual(await published(), [`${host} A 198.51.100.5`]);
  });

  test("a Service of another name with the same label causes no request", async () => {
    await sources.caughtUp({ ...ENDPOINTS, namespace: world.namespace, name: "web" });
    const mark = await world.cluster.auditLog.mark();
    const other = manifest({});
    await sources.during(`${traefik}/services/other`, () =>
      world.admin.create({ ...other, metadata: { ...other.metadata, name: "other" } }),
    );
    assert.deepEqual(await ownRequests(mark), []);
  });

  test("an event of the Service leaves Certificates alone, even unlisted", async () => {
    const mark = await world.cluster.auditLog.mark();
    await during(() => world.admin.patch(service, { metadata: { annotations: { a: "b" } } }));
    const requests = await ownRequests(mark);
    assert.ok(requests.length > 0);
    assert.deepEqual(
      requests.filter(({ resource }) => resource === "certificates"),
      [],
    );
  });
});

suite("other targets", () => {
  test("pendingLoadBalancer: wait publishes nothing until there is an address", async () => {
    const cluster = await sharedControlPlane();
    const { admin } = cluster;
    const traefik = await admin.createNamespace("traefik");
    const externalDNS = {
      targetService: { namespace: traefik, name: "traefik" },
      pendingLoadBalancer: "wait",
    };
    const world = await startWorld(cluster, { values: { integrations: { externalDNS } } });
    const { namespace } = world;
    const metadata = { namespace: traefik, name: "traefik" };
    await admin.create({ ...SERVICES, metadata, spec: { type: "LoadBalancer", ports: [{ port: 80 }] } });
    await admin.apply(world.route({ name: "web" }));
    assert.equal(await world.sendEvent("add", ROUTES, "web"), 204);
    assert.equal(await records(admin, namespace, "web"), null);
    assert.deepEqual(await warningsOn(admin, namespace, "web"), ["TargetPending"]);
    const loadBalancer = { ingress: [{ ip: "203.0.113.9" }] };
    await admin.patch({ ...SERVICES, ...metadata }, { status: { loadBalancer } }, { subresource: "status" });
    await world.app.send(resyncEvent({ namespace }));
    assert.deepEqual(await records(admin, namespace, "web"), [`${host} A 203.0.113.9`]);
    await world.stop();
  });

  test("static addresses ask for no Service, and the annotation of a route goes before them", async () => {
    const cluster = await sharedControlPlane();
    const { admin } = cluster;
    const externalDNS = { targetIPs: ["203.0.113.9", "2001:db8::9"] };
    const world = await startWorld(cluster, { values: { integrations: { externalDNS } } });
    const { namespace } = world;
    const mark = await cluster.auditLog.mark();
    const annotations = { "traefik-cert-rotater.io/target": "edge.example.net" };
    await admin.apply(world.route({ name: "web" }));
    await admin.apply(world.route({ name: "own", annotations }));
    assert.equal(await world.sendEvent("add", ROUTES, "web"), 204);
    assert.equal(await world.sendEvent("add", ROUTES, "own"), 204);
    assert.deepEqual(await records(admin, namespace, "web"), [
      `${host} A 203.0.113.9`,
      `${host} AAAA 2001:db8::9`,
    ]);
    assert.deepEqual(await records(admin, namespace, "own"), ["own.example.com CNAME edge.example.net"]);
    assert.deepEqual(
      (await world.requests(mark)).filter(({ resource }) => resource === "services"),
      [],
    );
    await world.stop();
  });
});

/** The Service as k3s' own chart makes it, with the addresses of the nodes that its servicelb puts there. */
suite("k3s, whose Traefik is in kube-system", () => {
  const TARGET = "integrations.externalDNS.targetService.namespace";
  const flag = ["--set", `${TARGET}=kube-system`];
  const namespace = "kube-system";
  const service = { ...SERVICES, namespace, name: "traefik" };
  const status = (...ips: readonly string[]) => ({
    status: { loadBalancer: { ingress: ips.map((ip) => ({ ip, ipMode: "VIP" })) } },
  });

  test("is one value, the same one in README.md and docs/gitops.md", async () => {
    for (const path of ["README.md", "docs/gitops.md"]) {
      const text = await readFile(new URL(`../../${path}`, import.meta.url), "utf8");
      assert.ok(text.includes(`\`${flag.join(" ")}\``), path);
    }
  });

  test("changes the function's configuration and no right: a Service is readable by name, wherever it is", async () => {
    const [usual, k3s] = [await render(), await render({}, undefined, flag)];
    const changed = k3s.filter((object, index) => text(object) !== text(usual[index]));
    assert.deepEqual(
      changed.map(({ kind, metadata }) => `${kind} ${metadata.name}`),
      ["ConfigMap traefik-cert-rotation-config"],
    );
  });

  /** Without what stands for the configuration in other objects: its hash. */
  const text = (object: Rendered | undefined) =>
    JSON.stringify(object).replaceAll(/\b(?:[0-9a-f]{64}|[0-9a-f]{8,10})\b/g, "HASH");

  test("a route's records get the address of that Service, and follow it", async () => {
    const cluster = await sharedControlPlane();
    const { admin } = cluster;
    await admin.create({
      ...SERVICES,
      metadata: {
        namespace,
        name: "traefik",
        labels: {
          "app.kubernetes.io/instance": "traefik-kube-system",
          "app.kubernetes.io/name": "traefik",
        },
      },
      spec: { type: "LoadBalancer", ports: [{ name: "websecure", port: 443 }] },
    });
    await admin.patch(service, status("192.168.1.10", "192.168.1.11"), { subresource: "status" });
    const world = await startWorld(cluster, {
      values: { integrations: { externalDNS: { targetService: { namespace } } } },
    });
    const { user } = world.release;
    const mayGet = (name: string, allowed: boolean) =>
      untilAllowed(admin, user, { verb: "get", group: "", resource: "services", namespace, name }, allowed);
    await mayGet("traefik", true);
    await mayGet("kube-dns", false);
    const sources = await world.listen();
    const route = `${world.namespace}/ingressroutes/web`;
    await sources.during(route, () => admin.apply(world.route({ name: "web" })));
    const published = () => records(admin, world.namespace, "web");
    assert.deepEqual(await published(), [`${host} A 192.168.1.10,192.168.1.11`]);
    await sources.during(`${namespace}/services/traefik`, () =>
      admin.patch(service, status("192.168.1.10"), { subresource: "status" }),
    );
    assert.deepEqual(await published(), [`${host} A 192.168.1.10`]);
    await admin.delete(service);
    await world.stop();
  });
});
