/**
 * The cluster commands and what an installation is set to: its ConfigMap counts, and what cannot be known is reported.
 *
 * @module
 */
import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import type { KubernetesObject } from "../../functions/kubernetes/objects.ts";
import { createAuthority } from "../control-plane/certificates.ts";
import { type ControlPlane, startControlPlane } from "../control-plane/control-plane.ts";
import { loadCrds } from "../control-plane/crds.ts";
import { kubeconfig } from "../control-plane/kubeconfig.ts";
import { bundleCli, type Cli, type CliResult } from "./harness/cli.ts";
import { resyncEvent } from "./harness/cloud-events.ts";
import { CERTIFICATES, ENDPOINTS, mustGet } from "./harness/objects.ts";
import { installRelease } from "./harness/release.ts";
import { startWorld, type World } from "./harness/world.ts";

const values = {
  integrations: {
    certManager: {
      certificateTemplate: { spec: { issuerRef: { kind: "Issuer", name: "of-the-house" }, duration: "48h" } },
    },
    externalDNS: { targetIPs: ["192.0.2.7"], ttl: 77 },
  },
};

let controlPlane: ControlPlane;
let world: World;
let cli: Cli;
/** Of the route that everything is about. */
let namespace: string;

before(async () => {
  [controlPlane, cli] = await Promise.all([
    startControlPlane({ crds: await loadCrds(), auditLog: true }),
    bundleCli(),
  ]);
  world = await startWorld(controlPlane, { values, ingressClass: null });
  namespace = world.namespace;
  await world.admin.apply(world.route({ name: "web" }));
  assert.equal((await world.app.send(resyncEvent())).status, 204);
});
after(async () => {
  await world.stop();
  await controlPlane.stop();
  await cli.remove();
});

function run(...words: string[]): Promise<CliResult> {
  return cli.run(words, { KUBECONFIG: controlPlane.kubeconfigPath });
}

const configMap = () => ({ namespace: world.release.namespace, name: "tcr-traefik-cert-rotation-config" });

suite("an installation with settings of its own", () => {
  test("plan: nothing to do after a resync, and it says by which configuration", async () => {
    const { code, stdout, stderr } = await run("plan");
    assert.equal(stderr, "");
    assert.match(stdout, new RegExp(`^Plan for installation ${world.release.instance} in https://127`));
    const { namespace: of, name } = configMap();
    assert.match(stdout, new RegExp(`\nConfiguration: ConfigMap ${of}/${name}\n`));
    assert.match(stdout, /\nNothing to do: 0 to create, 0 to change/);
    assert.equal(code, 0);
    const document = JSON.parse((await run("plan", "--output", "json")).stdout);
    assert.deepEqual(document.changes, []);
    assert.deepEqual(document.configuration, { source: "ConfigMap", ...configMap() });
  });

  test("status: not out of date, and ready once the third-party controllers have done their part", async () => {
    const before = await run("status");
    assert.doesNotMatch(before.stdout, /outdated/);
    const certificate = await mustGet(world.admin, { ...CERTIFICATES, namespace, name: "web-tls" });
    const ready = {
      type: "Ready",
      status: "True",
      reason: "Ready",
      lastTransitionTime: "2026-01-01T00:00:00Z",
    };
    await setStatus(certificate, { conditions: [ready] });
    const endpoint = await mustGet(world.admin, { ...ENDPOINTS, namespace, name: "web" });
    await setStatus(endpoint, {
      observedGeneration: (endpoint.metadata as { generation?: number }).generation,
    });
    const { code, stdout } = await run("status");
    assert.match(stdout, /\nConfiguration: ConfigMap .*\n/);
    assert.match(stdout, /web +web\.example\.com +ready +ready\n/);
    assert.match(stdout, /\n1 route, nothing wrong\n$/);
    assert.equal(code, 0);
    const document = JSON.parse((await run("status", "--output", "json")).stdout);
    assert.deepEqual(document.configuration, { source: "ConfigMap", ...configMap() });
  });

  test("explain: the children that the installation makes", async () => {
    const { code, stdout } = await run("explain", `${namespace}/web`);
    assert.match(stdout, / {2}from .*installation .*configuration: ConfigMap /);
    assert.match(stdout, /name: of-the-house/);
    assert.match(stdout, /recordTTL: 77/);
    assert.match(stdout, /ours; stays as it is; ready/);
    assert.equal(code, 0);
  });

  test("--defaults is what it would be without any value", async () => {
    const { stdout } = await run("plan", "--defaults");
    assert.match(stdout, /\nConfiguration: the defaults \(--defaults\)\n/);
    assert.match(stdout, /~ update Certificate .*\n(.*\n)* +\+ +name: ca-issuer\n/);
    assert.match((await run("status", "--defaults")).stdout, /outdated/);
    const both = await run("plan", "--defaults", "--config", "x");
    assert.deepEqual([both.code, both.stderr], [2, "error: give either --config or --defaults, not both\n"]);
  });

  test("--config takes the values that the release was installed with", async () => {
    const file = await cli.write("values.yaml", JSON.stringify({ serving: { mode: "keda" }, ...values }));
    const { code, stdout, stderr } = await run("plan", "--config", file);
    assert.equal(stderr, `note: ${file} is read as values of the chart, for it has serving\n`);
    assert.match(stdout, new RegExp(`\nConfiguration: ${file}\n`));
    assert.match(stdout, /\nNothing to do: /);
    assert.equal(code, 0);
  });

  test("mode observe: what is shown will not come, and that is reported", async () => {
    await world.release.upgrade({ ...values, mode: "observe" });
    await world.admin.apply(world.route({ name: "web", host: "new.example.com" }));
    const { stdout } = await run("plan");
    assert.match(stdout, /Notes\n.*the installation only observes \(mode: observe\)/);
    await world.release.upgrade(values);
    await world.admin.apply(world.route({ name: "web" }));
  });
});

suite("what is not known", () => {
  const COMMANDS = [["plan"], ["status"], ["explain", "a/b"], ["resync"], ["resync", "--dry-run"]];

  /** Every command ends with one line on standard error and nothing else. */
  async function refuses(path: string, code: number, message: RegExp): Promise<void> {
    for (const words of COMMANDS) {
      const result = await cli.run(words, { KUBECONFIG: path });
      assert.match(result.stderr, message, words.join(" "));
      assert.deepEqual(
        [result.stderr.split("\n").length, result.stdout, result.code],
        [2, "", code],
        words.join(" "),
      );
    }
  }

  test("an API server that is down", async () => {
    const { caPem } = controlPlane;
    const path = await cli.write(
      "down.kubeconfig",
      kubeconfig({ url: "https://127.0.0.1:1", caPem, token: "x" }),
    );
    await refuses(
      path,
      1,
      /^error: the API server https:\/\/127\.0\.0\.1:1\/ cannot be reached \(connect ECONNREFUSED/,
    );
  });

  test("a token that it does not know", async () => {
    const { url, caPem } = controlPlane;
    const path = await cli.write("token.kubeconfig", kubeconfig({ url, caPem, token: "nonsense" }));
    await refuses(
      path,
      1,
      /^error: the API server .* does not know who you are \(401 Unauthorized\): log in again/,
    );
  });

  test("a user without any right", async () => {
    const { url, caPem, admin } = controlPlane;
    await admin.apply({ apiVersion: "v1", kind: "ServiceAccount", metadata: { namespace, name: "nobody" } });
    const token = await admin.token(namespace, "nobody");
    const path = await cli.write("nobody.kubeconfig", kubeconfig({ url, caPem, token }));
    await refuses(
      path,
      1,
      /^error: you may not list ConfigMaps in all namespaces, .*--instance .*--defaults/,
    );
    const asked = await cli.run(["status", "--defaults"], { KUBECONFIG: path });
    assert.equal(asked.code, 1);
    assert.match(asked.stdout, /you may not read ingressroutes\.traefik\.io/);
    assert.match(asked.stdout, /\n0 routes, not everything could be read\n$/);
    assert.doesNotMatch(
      (await cli.run(["plan", "--defaults"], { KUBECONFIG: path })).stdout,
      /Nothing to do/,
    );
  });

  test("a certificate of an unknown authority", async () => {
    const { url } = controlPlane;
    const { certPem } = await createAuthority("stranger");
    const path = await cli.write("stranger.kubeconfig", kubeconfig({ url, caPem: certPem, token: "x" }));
    await refuses(
      path,
      1,
      /^error: the certificate of the API server .* is not accepted .*certificate-authority/,
    );
  });

  const KUBECONFIGS: readonly [what: string, text: string][] = [
    ["empty", ""],
    [
      "without contexts",
      JSON.stringify({ apiVersion: "v1", kind: "Config", clusters: null, contexts: null }),
    ],
    ["no YAML", "a: ["],
    [
      "a context that is not there",
      JSON.stringify({ apiVersion: "v1", kind: "Config", "current-context": "x" }),
    ],
  ];
  for (const [what, text] of KUBECONFIGS) {
    test(`a kubeconfig that cannot be used: ${what}`, async () => {
      const path = await cli.write("bad.kubeconfig", text);
      await refuses(
        path,
        2,
        /^error: the kubeconfig .*bad\.kubeconfig cannot be used: .*; correct it, or name another/,
      );
    });
  }

  test("a configuration that the function could not start with either", async () => {
    const { admin } = controlPlane;
    const target = { apiVersion: "v1", kind: "ConfigMap", ...configMap() };
    const { data } = (await mustGet(admin, target)) as KubernetesObject & { data: Record<string, string> };
    await admin.patch(target, { data: { "config.json": '{"selector":{"ingresClass":"x"}}' } });
    try {
      await refuses(
        controlPlane.kubeconfigPath,
        1,
        /^error: config\.json in ConfigMap .* cannot be used.*selector\.ingresClass: found an unknown key, expected the key ingressClass; correct the values/,
      );
    } finally {
      await admin.patch(target, { data });
    }
  });
});

suite("several installations", () => {
  test("are named, and one is chosen", async () => {
    const other = await installRelease(controlPlane, { name: "inside", ingressClass: "inside" });
    const { instance } = world.release;
    const names = [instance, other.instance].sort().join(", ");
    for (const words of [["plan"], ["status"], ["explain", `${namespace}/web`], ["resync"]]) {
      const { code, stdout, stderr } = await run(...words);
      assert.deepEqual(
        [code, stdout, stderr],
        [2, "", `error: there are several installations: ${names}; say which with --instance\n`],
        words.join(" "),
      );
    }
    assert.match((await run("plan", "--instance", instance)).stdout, /\nNothing to do: /);
    assert.match(
      (await run("plan", "--installation", other.instance)).stdout,
      new RegExp(`^Plan for installation ${other.instance} .*\nConfiguration: ConfigMap ${other.namespace}/`),
    );
    const absent = await run("plan", "--instance", "not/there");
    assert.equal(absent.code, 2);
    assert.match(
      absent.stderr,
      /found no ConfigMap of the installation not\/there; say which with --instance \(in https.* there is: /,
    );
    await other.uninstall();
  });
});

async function setStatus(object: KubernetesObject, status: object): Promise<void> {
  await world.admin.replace({ ...object, status } as never, { subresource: "status" });
}
