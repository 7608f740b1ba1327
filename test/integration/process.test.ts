import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, open, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { after, before, suite, test } from "node:test";
import { promisify } from "node:util";
import type { Cluster } from "../control-plane/cluster.ts";
import { sharedControlPlane } from "../control-plane/shared.ts";
import { type Bundle, bundle } from "./harness/bundle.ts";
import { changeEvent, post, resyncEvent } from "./harness/cloud-events.ts";
import { concerns, type FaultProxy, first, startFaultProxy } from "./harness/fault-proxy.ts";
import { type ProcessSettings, startFunctionProcess } from "./harness/function-process.ts";
import { dnsNames, ROUTES } from "./harness/objects.ts";
import { startWorld, type World } from "./harness/world.ts";

suite("the process", () => {
  let cluster: Cluster;
  let world: World;
  let proxy: FaultProxy;
  let bundled: Bundle;

  before(async () => {
    cluster = await sharedControlPlane();
    proxy = await startFaultProxy(cluster);
    [world, bundled] = await Promise.all([startWorld(cluster), bundle()]);
  });
  after(async () => {
    await world?.stop();
    await proxy?.stop();
    await bundled?.remove();
  });

  const start = (settings: Omit<ProcessSettings, "app">) =>
    startFunctionProcess(cluster, world.release, { app: bundled.folder, ...settings });

  /** Holds the first write of a Certificate back until it is let go. */
  function holdWrite(): { held: Promise<unknown>; letGo: () => void } {
    const { promise, resolve } = Promise.withResolvers<void>();
    const isWrite = concerns("certificates", "PATCH");
    proxy.rule = first(1, isWrite, { kind: "after", first: () => promise });
    return { held: proxy.request(isWrite), letGo: resolve };
  }

  test("SIGTERM while it starts: it ends with 0", async (t) => {
    const folder = await mkdtemp(join(tmpdir(), "starting-"));
    const [config, preload] = [join(folder, "config.json"), join(folder, "preload.cjs")];
    await promisify(execFile)("mkfifo", [config]);
    // Reports the exit before Node waits for its thread that reads the configuration.
    await writeFile(preload, 'process.on("exit", (code) => require("fs").writeSync(3, String(code)));');
    const args = ["--require", preload, join(bundled.folder, "serve.cjs"), "--config", config];
    const child = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "inherit", "pipe"] });
    const reported = child.stdio[3] as Readable;
    const ended = once(child, "exit");
    // Opens as soon as the process reads its configuration, which never comes to an end.
    const writer = await open(config, "w");
    t.after(async () => {
      child.kill("SIGKILL");
      await rm(folder, { recursive: true });
    });
    child.kill("SIGTERM");
    await once(reported, "readable");
    await writer.close();
    assert.equal(String(reported.read()), "0");
    assert.deepEqual(await ended, [0, null]);
  });

  test("SIGTERM: what is in flight is answered, then it ends with 0", async () => {
    const app = await start({ apiServer: proxy });
    const { admin, namespace } = world;
    await admin.apply(world.route({ name: "flying" }));
    const { held, letGo } = holdWrite();
    const answer = post(app.url, changeEvent("add", { ...ROUTES, namespace, name: "flying" }));
    await held;
    app.child.kill("SIGTERM");
    await app.logged(({ msg }) => msg === "stopping");
    await assert.rejects(post(app.url, resyncEvent()), "no new connections");
    letGo();
    assert.equal((await answer).status, 204);
    assert.deepEqual(await app.ended, [0, null]);
    assert.deepEqual(await dnsNames(admin, namespace, "flying-tls"), ["flying.example.com"]);
    await app.stop();
  });

  test("SIGTERM: a resync whose caller has hung up is finished, then it ends with 0", async () => {
    const app = await start({ apiServer: proxy });
    const { admin, namespace } = world;
    await admin.apply(world.route({ name: "resynced" }));
    const { held, letGo } = holdWrite();
    const caller = new AbortController();
    const call = post(app.url, resyncEvent({ namespace }), caller.signal);
    await held;
    caller.abort();
    await assert.rejects(call);
    app.child.kill("SIGTERM");
    await app.logged(({ msg }) => msg === "stopping");
    letGo();
    assert.deepEqual(await app.ended, [0, null]);
    assert.deepEqual(await dnsNames(admin, namespace, "resynced-tls"), ["resynced.example.com"]);
    await app.stop();
  });

  test("SIGTERM: what does not end within the grace time does not hold it", async () => {
    const env = { GRACE_SECONDS: "1" };
    const app = await start({ apiServer: proxy, env });
    await world.admin.apply(world.route({ name: "stuck" }));
    const { held, letGo } = holdWrite();
    const { namespace } = world;
    const answer = post(app.url, changeEvent("add", { ...ROUTES, namespace, name: "stuck" }));
    const broken = assert.rejects(answer);
    await held;
    app.child.kill("SIGTERM");
    assert.deepEqual(await app.ended, [0, null]);
    await broken;
    letGo();
    await app.stop();
  });

  test("a token rotated on disk is read again", async () => {
    const app = await start({ token: "expired" });
    const { admin, namespace } = world;
    await admin.apply(world.route({ name: "rotated" }));
    const event = changeEvent("add", { ...ROUTES, namespace, name: "rotated" });
    assert.equal((await post(app.url, event)).status, 503);
    await app.writeToken(await world.release.functionToken());
    assert.equal((await post(app.url, event)).status, 204);
    assert.deepEqual(await dnsNames(admin, namespace, "rotated-tls"), ["rotated.example.com"]);
    await app.stop();
  });
});
