import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { sharedControlPlane } from "../control-plane/shared.ts";
import { resyncEvent } from "./harness/cloud-events.ts";
import { certificatesFor, identityOf, ownersOf } from "./harness/members.ts";
import {
  CERTIFICATES,
  eventsOn,
  ingressRouteTcp,
  mustGet,
  ROUTES,
  records,
  TCP_ROUTES,
  warningsOn,
} from "./harness/objects.ts";
import { startWorld, type World } from "./harness/world.ts";

const externalDNS = { targetIPs: ["192.0.2.7"] };

suite("routes that name one Secret share one Certificate", () => {
  let world: World;

  before(async () => {
    world = await startWorld(await sharedControlPlane(), { values: { integrations: { externalDNS } } });
  });
  after(() => world.stop());

  /** Applies a route and sends its event. */
  async function put(name: string, secretName: string, hosts: readonly string[] = [name]): Promise<void> {
    const match = hosts.map((host) => `Host(\`${host}.example.com\`)`).join(" || ");
    await world.admin.apply(world.route({ name, secretName, match }));
    assert.equal(await world.sendEvent("update", ROUTES, name), 204);
  }
  const certificates = (secrets: string) => certificatesFor(world.admin, world.namespace, secrets);
  const identity = (name: string) => identityOf(world.admin, world.namespace, name);
  const resync = () => world.app.send(resyncEvent({ namespace: world.namespace }));

  test("its names are the union, its name is the first owner's, every member owns it", async () => {
    await put("join-a", "join", ["join-a", "both"]);
    const before = await identity("join-a-tls");
    await put("join-c", "join");
    await put("join-b", "join", ["both", "join-b"]);
    const names = "both.example.com join-a.example.com join-b.example.com join-c.example.com";
    assert.deepEqual(await certificates("join"), [`join-a-tls join [${names}] [join-a* join-b join-c]`]);
    assert.deepEqual(await identity("join-a-tls"), before);
    assert.deepEqual(await records(world.admin, world.namespace, "join-b"), [
      "both.example.com A 192.0.2.7",
      "join-b.example.com A 192.0.2.7",
    ]);
    const [event] = await eventsOn(world.admin, world.namespace, "join-b");
    assert.match(event?.note ?? "", /updated Certificate join-a-tls/i);
  });

  test("an event of any member writes nothing once all is there, and so does a resync", async () => {
    const mark = await world.cluster.auditLog.mark();
    for (const name of ["join-a", "join-b", "join-c"]) await world.sendEvent("update", ROUTES, name);
    await world.sendEvent("add", ROUTES, "join-b");
    for (const verb of ["add", "update", "delete"] as const)
      await world.sendEvent(verb, CERTIFICATES, "join-a-tls");
    await resync();
    assert.deepEqual(await world.writes(mark), []);
  });

  test("a member whose names another member has too joins without a change of the names", async () => {
    await put("same-a", "same", ["same"]);
    const { spec } = await mustGet(world.admin, {
      ...CERTIFICATES,
      namespace: world.namespace,
      name: "same-a-tls",
    });
    await put("same-b", "same", ["same"]);
    const now = await mustGet(world.admin, {
      ...CERTIFICATES,
      namespace: world.namespace,
      name: "same-a-tls",
    });
    assert.deepEqual(now.spec, spec);
    assert.deepEqual(ownersOf(now), ["same-a*", "same-b"]);
  });

  test("a member that edits its rule changes its own names only", async () => {
    await put("edit-a", "edit");
    await put("edit-b", "edit");
    await put("edit-b", "edit", ["edited"]);
    assert.deepEqual(await certificates("edit"), [
      "edit-a-tls edit [edit-a.example.com edited.example.com] [edit-a* edit-b]",
    ]);
    await put("edit-b", "edit", ["edited"]);
    await world.admin.apply(
      world.route({ name: "edit-b", secretName: "edit", match: "Host(`x.org`) && Nonsense(`y`)" }),
    );
    await world.sendEvent("update", ROUTES, "edit-b");
    assert.deepEqual(await certificates("edit"), [
      "edit-a-tls edit [edit-a.example.com edited.example.com] [edit-a* edit-b]",
    ]);
  });

  test("the controller leaves: the flag passes on, and it gets a name with a hash", async () => {
    await put("leave-a", "leave");
    await put("leave-b", "leave");
    await put("leave-c", "leave");
    const before = await identity("leave-a-tls");
    await put("leave-a", "leave-own");
    assert.deepEqual(await certificates("leave"), [
      "leave-a-tls leave [leave-b.example.com leave-c.example.com] [leave-b* leave-c]",
      "leave-a-tls-c630d268 leave-own [leave-a.example.com] [leave-a*]",
    ]);
    assert.deepEqual(await identity("leave-a-tls"), before);
  });

  test("it comes back: the one with the hash goes, the first stays", async () => {
    const before = await identity("leave-a-tls");
    await put("leave-a", "leave");
    const names = "leave-a.example.com leave-b.example.com leave-c.example.com";
    assert.deepEqual(await certificates("leave"), [
      `leave-a-tls leave [${names}] [leave-a leave-b* leave-c]`,
    ]);
    assert.deepEqual(await identity("leave-a-tls"), before);
  });

  test("a Certificate with a hash in its name comes back when it is deleted", async () => {
    await put("leave-a", "leave-own");
    await put("leave-b", "leave");
    await world.admin.delete({ ...CERTIFICATES, namespace: world.namespace, name: "leave-a-tls-c630d268" });
    assert.equal(await world.sendEvent("delete", CERTIFICATES, "leave-a-tls-c630d268"), 204);
    assert.deepEqual(await certificates("leave-own"), [
      "leave-a-tls-c630d268 leave-own [leave-a.example.com] [leave-a*]",
    ]);
  });

  test("another member leaves: its names go with it", async () => {
    await put("part-a", "part");
    await put("part-b", "part");
    await put("part-b", "part-own");
    assert.deepEqual(await certificates("part"), [
      "part-a-tls part [part-a.example.com] [part-a*]",
      "part-b-tls part-own [part-b.example.com] [part-b*]",
    ]);
  });

  test("a member that drops tls leaves too, and DNS stays", async () => {
    await put("drop-a", "drop");
    await put("drop-b", "drop");
    await world.admin.apply(world.route({ name: "drop-a", secretName: null }));
    await world.sendEvent("update", ROUTES, "drop-a");
    assert.deepEqual(await certificates("drop"), ["drop-a-tls drop [drop-b.example.com] [drop-b*]"]);
    assert.deepEqual(await records(world.admin, world.namespace, "drop-a"), [
      "drop-a.example.com A 192.0.2.7",
    ]);
  });

  test("a member that opts out leaves too", async () => {
    await put("ignore-a", "ignore");
    await put("ignore-b", "ignore");
    const annotations = { "traefik-cert-rotater.io/ignore": "cert-manager" };
    await world.admin.apply(world.route({ name: "ignore-a", secretName: "ignore", annotations }));
    await world.sendEvent("update", ROUTES, "ignore-a");
    assert.deepEqual(await certificates("ignore"), [
      "ignore-a-tls ignore [ignore-b.example.com] [ignore-b*]",
    ]);
  });

  test("a route alone changes its secretName: the same Certificate, in place", async () => {
    await put("move", "move-1");
    const [uid] = await identity("move-tls");
    await put("move", "move-2");
    assert.deepEqual(await certificates("move"), ["move-tls move-2 [move.example.com] [move*]"]);
    assert.deepEqual(await identity("move-tls"), [uid, "move-tls", "move-2"]);
  });

  test("a route alone moves to a Secret that has a Certificate: its own goes", async () => {
    await put("merge-a", "merge-a");
    await put("merge-b", "merge-b");
    await put("merge-b", "merge-a");
    assert.deepEqual(await certificates("merge"), [
      "merge-a-tls merge-a [merge-a.example.com merge-b.example.com] [merge-a* merge-b]",
    ]);
  });

  test("two routes swap their Secrets: each Certificate keeps its Secret", async () => {
    await put("swap-a", "swap-1");
    await put("swap-b", "swap-2");
    await world.admin.apply(world.route({ name: "swap-a", secretName: "swap-2" }));
    await world.admin.apply(world.route({ name: "swap-b", secretName: "swap-1" }));
    for (const name of ["swap-a", "swap-b", "swap-a"]) await world.sendEvent("update", ROUTES, name);
    assert.deepEqual(await certificates("swap"), [
      "swap-a-tls swap-1 [swap-b.example.com] [swap-b*]",
      "swap-b-tls swap-2 [swap-a.example.com] [swap-a*]",
    ]);
  });

  test("the controller is deleted: its Certificate lives on under the next, through the source's events", async () => {
    const { admin, namespace } = world;
    for (const name of ["gone-a", "gone-b", "gone-c"]) await put(name, "gone");
    const before = await identity("gone-a-tls");
    const sources = await world.listen();
    // The garbage collector takes the owner away, and what follows is ours.
    await sources.during(`${namespace}/certificates/gone-a-tls`, () =>
      admin.delete({ ...ROUTES, namespace, name: "gone-a" }),
    );
    await sources.stop();
    assert.deepEqual(await certificates("gone"), [
      "gone-a-tls gone [gone-b.example.com gone-c.example.com] [gone-b* gone-c]",
    ]);
    assert.deepEqual(await identity("gone-a-tls"), before);
  });

  test("a controller that waits for a finalizer passes the flag already", async () => {
    const { admin, namespace } = world;
    for (const name of ["final-a", "final-b", "final-c"]) await put(name, "final");
    const route = { ...ROUTES, namespace, name: "final-a" };
    await admin.patch(route, { metadata: { finalizers: ["example.com/wait"] } });
    await admin.delete(route);
    await world.sendEvent("update", ROUTES, "final-a");
    assert.equal((await certificates("final"))[0]?.endsWith("[final-a* final-b final-c]"), true);
    await world.sendEvent("update", ROUTES, "final-c");
    assert.deepEqual(await certificates("final"), [
      "final-a-tls final [final-b.example.com final-c.example.com] [final-b* final-c]",
    ]);
    await admin.patch(route, { metadata: { finalizers: null } });
  });

  test("the controller is deleted, the garbage collector first: the Certificate's own event passes the flag", async () => {
    const { admin, namespace } = world;
    await put("late-a", "late");
    await put("late-b", "late");
    await put("late-c", "late");
    const before = await identity("late-a-tls");
    await admin.delete({ ...ROUTES, namespace, name: "late-a" });
    const live = await admin.waitFor(
      { ...CERTIFICATES, namespace, name: "late-a-tls" },
      (object) => object === null || object.metadata.ownerReferences?.length === 2,
    );
    assert.deepEqual(live === null ? null : ownersOf(live), ["late-b", "late-c"]);
    await world.sendEvent("update", CERTIFICATES, "late-a-tls");
    assert.deepEqual(await certificates("late"), [
      "late-a-tls late [late-b.example.com late-c.example.com] [late-b* late-c]",
    ]);
    assert.deepEqual(await identity("late-a-tls"), before);
  });

  test("nobody is left: the garbage collector takes the Certificate", async () => {
    const { admin, namespace } = world;
    await put("last-a", "last");
    await put("last-b", "last");
    await admin.delete({ ...ROUTES, namespace, name: "last-a" });
    await admin.delete({ ...ROUTES, namespace, name: "last-b" });
    await admin.waitFor({ ...CERTIFICATES, namespace, name: "last-a-tls" }, (object) => object === null);
  });

  test("HTTP and TCP routes share as well", async () => {
    const { admin, namespace, release } = world;
    await put("proto", "proto");
    const tcp = { namespace, name: "proto", ingressClass: release.ingressClass, secretName: "proto" };
    await admin.apply(ingressRouteTcp({ ...tcp, host: "tcp.example.com" }));
    assert.equal(await world.sendEvent("add", TCP_ROUTES, "proto"), 204);
    assert.deepEqual(await certificates("proto"), [
      "proto-tls proto [proto.example.com tcp.example.com] [proto proto*]",
    ]);
    const live = await mustGet(admin, { ...CERTIFICATES, namespace, name: "proto-tls" });
    const controller = live.metadata.ownerReferences?.find((owner) => owner.controller === true);
    assert.equal(controller?.kind, "IngressRoute");
    const before = await identity("proto-tls");
    await admin.delete({ ...ROUTES, namespace, name: "proto" });
    await admin.waitFor(
      { ...CERTIFICATES, namespace, name: "proto-tls" },
      (object) => object?.metadata.ownerReferences?.length === 1,
    );
    await world.sendEvent("update", CERTIFICATES, "proto-tls");
    assert.deepEqual(await certificates("proto"), ["proto-tls proto [tcp.example.com] [proto*]"]);
    assert.deepEqual(await identity("proto-tls"), before);
  });

  test("a Secret that a foreign Certificate writes is left alone, and reported", async () => {
    const { admin, namespace } = world;
    const foreign = {
      ...CERTIFICATES,
      metadata: { namespace, name: "by-hand" },
      spec: { secretName: "taken", dnsNames: ["by-hand.example.com"], issuerRef: { name: "x" } },
    };
    const { metadata, spec } = await admin.create(foreign);
    await put("taken-a", "taken");
    await put("taken-b", "taken");
    assert.deepEqual(await certificates("taken"), ["by-hand taken [by-hand.example.com] []"]);
    const now = await mustGet(admin, { ...CERTIFICATES, namespace, name: "by-hand" });
    assert.deepEqual([now.metadata.resourceVersion, now.spec], [metadata.resourceVersion, spec]);
    assert.deepEqual(await warningsOn(admin, namespace, "taken-a"), ["SecretNameTaken"]);
    assert.deepEqual(await warningsOn(admin, namespace, "taken-b"), ["SecretNameTaken"]);
    assert.deepEqual(await records(admin, namespace, "taken-a"), ["taken-a.example.com A 192.0.2.7"]);
    const mark = await world.cluster.auditLog.mark();
    await resync();
    assert.deepEqual(
      (await world.writes(mark)).filter((line) => line.includes("taken")),
      [],
    );
    await admin.delete({ ...CERTIFICATES, namespace, name: "by-hand" });
    await resync();
    assert.deepEqual(await certificates("taken"), [
      "taken-a-tls taken [taken-a.example.com taken-b.example.com] [taken-a* taken-b]",
    ]);
  });
});

suite("a resync finds, makes and repairs shared Certificates as events do", () => {
  let world: World;

  before(async () => {
    world = await startWorld(await sharedControlPlane(), { values: { integrations: { externalDNS } } });
  });
  after(() => world.stop());

  const apply = (name: string, secretName: string) => world.admin.apply(world.route({ name, secretName }));
  const certificates = (secrets: string) => certificatesFor(world.admin, world.namespace, secrets);
  const resync = () => world.app.send(resyncEvent({ namespace: world.namespace }));

  test("members without an event: one Certificate with all of them, in one write", async () => {
    for (const name of ["new-b", "new-a", "new-c"]) await apply(name, "new");
    const mark = await world.cluster.auditLog.mark();
    await resync();
    const names = "new-a.example.com new-b.example.com new-c.example.com";
    const [found, ...others] = await certificates("new");
    assert.deepEqual(others, []);
    assert.equal(found?.includes(` new [${names}] `), true);
    const written = (await world.writes(mark)).filter((line) => line.includes(" certificates "));
    assert.equal(written.length, 1);
  });

  test("a route that joined without an event is taken in", async () => {
    await apply("new-d", "new");
    await resync();
    const [found] = await certificates("new");
    assert.match(found ?? "", /new-c\.example\.com new-d\.example\.com/);
  });

  test("a route that joined another's own Certificate is taken in", async () => {
    await apply("solo-a", "solo");
    await resync();
    await apply("solo-b", "solo");
    await resync();
    assert.deepEqual(await certificates("solo"), [
      "solo-a-tls solo [solo-a.example.com solo-b.example.com] [solo-a* solo-b]",
    ]);
  });

  test("one that left without an event is let go", async () => {
    await apply("new-b", "new-own");
    await resync();
    const found = await certificates("new");
    assert.equal(found.length, 2, found.join());
    assert.ok(
      found.some((line) => line.endsWith(" new-own [new-b.example.com] [new-b*]")),
      found.join(),
    );
    assert.ok(
      found.some((line) => line.includes(" new [new-a.example.com new-c.example.com new-d.example.com] ")),
      found.join(),
    );
  });

  test("a secretName that changed without an event is changed in place", async () => {
    await apply("alone", "alone-1");
    await resync();
    const [uid] = await identityOf(world.admin, world.namespace, "alone-tls");
    await apply("alone", "alone-2");
    await resync();
    assert.deepEqual(await certificates("alone"), ["alone-tls alone-2 [alone.example.com] [alone*]"]);
    assert.equal((await identityOf(world.admin, world.namespace, "alone-tls"))[0], uid);
  });

  test("a controller deleted without an event: the flag passes on", async () => {
    const { admin, namespace } = world;
    await apply("orphan-a", "orphan");
    await apply("orphan-b", "orphan");
    await resync();
    const [before = ""] = await certificates("orphan");
    const controller = /(orphan-[ab])\*/.exec(before)?.[1] ?? "";
    const other = controller === "orphan-a" ? "orphan-b" : "orphan-a";
    const identity = await identityOf(admin, namespace, `${controller}-tls`);
    await admin.delete({ ...ROUTES, namespace, name: controller });
    await resync();
    assert.deepEqual(await certificates("orphan"), [
      `${controller}-tls orphan [${other}.example.com] [${other}*]`,
    ]);
    assert.deepEqual(await identityOf(admin, namespace, `${controller}-tls`), identity);
  });

  test("the events of two members at once end in one Certificate", async () => {
    await apply("race-a", "race");
    await apply("race-b", "race");
    await Promise.all([world.sendEvent("add", ROUTES, "race-a"), world.sendEvent("add", ROUTES, "race-b")]);
    const found = await certificates("race");
    assert.equal(found.length, 1, found.join());
    assert.match(found[0] ?? "", /\[race-a\.example\.com race-b\.example\.com\]/);
  });

  test("two Certificates of ours on one Secret, made by two instances at once, become the older one", async () => {
    const { admin, namespace } = world;
    await apply("pair-a", "pair-1");
    await apply("pair-b", "pair-2");
    await resync();
    await apply("pair-b", "pair-1");
    await admin.patch({ ...CERTIFICATES, namespace, name: "pair-b-tls" }, { spec: { secretName: "pair-1" } });
    const [uid] = await identityOf(admin, namespace, "pair-a-tls");
    await resync();
    assert.deepEqual(await certificates("pair"), [
      "pair-a-tls pair-1 [pair-a.example.com pair-b.example.com] [pair-a* pair-b]",
    ]);
    assert.equal((await identityOf(admin, namespace, "pair-a-tls"))[0], uid);
  });

  test("when all is repaired, the next resync writes nothing", async () => {
    await resync();
    const mark = await world.cluster.auditLog.mark();
    await resync();
    assert.deepEqual(await world.writes(mark), []);
  });
});

suite("a thousand routes in one namespace", () => {
  test("a resync makes their ten Certificates, then takes in one more, then rests", async () => {
    const values = { integrations: { certManager: { enabled: true }, externalDNS: { enabled: false } } };
    const world = await startWorld(await sharedControlPlane(), { values });
    const { admin, namespace, cluster } = world;
    const numbers = Array.from({ length: 990 }, (_, index) => index);
    for (let from = 0; from < numbers.length; from += 66) {
      await Promise.all(
        numbers
          .slice(from, from + 66)
          .map((number) => admin.apply(world.route({ name: `r${number}`, secretName: `s${number % 10}` }))),
      );
    }
    const resync = async () => {
      const mark = await cluster.auditLog.mark();
      assert.equal((await world.app.send(resyncEvent({ namespace }))).status, 204);
      const requests = await world.requests(mark);
      const about = (verb: string, resource: string) =>
        requests.filter((entry) => entry.verb === verb && entry.resource === resource).length;
      return {
        lists: requests.filter(({ verb }) => verb === "list").length,
        writes: about("patch", "certificates"),
      };
    };
    const first = await resync();
    assert.equal(first.writes, 10);
    const certificates = await admin.list({ ...CERTIFICATES, namespace });
    assert.deepEqual(
      certificates.map((certificate) => ownersOf(certificate).length),
      certificates.map(() => 99),
    );
    await admin.apply(world.route({ name: "another", secretName: "s0" }));
    const second = await resync();
    assert.equal(second.writes, 1);
    assert.ok(second.lists <= 12, `${second.lists} lists`);
    const third = await resync();
    // Three kinds of routes and two of children.
    assert.deepEqual(third, { lists: 5, writes: 0 });
    await world.stop();
  });
});
