/**
 * Every command on the oldest Node that package.json promises, beside the project's own.
 *
 * @module
 */
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, suite, test } from "node:test";
import { fileURLToPath } from "node:url";
import { OLDEST_NODE } from "../../functions/node-version.ts";
import { sharedControlPlane } from "../control-plane/shared.ts";
import { findOldestNode } from "../oldest-node/oldest-node.ts";
import { type Bundle, bundle } from "./harness/bundle.ts";
import { changeEvent, post } from "./harness/cloud-events.ts";
import { dnsNames, ROUTES } from "./harness/objects.ts";
import type { LogLine } from "./harness/running-function.ts";
import { startWorld, type World } from "./harness/world.ts";

const EXAMPLE = fileURLToPath(new URL("../../examples/my-ingress.yaml", import.meta.url));

suite(`on Node ${OLDEST_NODE}`, () => {
  let world: World;
  let bundled: Bundle;
  let oldest: string;
  let config: string;

  before(async () => {
    oldest = await findOldestNode();
    const cluster = await sharedControlPlane();
    const values = { integrations: { externalDNS: { targetIPs: ["192.0.2.7"] } } };
    [world, bundled] = await Promise.all([startWorld(cluster, { values }), bundle()]);
    config = join(bundled.folder, "config.yaml");
    // JSON is YAML too: so the reader of YAML is loaded.
    await writeFile(config, await world.release.configuration());
    const match = "HostRegexp(`^web\\.example\\.com$`) || Host(`web.example.com`)";
    await world.admin.apply(world.route({ name: "web", match }));
  });
  after(async () => {
    await world?.stop();
    await bundled?.remove();
  });

  const cli = () => join(bundled.folder, "traefik-cert-rotater.cjs");
  const env = () => ({ KUBECONFIG: world.cluster.kubeconfigPath, HOME: bundled.folder });
  const live = () => ["--config", config, "--instance", world.release.instance];

  /** Exit code, output and errors of the command on that Node. */
  function run(node: string, words: readonly string[]): Promise<readonly [number, string, string]> {
    return new Promise((resolve) => {
      execFile(node, [cli(), ...words], { env: env() }, (error, stdout, stderr) => {
        resolve([typeof error?.code === "number" ? error.code : error === null ? 0 : -1, stdout, stderr]);
      });
    });
  }

  /** Words by command; each is fine, and its output matches. */
  const commands: Readonly<Record<string, readonly (readonly [words: () => string[], output: RegExp])[]>> = {
    render: [[() => ["render", "-f", EXAMPLE], /^kind: DNSEndpoint$/m]],
    explain: [
      [() => ["explain", "-f", EXAMPLE], /www\.example\.com/],
      [() => ["explain", `${world.namespace}/web`, ...live()], /web\.example\.com/],
    ],
    plan: [[() => ["plan", "--namespace", world.namespace, ...live()], /create Certificate \S+\/web-tls/]],
    status: [[() => ["status", "--namespace", world.namespace, ...live(), "-o", "json"], /web-tls/]],
    migrate: [[() => ["migrate", "-f", EXAMPLE], /my-ingress/]],
    "take-over": [
      [
        () => ["take-over", "--dry-run", "--installation", world.release.instance],
        /Children for installation/,
      ],
    ],
    completion: [[() => ["completion", "bash"], /complete/]],
    resync: [
      [() => ["resync", "--namespace", world.namespace, "--dry-run", ...live()], /create Certificate/],
      [() => ["resync", "--namespace", world.namespace, "--to", world.app.url], /accepted the resync/],
    ],
    help: [[() => ["help"], /Usage/]],
    serve: [[() => ["serve", "--help"], /Usage/]],
  };

  test("it is that Node", async () => {
    const [, version] = await new Promise<readonly [unknown, string]>((resolve) => {
      execFile(oldest, ["--version"], (error, stdout) => resolve([error, stdout]));
    });
    assert.match(version, new RegExp(`^v${OLDEST_NODE}\\.0\n$`));
  });

  test("each command is tried below", async () => {
    const [, help] = await run(oldest, ["--help"]);
    const listed = help.slice(help.indexOf("\nCommands:\n")).matchAll(/^ {2}([a-z][a-z-]*) .*/gm);
    assert.deepEqual([...listed].map(([, name]) => name).sort(), Object.keys(commands).sort());
  });

  for (const [name, tries] of Object.entries(commands)) {
    for (const [index, [words, output]] of tries.entries()) {
      test(`${name}${tries.length > 1 ? `, ${index + 1}` : ""} ends as on the project's own Node`, async () => {
        const result = await run(oldest, words());
        assert.match(result[1], output, result[2]);
        assert.doesNotMatch(result[2], /^\s+at /m);
        // What changes the cluster is not done twice.
        if (!words().includes("--to")) assert.deepEqual(result, await run(process.execPath, words()));
        else assert.equal(result[0], 0);
      });
    }
  }

  test("serve does its work and ends when it is asked to", async () => {
    const { admin, namespace, cluster } = world;
    const child = spawn(oldest, [cli(), "serve", "--port", "0", "--config", config], {
      env: { ...env(), KUBECONFIG: cluster.kubeconfigPath, INSTANCE: world.release.instance },
      stdio: ["ignore", "pipe", "inherit"],
    });
    const lines = createInterface({ input: child.stdout });
    const [first] = (await once(lines, "line")) as [string];
    const { msg, port } = JSON.parse(first) as LogLine;
    assert.equal(msg, "listening");
    await admin.apply(world.route({ name: "served" }));
    const event = changeEvent("add", { ...ROUTES, namespace, name: "served" });
    assert.equal((await post(`http://127.0.0.1:${port}/`, event)).status, 204);
    assert.deepEqual(await dnsNames(admin, namespace, "served-tls"), ["served.example.com"]);
    child.kill("SIGTERM");
    assert.deepEqual(await once(child, "exit"), [0, null]);
  });

  test("each file that is loaded late can be loaded", async () => {
    const late = (await readdir(bundled.folder)).filter((file) => file.endsWith(".lazy.cjs"));
    assert.notEqual(late.length, 0);
    const load = late.map((file) => `require(${JSON.stringify(join(bundled.folder, file))});`).join("");
    const [error] = await new Promise<readonly [Error | null]>((resolve) => {
      execFile(oldest, ["-e", load], (error) => resolve([error]));
    });
    assert.equal(error, null);
  });
});
