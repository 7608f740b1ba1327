/**
 * The commands in a cluster that has Traefik and nothing else yet, and how they find it.
 *
 * @module
 */
import assert from "node:assert/strict";
import { copyFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { type ControlPlane, startControlPlane } from "../control-plane/control-plane.ts";
import { loadCrds } from "../control-plane/crds.ts";
import { bundleCli, type Cli } from "./harness/cli.ts";
import { ingressRoute } from "./harness/objects.ts";

suite("before anything is installed", () => {
  let controlPlane: ControlPlane;
  let cli: Cli;

  before(async () => {
    [controlPlane, cli] = await Promise.all([
      startControlPlane({ crds: await loadCrds(["traefik"]), controllerManager: false }),
      bundleCli(),
    ]);
    await controlPlane.admin.apply(ingressRoute({ namespace: "default", name: "web" }));
  });
  after(async () => {
    await controlPlane.stop();
    await cli.remove();
  });

  test("plan shows what would be made, and says which kinds are missing", async () => {
    const config = await cli.write(
      "config.yaml",
      "integrations:\n  certManager:\n  externalDNS:\n    targetIPs: [192.0.2.7]\n",
    );
    const { code, stdout } = await cli.run(["plan", "--config", config], {
      KUBECONFIG: controlPlane.kubeconfigPath,
    });
    assert.match(stdout, /^Plan for installation traefik-cert-rotation\/traefik-cert-rotation in /);
    assert.match(stdout, /\+ create Certificate default\/web-tls for IngressRoute web\n/);
    assert.match(stdout, /\+ create DNSEndpoint default\/web for IngressRoute web\n/);
    assert.match(
      stdout,
      /cert-manager is not installed here yet: Certificate \(certificates\.cert-manager\.io\)/,
    );
    assert.match(stdout, /external-dns is not installed here yet: DNSEndpoint/);
    assert.match(stdout, /\n2 to create, 0 to change, 0 to adopt, 0 to delete, 0 problems\n$/);
    assert.equal(code, 0);
  });

  test("migrate says the same, and that nothing need be set but a target", async () => {
    const config = await cli.write(
      "target.yaml",
      "integrations: { certManager: {}, externalDNS: { targetIPs: [192.0.2.7] } }\n",
    );
    const { code, stdout } = await cli.run(["migrate", "--config", config], {
      KUBECONFIG: controlPlane.kubeconfigPath,
    });
    assert.equal(code, 0, stdout);
    assert.match(stdout, /2 to create, 0 to change, 0 to adopt, 0 to delete\n/);
    assert.match(stdout, /external-dns is not installed here yet: DNSEndpoint/);
  });

  test("without an address of Traefik's Service the rest is shown all the same", async () => {
    const { code, stdout } = await cli.run(["plan"], { KUBECONFIG: controlPlane.kubeconfigPath });
    assert.match(stdout, /\n1 to create, .* 1 problem\n$/);
    assert.match(
      stdout,
      /IngressRoute default\/web: TargetMissing: the target Service traefik\/traefik does not/,
    );
    assert.equal(code, 1);
  });

  test("~/.kube/config is found by itself, and --context names one of its contexts", async () => {
    await mkdir(join(cli.folder, ".kube"), { recursive: true });
    await copyFile(controlPlane.kubeconfigPath, join(cli.folder, ".kube", "config"));
    for (const words of [[], ["--context", "test"]]) {
      const { stdout } = await cli.run(["plan", "-n", "default", ...words]);
      assert.match(stdout, new RegExp(`in ${controlPlane.url}`));
    }
    const { code, stderr } = await cli.run(["plan"], { HOME: "/nonexistent" });
    assert.equal(code, 2);
    assert.match(stderr, /no credentials for a Kubernetes API server/);
  });
});
