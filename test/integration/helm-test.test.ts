/**
 * `helm test` against the real API server. What is missing here is a kubelet: the pod's container runs as a process of this
 * machine, and the test writes down how it ended as a kubelet does.
 */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, suite, test } from "node:test";
import { runHelm } from "../control-plane/helm.ts";
import { sharedControlPlane } from "../control-plane/shared.ts";
import type { Container } from "./harness/container.ts";
import { mustGet } from "./harness/objects.ts";
import { runResyncPod } from "./harness/resync-pod.ts";
import { startWorld, type World } from "./harness/world.ts";

suite("helm test", () => {
  let world: World;

  before(async () => {
    const values = {
      serving: { mode: "deployment" },
      integrations: { externalDNS: { targetIPs: ["192.0.2.7"] } },
    };
    world = await startWorld(await sharedControlPlane(), { values });
  });
  after(() => world.stop());

  /** Runs the test's pod as soon as helm has made it, its Service leading to `sink`. */
  async function playKubelet(sink: string): Promise<string> {
    const { admin, release } = world;
    const pod = {
      apiVersion: "v1",
      kind: "Pod",
      namespace: release.namespace,
      name: `${release.name}-traefik-cert-rotation-test`,
    };
    await admin.waitFor(pod, (object) => object !== null);
    const { containers } = (await mustGet(admin, pod)).spec as { containers: [Container] };
    const service = `http://${release.name}-traefik-cert-rotation-http.${release.namespace}.svc.cluster.local`;
    const { code, stdout, stderr } = await runResyncPod(containers[0], sink, service);
    const phase = code === 0 ? "Succeeded" : "Failed";
    await admin.patch(pod, { status: { phase } }, { subresource: "status" });
    return stdout + stderr;
  }

  async function helmTest(sink: string) {
    const { cluster, release } = world;
    const [helm, output] = await Promise.all([
      runHelm(["test", release.name, "--namespace", release.namespace, "--timeout", "2m"], cluster),
      playKubelet(sink),
    ]);
    return { ...helm, output };
  }

  test("sends an event to the function and is satisfied with its answer", async () => {
    const { code, stdout, output } = await helmTest(world.app.url);
    assert.match(output, / accepted the resync of release-.*\/helm-test\n$/);
    assert.equal(code, 0);
    assert.match(stdout, /Phase: +Succeeded/);
    const done = world.app.logs.filter(({ work, outcome }) => work === "resync" && outcome === "done");
    assert.equal(done.length, 1);
  });

  test("fails where the function refuses it", async () => {
    const server = createServer((request, response) => {
      request.resume();
      response.writeHead(403).end();
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const { code, output } = await helmTest(`http://127.0.0.1:${port}/`);
    server.close();
    assert.match(output, /403/);
    assert.notEqual(code, 0);
  });
});
