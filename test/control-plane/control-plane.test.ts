/** Starting, stopping, crashing. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { type Component, ControlPlaneError, startControlPlane } from "./control-plane.ts";
import { freePort } from "./free-port.ts";

const components: readonly Component[] = ["etcd", "kube-apiserver", "kube-controller-manager"];

test("a control plane starts, works, and stops without leaving a process or a file", async () => {
  const plane = await startControlPlane();
  const pids = [plane.supervisor.pid, ...components.map((name) => plane.supervisor.pidOf(name) ?? 0)];
  assert.deepEqual(pids.map(isAlive), [true, true, true, true]);
  const version = (await plane.admin.client.json({ path: "/version" })) as { gitVersion: string };
  assert.match(version.gitVersion, /^v1\.\d+\.\d+/);

  await plane.stop();

  assert.deepEqual(pids.map(isAlive), [false, false, false, false]);
  assert.equal(existsSync(plane.folder), false);
});

// The limit is only for a clean-up that never comes.
test("a process that is killed leaves no control plane behind", { timeout: 60_000 }, async () => {
  const script = `
    const { startControlPlane } = await import(${JSON.stringify(join(import.meta.dirname, "control-plane.ts"))});
    const { folder, supervisor } = await startControlPlane({ controllerManager: false });
    const pids = [supervisor.pidOf("etcd"), supervisor.pidOf("kube-apiserver")];
    console.log(JSON.stringify({ folder, pids }));
    setInterval(() => {}, 1000);
  `;
  const crasher = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [line] = (await once(crasher.stdout, "data")) as [Buffer];
  const { folder, pids } = JSON.parse(line.toString()) as { folder: string; pids: number[] };
  assert.deepEqual(pids.map(isAlive), [true, true]);
  assert.equal(existsSync(folder), true);

  crasher.kill("SIGKILL");
  // The supervisor inherited stderr: it closes when the supervisor is gone.
  crasher.stderr.resume();
  await once(crasher.stderr, "close");

  assert.deepEqual(pids.map(isAlive), [false, false]);
  assert.equal(existsSync(folder), false);
});

test("the API server can be killed and started again, with its data", async (context) => {
  const plane = await startControlPlane({ controllerManager: false, auditLog: false });
  context.after(() => plane.stop());
  const namespace = await plane.admin.createNamespace();
  await plane.stopApiServer("SIGKILL");
  await assert.rejects(plane.admin.list({ apiVersion: "v1", kind: "Namespace" }), {
    name: "ApiError",
    status: 0,
  });

  await plane.startApiServer();

  const found = await plane.admin.get({ apiVersion: "v1", kind: "Namespace", name: namespace });
  assert.equal(found?.metadata.name, namespace);
});

test("a port that somebody else has taken is not used", async (context) => {
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  const { port } = other.address() as AddressInfo;
  const ports = [port, await freePort()];
  const plane = await startControlPlane({ controllerManager: false }, async () => ports.shift() ?? 0);
  context.after(() => plane.stop());
  other.close();
  assert.notEqual(new URL(plane.url).port, String(port));
});

test("an API server that does not start says why, and leaves nothing", async () => {
  const options = { controllerManager: false, apiServerFlags: ["--no-such-flag"] };
  await assert.rejects(startControlPlane(options), (error: unknown) => {
    assert(error instanceof ControlPlaneError);
    assert.match(error.message, /kube-apiserver ended \(exit code 1\).*no-such-flag/s);
    return true;
  });
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
