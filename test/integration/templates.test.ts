import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { sharedControlPlane } from "../control-plane/shared.ts";
import { resyncEvent } from "./harness/cloud-events.ts";
import { CERTIFICATES, ENDPOINTS, mustGet } from "./harness/objects.ts";
import { type RunningFunction, startFunction } from "./harness/running-function.ts";
import { startWorld, type World } from "./harness/world.ts";

const issuer = (name: string) => ({ kind: "ClusterIssuer", name });

suite("templates of the children, and what is laid over them", () => {
  let world: World;
  let special: string;
  let upgraded: RunningFunction | null = null;

  before(async () => {
    const cluster = await sharedControlPlane();
    special = await cluster.admin.createNamespace("special");
    world = await startWorld(cluster, { values: values(true) });
    const { admin, namespace } = world;
    for (const where of [namespace, special]) {
      await admin.apply(world.route({ name: "web", namespace: where }));
    }
    await admin.apply(
      world.route({
        name: "annotated",
        namespace: special,
        annotations: { "cert-manager.io/cluster-issuer": "of-the-route" },
      }),
    );
    await resync(world.app);
  });
  after(async () => {
    await upgraded?.stop();
    await world.stop();
  });

  function values(full: boolean) {
    const certificateTemplate = {
      spec: { issuerRef: issuer("usual"), duration: "2160h0m0s", ...(full && { revisionHistoryLimit: 2 }) },
    };
    const overrides = [
      {
        namespaces: [special],
        certificateTemplate: { spec: { issuerRef: issuer("special"), renewBefore: "360h0m0s" } },
      },
      { namespaces: ["*"], certificateTemplate: { spec: { privateKey: { algorithm: "ECDSA" } } } },
    ];
    const metadata = {
      labels: { zone: "public", ...(full && { team: "edge" }) },
      annotations: { "example.com/filter": "yes" },
    };
    return {
      integrations: {
        certManager: { certificateTemplate, ...(full && { overrides }) },
        externalDNS: { targetIPs: ["192.0.2.7"], endpointTemplate: { metadata } },
      },
    };
  }

  async function resync(app: RunningFunction): Promise<void> {
    for (const namespace of [world.namespace, special]) {
      assert.equal((await app.send(resyncEvent({ namespace }))).status, 204);
    }
  }

  async function certificateSpec(namespace: string, name: string): Promise<unknown> {
    const { spec } = await mustGet(world.admin, { ...CERTIFICATES, namespace, name });
    const { dnsNames: _, secretName: __, ...rest } = spec as Record<string, unknown>;
    return rest;
  }

  async function endpointMetadata(name: string): Promise<unknown> {
    const { admin, namespace } = world;
    const { labels, annotations = {} } = (await mustGet(admin, { ...ENDPOINTS, namespace, name })).metadata;
    return { labels, filter: annotations["example.com/filter"] };
  }

  test("the first override that fits is laid over the template, field by field", async () => {
    const template = { duration: "2160h0m0s", revisionHistoryLimit: 2 };
    assert.deepEqual(await certificateSpec(special, "web-tls"), {
      ...template,
      issuerRef: issuer("special"),
      renewBefore: "360h0m0s",
    });
    assert.deepEqual(await certificateSpec(world.namespace, "web-tls"), {
      ...template,
      issuerRef: issuer("usual"),
      privateKey: { algorithm: "ECDSA" },
    });
  });

  test("an annotation of the route goes before both", async () => {
    assert.deepEqual(await certificateSpec(special, "annotated-tls"), {
      duration: "2160h0m0s",
      revisionHistoryLimit: 2,
      issuerRef: issuer("of-the-route"),
      renewBefore: "360h0m0s",
    });
  });

  test("each DNSEndpoint carries the labels and annotations that external-dns filters by", async () => {
    assert.deepEqual(await endpointMetadata("web"), {
      labels: { "kubernetes.io/managed-by": "Traefik-cert-rotater", zone: "public", team: "edge" },
      filter: "yes",
    });
  });

  test("what leaves the configuration leaves the objects, and the rest stays as it was", async () => {
    const { admin, cluster, namespace, release } = world;
    const { uid } = (await mustGet(admin, { ...CERTIFICATES, namespace: special, name: "web-tls" })).metadata;
    await release.upgrade(values(false));
    upgraded = await startFunction(cluster, release);
    await resync(upgraded);
    for (const where of [special, namespace]) {
      assert.deepEqual(await certificateSpec(where, "web-tls"), {
        duration: "2160h0m0s",
        issuerRef: issuer("usual"),
      });
    }
    assert.deepEqual(await endpointMetadata("web"), {
      labels: { "kubernetes.io/managed-by": "Traefik-cert-rotater", zone: "public" },
      filter: "yes",
    });
    const after = await mustGet(admin, { ...CERTIFICATES, namespace: special, name: "web-tls" });
    assert.equal(after.metadata.uid, uid);
    const mark = await cluster.auditLog.mark();
    await resync(upgraded);
    assert.deepEqual(await world.writes(mark), []);
  });
});
