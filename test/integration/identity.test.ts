/** Installations that are renamed, moved, made again or restored: their children stay what they are. */
import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import type { KubernetesObject } from "../../functions/kubernetes/objects.ts";
import { render } from "../chart/render.ts";
import type { Manifest } from "../control-plane/admin.ts";
import { isWrite } from "../control-plane/audit-log.ts";
import type { Cluster } from "../control-plane/cluster.ts";
import { startControlPlane } from "../control-plane/control-plane.ts";
import { loadCrds } from "../control-plane/crds.ts";
import { sharedControlPlane } from "../control-plane/shared.ts";
import { bundleCli, type Cli } from "./harness/cli.ts";
import { changeEvent, resyncEvent } from "./harness/cloud-events.ts";
import { CERTIFICATES, ENDPOINTS, mustGet, ROUTES, warningsOn } from "./harness/objects.ts";
import { installRelease, type Release } from "./harness/release.ts";
import { type RunningFunction, startFunction } from "./harness/running-function.ts";
import { until } from "./harness/until.ts";
import { startWorld, type World } from "./harness/world.ts";

const INSTANCE = "traefik-cert-rotater.io/instance";
const values = { integrations: { externalDNS: { targetIPs: ["192.0.2.7"] } } };

let cluster: Cluster;
let cli: Cli;
before(async () => {
  [cluster, cli] = await Promise.all([sharedControlPlane(), bundleCli()]);
});
after(() => cli.remove());

/** A world with a route of its own, two that share a Certificate, and their five children. */
async function populated(of: Cluster = cluster): Promise<World> {
  const world = await startWorld(of, { values });
  for (const [name, secretName] of [
    ["alone", "alone"],
    ["one", "shared"],
    ["two", "shared"],
  ] as const) {
    await world.admin.apply(world.route({ name, secretName }));
  }
  assert.equal((await world.app.send(resyncEvent({ namespace: world.namespace }))).status, 204);
  assert.equal((await childrenOf(world)).length, 5);
  return world;
}

async function childrenOf({ admin, namespace }: World): Promise<readonly KubernetesObject[]> {
  const lists = [CERTIFICATES, ENDPOINTS].map((kind) => admin.list({ ...kind, namespace }));
  return (await Promise.all(lists)).flat();
}

/** What must not change: which objects they are, and what they ask of cert-manager and external-dns. */
async function essence(world: World): Promise<readonly unknown[]> {
  return (await childrenOf(world)).map(({ kind, metadata, spec }) => {
    const { name, uid, generation } = metadata as KubernetesObject["metadata"] & { generation: number };
    return { kind, name, uid, generation, spec };
  });
}

const instancesOf = async (world: World) =>
  new Set((await childrenOf(world)).map(({ metadata }) => metadata.annotations?.[INSTANCE]));

/** What the release's function writes to children in a resync of the namespace. */
async function writesOfResync(world: World, release: Release, app: RunningFunction): Promise<string[]> {
  const mark = await cluster.auditLog.mark();
  assert.equal((await app.send(resyncEvent({ namespace: world.namespace }))).status, 204);
  const entries = (await cluster.auditLog.entries(mark)).filter(({ user }) => user === release.user);
  const writes = entries.filter((entry) => isWrite(entry) && entry.resource !== "events");
  return writes.map(({ verb, resource, name }) => `${verb} ${resource}/${name}`).sort();
}

/** Installs a release that serves the world's class, runs its function and gives the writes of two resyncs. */
async function continued(world: World, options: { name?: string; takeOverFrom?: readonly string[] }) {
  const { name = "tcr", takeOverFrom = [] } = options;
  const { ingressClass } = world.release;
  const release = await installRelease(cluster, { name, ingressClass, values: { ...values, takeOverFrom } });
  const app = await startFunction(cluster, release);
  const [first, second] = [
    await writesOfResync(world, release, app),
    await writesOfResync(world, release, app),
  ];
  return { release, app, first, second };
}

const ONE_EACH = [
  "patch certificates/alone-tls",
  "patch certificates/one-tls",
  "patch dnsendpoints/alone",
  "patch dnsendpoints/one",
  "patch dnsendpoints/two",
];

suite("a release with another name and namespace", () => {
  let world: World;
  before(async () => {
    world = await populated();
  });
  after(() => world.stop());

  test("leaves the former one's children alone without being told", async () => {
    const before = await childrenOf(world);
    const { release, app, first } = await continued(world, { name: "cautious" });
    assert.deepEqual(first, []);
    assert.deepEqual(await childrenOf(world), before);
    assert.deepEqual(await warningsOn(world.admin, world.namespace, "alone"), ["NotOurs", "NotOurs"]);
    await app.stop();
    await release.uninstall();
  });

  test("takes all of them over with takeOverFrom, and nothing is issued again", async () => {
    const before = await essence(world);
    await world.release.uninstall();
    assert.deepEqual(await essence(world), before);
    const { release, app, first, second } = await continued(world, {
      name: "renamed",
      takeOverFrom: [world.release.instance],
    });
    assert.deepEqual(await essence(world), before);
    assert.deepEqual(await instancesOf(world), new Set([release.instance]));
    assert.deepEqual([first, second], [ONE_EACH, []]);
    // The value is no longer needed.
    await release.upgrade(values);
    const later = await startFunction(cluster, release);
    assert.deepEqual(await writesOfResync(world, release, later), []);
    await later.stop();
    await app.stop();
  });
});

suite("children of a former installation", () => {
  let world: World;
  before(async () => {
    world = await populated();
  });
  after(() => world.stop());

  test("follow an event of their own, too", async () => {
    const { admin, namespace } = world;
    const { ingressClass, instance } = world.release;
    const takeOverFrom = [instance];
    const release = await installRelease(cluster, {
      name: "by-event",
      ingressClass,
      values: { ...values, takeOverFrom },
    });
    const app = await startFunction(cluster, release);
    const before = await mustGet(admin, { ...CERTIFICATES, namespace, name: "alone-tls" });
    const event = changeEvent("update", { ...CERTIFICATES, namespace, name: "alone-tls" });
    assert.equal((await app.send(event)).status, 204);
    const now = await mustGet(admin, { ...CERTIFICATES, namespace, name: "alone-tls" });
    assert.equal(now.metadata.annotations?.[INSTANCE], release.instance);
    assert.deepEqual([now.metadata.uid, now.spec], [before.metadata.uid, before.spec]);
    await app.stop();
    await release.uninstall();
  });
});

suite("a release that continues one which serves other routes", () => {
  let world: World;
  let release: Release;
  let app: RunningFunction;
  before(async () => {
    world = await populated();
    const takeOverFrom = [world.release.instance];
    release = await installRelease(cluster, { name: "another-class", values: { ...values, takeOverFrom } });
    app = await startFunction(cluster, release);
  });
  after(async () => {
    await app.stop();
    await release.uninstall();
    await world.stop();
  });

  for (const [when, event] of [
    ["at a resync", () => resyncEvent({})],
    ["at the event of a route", () => changeEvent("update", { ...ROUTES, ...world, name: "alone" })],
    ["at the event of a child", () => changeEvent("update", { ...ENDPOINTS, ...world, name: "two" })],
  ] as const) {
    test(`deletes none of the former one's children ${when}`, async () => {
      const before = await childrenOf(world);
      assert.equal((await app.send(event())).status, 204);
      assert.deepEqual(await childrenOf(world), before);
    });
  }
});

test("a release that is made again finds its children as it left them", async () => {
  const world = await populated();
  const before = await childrenOf(world);
  const { name, namespace, ingressClass } = world.release;
  await world.release.uninstall();
  const release = await installRelease(cluster, { name, namespace, ingressClass, values });
  const app = await startFunction(cluster, release);
  assert.deepEqual(await writesOfResync(world, release, app), []);
  assert.deepEqual(await childrenOf(world), before);
  await app.stop();
  await world.stop();
});

test("a release that is handed over to a GitOps tool, under its name, leaves no trace on its children", async () => {
  const world = await populated();
  const before = await childrenOf(world);
  const { name, namespace, ingressClass } = world.release;
  const objects = await render({ ...values, selector: { ingressClass } }, { name, namespace });
  for (const object of objects) {
    await world.admin.apply(object as unknown as Manifest, { fieldManager: "argocd-controller" });
  }
  // What Helm knew of the release; nothing is uninstalled.
  const secrets = { apiVersion: "v1", kind: "Secret", namespace };
  for (const { metadata } of await world.admin.list(secrets, { labelSelector: "owner=helm" })) {
    await world.admin.delete({ ...secrets, name: metadata.name });
  }
  const app = await startFunction(cluster, world.release);
  assert.deepEqual(await writesOfResync(world, world.release, app), []);
  assert.deepEqual(await childrenOf(world), before);
  await app.stop();
  await world.stop();
});

suite("after a restore from a backup", () => {
  /** Everything that a tool for backups brings back: names, labels, annotations, spec; by its own hand. */
  async function restore(world: World, owners: "stripped" | "kept"): Promise<void> {
    const { admin, namespace } = world;
    const routes = await admin.list({ ...ROUTES, namespace });
    const children = await childrenOf(world);
    for (const { apiVersion, kind, metadata } of routes) {
      await admin.delete({ apiVersion, kind, namespace, name: metadata.name });
    }
    for (const { apiVersion, kind, metadata } of children) {
      await admin.waitFor({ apiVersion, kind, namespace, name: metadata.name }, (object) => object === null);
    }
    for (const { apiVersion, kind, metadata, spec } of [...children, ...routes]) {
      const { name, labels = {}, annotations = {}, ownerReferences = [] } = metadata;
      const kept = owners === "kept" && ownerReferences.length > 0 ? { ownerReferences } : {};
      await admin.create({
        apiVersion,
        kind,
        metadata: { namespace, name, labels, annotations, ...kept },
        spec,
      });
    }
  }

  test("without owners, takeOverFrom with the own name takes all children back at once", async () => {
    const world = await populated();
    await restore(world, "stripped");
    const before = await essence(world);
    assert.deepEqual(await writesOfResync(world, world.release, world.app), []);
    assert.deepEqual(await warningsOn(world.admin, world.namespace, "alone"), ["Released", "Released"]);
    await world.release.upgrade({ ...values, takeOverFrom: [world.release.instance] });
    const app = await startFunction(cluster, world.release);
    const first = await writesOfResync(world, world.release, app);
    // Once for the ownership of fields, once for the fields.
    assert.deepEqual(
      first,
      ONE_EACH.flatMap((line) => [line, line]),
    );
    assert.deepEqual(await essence(world), before);
    await app.stop();
    await world.release.upgrade(values);
    const later = await startFunction(cluster, world.release);
    assert.deepEqual(await writesOfResync(world, world.release, later), []);
    assert.deepEqual(await warningsOn(world.admin, world.namespace, "alone"), ["Released", "Released"]);
    await later.stop();
    await world.stop();
  });

  test("with owners of former uids, a child that nobody deletes stays what it is", async () => {
    // Without Kubernetes' garbage collector, which is faster than any event.
    const still = await startControlPlane({ crds: await loadCrds(), controllerManager: false });
    try {
      const { admin } = still;
      const world = await populated(still);
      const { namespace } = world;
      for (const { metadata } of await admin.list({ ...ROUTES, namespace })) {
        await admin.delete({ ...ROUTES, namespace, name: metadata.name });
        await admin.apply(world.route({ name: metadata.name, secretName: secretOf(metadata.name) }));
      }
      const before = await essence(world);
      assert.equal((await world.app.send(resyncEvent({ namespace }))).status, 204);
      assert.deepEqual(await essence(world), before);
      const uids = new Set((await admin.list({ ...ROUTES, namespace })).map(({ metadata }) => metadata.uid));
      const owners = (await childrenOf(world)).flatMap(({ metadata }) => metadata.ownerReferences ?? []);
      assert.equal(owners.length, 6);
      assert.ok(owners.every(({ uid }) => uids.has(uid)));
      await world.stop();
    } finally {
      await still.stop();
    }
  });

  const secretOf = (route: string) => (route === "alone" ? "alone" : "shared");

  test("with owners that are no more, every child is there again, under routes that are", async () => {
    const world = await populated();
    const sources = await world.listen();
    const before = await inShortOf(world);
    await restore(world, "kept");
    const { admin, namespace } = world;
    const uids = new Set((await admin.list({ ...ROUTES, namespace })).map(({ metadata }) => metadata.uid));
    // Kubernetes deletes what belongs to nobody; whatever it was faster with is made again.
    await until(
      "the children are there again",
      async () => {
        const children = await childrenOf(world);
        const owners = children.flatMap(({ metadata }) => metadata.ownerReferences ?? []);
        return owners.every(({ uid }) => uids.has(uid)) && isDeepStrictEqual(await inShortOf(world), before);
      },
      60_000,
    );
    await sources.stop();
    assert.equal((await world.app.send(resyncEvent({ namespace }))).status, 204);
    assert.deepEqual(await inShortOf(world), before);
    await world.stop();
  });

  /** What each child asks for and for which routes; the name of a shared one is that of whichever route came first. */
  async function inShortOf(world: World): Promise<readonly string[]> {
    const children = await childrenOf(world);
    const lines = children.map(({ kind, spec, metadata }) => {
      const owners = (metadata.ownerReferences ?? []).map(({ name }) => name).sort();
      return JSON.stringify([kind, owners, spec]);
    });
    return lines.sort();
  }
});

suite("take-over", () => {
  let world: World;
  before(async () => {
    world = await populated();
  });
  after(() => world.stop());

  const run = (...words: string[]) =>
    cli.run(["take-over", "-n", world.namespace, ...words], { KUBECONFIG: cluster.kubeconfigPath });

  test("shows what it would take over and writes nothing; then takes it over, in place", async () => {
    const former = world.release.instance;
    const before = await childrenOf(world);
    const { ingressClass } = world.release;
    const release = await installRelease(cluster, { name: "after", ingressClass, values });
    const words = ["--instance", release.instance, "--from", former];
    const dry = await run(...words, "--dry-run");
    assert.deepEqual(
      [dry.code, dry.stdout.split("\n").slice(1)],
      [
        0,
        [
          "",
          ...["Certificate", "DNSEndpoint"].flatMap((kind) =>
            before
              .filter((child) => child.kind === kind)
              .map(({ metadata }) => `~ ${kind} ${world.namespace}/${metadata.name}: made by ${former}`),
          ),
          "",
          "5 to take over (dry run: nothing was written)",
          "",
        ],
      ],
    );
    assert.match(dry.stderr, new RegExp(`^warning: ${former} is still installed here`));
    assert.deepEqual(await childrenOf(world), before);
    const same = await essence(world);
    await world.release.uninstall();
    const { code, stdout, stderr } = await run(...words);
    assert.deepEqual([code, stderr], [0, ""]);
    assert.match(
      stdout,
      /\n5 taken over; the next resync goes on from there: traefik-cert-rotater resync\n$/,
    );
    const app = await startFunction(cluster, release);
    await writesOfResync(world, release, app);
    assert.deepEqual(await writesOfResync(world, release, app), []);
    assert.deepEqual(await essence(world), same);
    assert.deepEqual(await instancesOf(world), new Set([release.instance]));

    for (const { apiVersion, kind, metadata } of await childrenOf(world)) {
      await world.admin.patch(
        { apiVersion, kind, namespace: world.namespace, name: metadata.name },
        { metadata: { ownerReferences: null } },
      );
    }
    const back = await run("--instance", release.instance);
    assert.deepEqual([back.code, back.stderr], [0, ""]);
    assert.match(back.stdout, /\n~ Certificate .*\/alone-tls: without its owner\n/);
    await writesOfResync(world, release, app);
    assert.deepEqual(await writesOfResync(world, release, app), []);
    assert.deepEqual(await essence(world), same);
    const owned = (await childrenOf(world)).every(({ metadata }) => metadata.ownerReferences?.length);
    assert.ok(owned);
    await app.stop();
  });

  test("leaves children of routes that the installation does not serve to the former one", async () => {
    const other = await populated();
    const before = await childrenOf(other);
    const release = await installRelease(cluster, { name: "other-class", values });
    const words = ["-n", other.namespace, "--instance", release.instance, "--from", other.release.instance];
    const { code, stdout } = await cli.run(["take-over", ...words], { KUBECONFIG: cluster.kubeconfigPath });
    assert.deepEqual(await childrenOf(other), before);
    assert.equal(code, 0);
    assert.match(stdout, /\nnote: 5 children were made for routes of another class than class-\w+ /);
    assert.match(stdout, /\n0 to take over\n$/);
    await release.uninstall();
    await other.stop();
  });

  test("says what is wrong with what it was told", async () => {
    const { instance } = await installRelease(cluster, { values });
    const nobody = await run("--instance", instance, "--from", "old/nobody");
    assert.equal(nobody.code, 1);
    assert.match(nobody.stderr, /^error: no child here was made by old\/nobody\n$/);
    assert.match(nobody.stdout, /\nnote: 5 children were made by .*, and not taken over without --from .*\n/);
    const wrong = await run("--instance", instance, "--from", "nobody");
    assert.deepEqual(
      [wrong.code, wrong.stderr],
      [2, "error: --from nobody is no installation; give NAMESPACE/RELEASE\n"],
    );
  });
});
