import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { sharedControlPlane } from "../control-plane/shared.ts";
import { changeEvent, resyncEvent } from "./harness/cloud-events.ts";
import {
  CERTIFICATES,
  dnsNames,
  ENDPOINTS,
  eventsOn,
  mustGet,
  ROUTES,
  type RouteOptions,
  records,
  warningsOn,
} from "./harness/objects.ts";
import { until } from "./harness/until.ts";
import { startWorld, type World } from "./harness/world.ts";

const externalDNS = { targetIPs: ["192.0.2.7"] };

/** Two tenants of one installation. The thief's namespace comes first by name, so no tie is broken for the victim. */
interface Tenants {
  readonly world: World;
  readonly victim: string;
  readonly thief: string;
}

async function startTenants(values: object): Promise<Tenants> {
  const cluster = await sharedControlPlane();
  const world = await startWorld(cluster, { values: { integrations: { externalDNS }, ...values } });
  const [thief, victim] = await Promise.all([
    cluster.admin.createNamespace("a-thief"),
    cluster.admin.createNamespace("z-victim"),
  ]);
  return { world, victim, thief };
}

function actions({ world }: Tenants) {
  const { admin, app } = world;
  const apply = (namespace: string, name: string, match: string, more: Partial<RouteOptions> = {}) =>
    admin.apply(world.route({ namespace, name, match, ...more }));
  const sendEvent = async (
    verb: "add" | "update" | "delete",
    namespace: string,
    kind: { apiVersion: string; kind: string },
    name: string,
  ) => {
    const { apiVersion } = kind;
    const event = changeEvent(verb, { apiVersion, kind: kind.kind, namespace, name });
    assert.equal((await app.send(event)).status, 204);
  };
  return {
    apply,
    sendEvent,
    /** Applies a route and sends its event. */
    put: async (namespace: string, name: string, match: string, more: Partial<RouteOptions> = {}) => {
      await apply(namespace, name, match, more);
      await sendEvent("update", namespace, ROUTES, name);
    },
    resync: async () => assert.equal((await app.send(resyncEvent())).status, 204),
    certificate: (namespace: string, name: string) => dnsNames(admin, namespace, `${name}-tls`),
    dns: (namespace: string, name: string) => records(admin, namespace, name),
    warnings: (namespace: string, name: string) => warningsOn(admin, namespace, name),
  };
}

/** The API server's timestamps have seconds: whatever happens from now on is younger than what it has stamped. */
async function nextSecond(): Promise<void> {
  const now = Math.floor(Date.now() / 1000);
  await until("the next second", async () => Math.floor(Date.now() / 1000) > now);
}

suite("one host in two namespaces, settled at resyncs", () => {
  let tenants: Tenants;
  let on: ReturnType<typeof actions>;
  before(async () => {
    tenants = await startTenants({});
    on = actions(tenants);
  });
  after(() => tenants.world.stop());

  test("nobody has it yet: the older route gets it, and the other everything else", async () => {
    const { victim, thief, world } = tenants;
    await on.apply(victim, "first", "Host(`first.org`)");
    await nextSecond();
    await on.apply(thief, "second", "Host(`first.org`) || Host(`second.org`)");
    await on.resync();
    assert.deepEqual(await on.certificate(victim, "first"), ["first.org"]);
    assert.deepEqual(await on.certificate(thief, "second"), ["second.org"]);
    assert.deepEqual(await on.dns(thief, "second"), ["second.org A 192.0.2.7"]);
    assert.deepEqual(await on.warnings(thief, "second"), ["HostClaimed"]);
    assert.deepEqual(await on.warnings(victim, "first"), []);
    const [warning] = (await eventsOn(world.admin, thief, "second")).filter(({ type }) => type === "Warning");
    const held = `host first.org belongs to IngressRoute ${victim}/first`;
    assert.equal(warning?.note.includes(held), true);
  });

  test("an old route that adds a victim's host later does not get it", async () => {
    const { victim, thief } = tenants;
    await on.put(thief, "old", "Host(`old.org`)");
    await nextSecond();
    await on.put(victim, "young", "Host(`young.org`)");
    await on.apply(thief, "old", "Host(`old.org`) || Host(`young.org`)");
    await on.resync();
    assert.deepEqual(await on.certificate(thief, "old"), ["old.org"]);
    assert.deepEqual(await on.dns(thief, "old"), ["old.org A 192.0.2.7"]);
    assert.deepEqual(await on.certificate(victim, "young"), ["young.org"]);
    assert.deepEqual(await on.warnings(thief, "old"), ["HostClaimed"]);
  });

  test("what it got by an event it loses at the resync, and no event of its children gives it back", async () => {
    const { victim, thief, world } = tenants;
    await on.put(thief, "eager", "Host(`eager.org`)");
    await nextSecond();
    await on.put(victim, "calm", "Host(`calm.org`)");
    await nextSecond();
    await on.put(thief, "eager", "Host(`eager.org`) || Host(`calm.org`)");
    assert.deepEqual(await on.certificate(thief, "eager"), ["calm.org", "eager.org"]);
    await on.resync();
    assert.deepEqual(await on.certificate(thief, "eager"), ["eager.org"]);
    assert.deepEqual(await on.dns(thief, "eager"), ["eager.org A 192.0.2.7"]);
    assert.deepEqual(await on.certificate(victim, "calm"), ["calm.org"]);
    const certificate = { ...CERTIFICATES, namespace: thief, name: "eager-tls" };
    await on.sendEvent("update", thief, CERTIFICATES, "eager-tls");
    await world.admin.patch(certificate, { spec: { secretName: "edited" } });
    await on.sendEvent("update", thief, CERTIFICATES, "eager-tls");
    assert.deepEqual(await on.certificate(thief, "eager"), ["eager.org"]);
    await world.admin.delete(certificate);
    await on.sendEvent("delete", thief, CERTIFICATES, "eager-tls");
    assert.deepEqual(await on.certificate(thief, "eager"), ["eager.org"]);
  });

  test("with nothing but a stolen host, its children go, and their deletion does not bring them back", async () => {
    const { victim, thief } = tenants;
    await on.put(victim, "only", "Host(`only.org`)");
    await nextSecond();
    await on.put(thief, "copy", "Host(`only.org`)");
    assert.deepEqual(await on.certificate(thief, "copy"), ["only.org"]);
    await on.resync();
    assert.equal(await on.certificate(thief, "copy"), null);
    assert.equal(await on.dns(thief, "copy"), null);
    await on.sendEvent("delete", thief, CERTIFICATES, "copy-tls");
    await on.sendEvent("delete", thief, ENDPOINTS, "copy");
    assert.equal(await on.certificate(thief, "copy"), null);
    assert.equal(await on.dns(thief, "copy"), null);
    assert.deepEqual(await on.certificate(victim, "only"), ["only.org"]);
  });

  test("the holder goes: the loser gets the host at the next resync", async () => {
    const { victim, thief, world } = tenants;
    const route = { ...ROUTES, namespace: victim, name: "only" };
    await world.admin.delete(route);
    await world.admin.waitFor(
      { ...CERTIFICATES, namespace: victim, name: "only-tls" },
      (object) => object === null,
    );
    await on.resync();
    assert.deepEqual(await on.certificate(thief, "copy"), ["only.org"]);
    assert.deepEqual(await on.dns(thief, "copy"), ["only.org A 192.0.2.7"]);
  });

  test("a holder with a rule in error keeps the host that its children keep", async () => {
    const { victim, thief } = tenants;
    await on.put(victim, "typo", "Host(`typo.org`)");
    await on.put(victim, "typo", "Hots(`typo.org`)");
    await nextSecond();
    await on.apply(thief, "waiting", "Host(`typo.org`) || Host(`waiting.org`)");
    await on.resync();
    assert.deepEqual(await on.certificate(victim, "typo"), ["typo.org"]);
    assert.deepEqual(await on.certificate(thief, "waiting"), ["waiting.org"]);
  });

  test("two routes of one namespace may have one host, and both lose it to an older holder elsewhere", async () => {
    const { victim, thief } = tenants;
    await on.put(thief, "twin-1", "Host(`twin.org`)");
    await on.put(thief, "twin-2", "Host(`twin.org`)");
    await on.resync();
    assert.deepEqual(await on.certificate(thief, "twin-1"), ["twin.org"]);
    assert.deepEqual(await on.certificate(thief, "twin-2"), ["twin.org"]);
    await on.put(victim, "elder", "Host(`elder.org`)");
    await nextSecond();
    await on.put(thief, "twin-1", "Host(`twin.org`) || Host(`elder.org`)");
    await on.put(thief, "twin-2", "Host(`twin.org`) || Host(`elder.org`)");
    await on.resync();
    assert.deepEqual(await on.certificate(thief, "twin-1"), ["twin.org"]);
    assert.deepEqual(await on.certificate(thief, "twin-2"), ["twin.org"]);
    assert.deepEqual(await on.certificate(victim, "elder"), ["elder.org"]);
  });

  test("the owner who edits his route keeps his host before whoever claimed it later", async () => {
    const { victim, thief } = tenants;
    await on.put(victim, "bank", "Host(`bank.org`)");
    await nextSecond();
    await on.put(thief, "fake", "Host(`bank.org`)");
    await nextSecond();
    await on.put(victim, "bank", "Host(`bank.org`) || Host(`new.bank.org`)");
    await on.resync();
    assert.deepEqual(await on.certificate(victim, "bank"), ["bank.org", "new.bank.org"]);
    assert.equal(await on.certificate(thief, "fake"), null);
  });

  test("two teams share a host by path: what the resync took away, no edit brings back", async () => {
    const { victim, thief, world } = tenants;
    await on.put(victim, "team", "Host(`team.org`)");
    await nextSecond();
    await on.put(thief, "cart", "Host(`team.org`) && PathPrefix(`/cart`)");
    await on.resync();
    assert.equal(await on.certificate(thief, "cart"), null);
    const mark = await world.cluster.auditLog.mark();
    for (const path of ["/cart/1", "/cart/2"]) {
      await on.put(thief, "cart", `Host(\`team.org\`) && PathPrefix(\`${path}\`)`);
      await on.resync();
    }
    const children = (await world.writes(mark)).filter((write) => !write.includes(" events "));
    assert.deepEqual(children, []);
    assert.deepEqual(await on.certificate(victim, "team"), ["team.org"]);
  });

  test("a wildcard and the names that it covers are one matter", async () => {
    const { victim, thief } = tenants;
    await on.put(victim, "wild", "Host(`*.wild.org`)");
    await on.put(victim, "single", "Host(`a.single.org`)");
    await nextSecond();
    await on.put(thief, "covered", "Host(`a.wild.org`) || Host(`covered.org`)");
    await on.put(thief, "covering", "Host(`*.single.org`) || Host(`covering.org`)");
    await on.resync();
    assert.deepEqual(await on.certificate(thief, "covered"), ["covered.org"]);
    assert.deepEqual(await on.certificate(thief, "covering"), ["covering.org"]);
    assert.deepEqual(await on.certificate(victim, "wild"), ["*.wild.org"]);
    assert.deepEqual(await on.certificate(victim, "single"), ["a.single.org"]);
  });

  test("a route that has opted out holds nothing", async () => {
    const { victim, thief } = tenants;
    await on.put(victim, "out", "Host(`out.org`)", {
      annotations: { "traefik-cert-rotater.io/ignore": "all" },
    });
    await nextSecond();
    await on.put(thief, "in", "Host(`out.org`)");
    await on.resync();
    assert.deepEqual(await on.certificate(thief, "in"), ["out.org"]);
  });

  test("once settled, a resync writes nothing", async () => {
    const { world } = tenants;
    await on.resync();
    const mark = await world.cluster.auditLog.mark();
    await on.resync();
    assert.deepEqual(await world.writes(mark), []);
  });
});

suite("hostClaims: strict settles them at events too", () => {
  let tenants: Tenants;
  let on: ReturnType<typeof actions>;
  before(async () => {
    tenants = await startTenants({ hostClaims: "strict" });
    on = actions(tenants);
    await on.put(tenants.thief, "shared-1", "Host(`one.org`)", { secretName: "shared" });
    await nextSecond();
    await on.put(tenants.victim, "held", "Host(`held.org`)");
  });
  after(() => tenants.world.stop());

  test("an old route that adds the host does not get it, not for a moment", async () => {
    const { victim, thief, world } = tenants;
    await on.put(thief, "shared-1", "Host(`one.org`) || Host(`held.org`)", { secretName: "shared" });
    assert.deepEqual(await on.certificate(thief, "shared-1"), ["one.org"]);
    assert.deepEqual(await on.dns(thief, "shared-1"), ["one.org A 192.0.2.7"]);
    assert.deepEqual(await on.warnings(thief, "shared-1"), ["HostClaimed"]);
    const { metadata } = await mustGet(world.admin, {
      ...CERTIFICATES,
      namespace: thief,
      name: "shared-1-tls",
    });
    assert.equal((metadata as { generation?: number }).generation, 1);
    assert.deepEqual(await on.certificate(victim, "held"), ["held.org"]);
  });

  test("nor by way of a Certificate that it shares", async () => {
    const { thief } = tenants;
    await on.put(thief, "shared-2", "Host(`two.org`) || Host(`held.org`)", { secretName: "shared" });
    assert.deepEqual(await on.certificate(thief, "shared-1"), ["one.org", "two.org"]);
    await on.sendEvent("update", thief, ROUTES, "shared-1");
    assert.deepEqual(await on.certificate(thief, "shared-1"), ["one.org", "two.org"]);
    assert.deepEqual(await on.dns(thief, "shared-2"), ["two.org A 192.0.2.7"]);
  });

  test("a route whose children have all its hosts costs no list of the cluster", async () => {
    const { victim, world } = tenants;
    const mark = await world.cluster.auditLog.mark();
    await on.sendEvent("update", victim, ROUTES, "held");
    const lists = (await world.requests(mark)).filter(
      ({ verb, namespace }) => verb === "list" && namespace === "",
    );
    assert.deepEqual(lists, []);
  });

  test("the holder gives it up: the next event gives it to who asks", async () => {
    const { victim, thief } = tenants;
    await on.put(victim, "held", "Host(`other.org`)");
    await on.sendEvent("update", thief, ROUTES, "shared-1");
    assert.deepEqual(await on.certificate(thief, "shared-1"), ["held.org", "one.org", "two.org"]);
  });
});

suite("host policy", () => {
  let tenants: Tenants;
  let on: ReturnType<typeof actions>;
  before(async () => {
    const hostPolicy = [{ namespaces: ["z-victim-*"], suffixes: ["shop.org", "example.com"] }];
    tenants = await startTenants({ hostPolicy });
    on = actions(tenants);
  });
  after(() => tenants.world.stop());

  test("a host outside it is refused and reported, the others stay", async () => {
    const { victim, world } = tenants;
    const hosts = ["shop.org", "www.shop.org", "*.shop.org", "workshop.org", "evil.net"];
    await on.put(victim, "policy", hosts.map((host) => `Host(\`${host}\`)`).join(" || "));
    const allowed = ["*.shop.org", "shop.org", "www.shop.org"];
    // The wildcard stands for www in the Certificate; DNS has them all.
    assert.deepEqual(await on.certificate(victim, "policy"), ["*.shop.org", "shop.org"]);
    assert.deepEqual(
      await on.dns(victim, "policy"),
      allowed.map((host) => `${host} A 192.0.2.7`),
    );
    assert.deepEqual(await on.warnings(victim, "policy"), ["HostNotAllowed", "HostNotAllowed"]);
    const notes = (await eventsOn(world.admin, victim, "policy")).map(({ note }) => note);
    assert.ok(
      notes.some((note) => note.includes("may not claim evil.net") && note.includes("shop.org, example.com")),
      notes.join("\n"),
    );
  });

  test("names of tls.domains are under it too", async () => {
    const { victim, world } = tenants;
    const route = world.route({ namespace: victim, name: "domains", host: "a.shop.org" });
    const spec = route.spec as { tls: object };
    const domains = [{ main: "b.shop.org", sans: ["c.evil.net"] }];
    await world.admin.apply({ ...route, spec: { ...spec, tls: { ...spec.tls, domains } } });
    await on.sendEvent("add", victim, ROUTES, "domains");
    assert.deepEqual(await on.certificate(victim, "domains"), ["b.shop.org"]);
    assert.deepEqual(await on.warnings(victim, "domains"), ["HostNotAllowed"]);
  });

  test("a namespace that no line names may claim nothing", async () => {
    const { thief } = tenants;
    await on.put(thief, "none", "Host(`a.shop.org`)");
    assert.equal(await on.certificate(thief, "none"), null);
    assert.equal(await on.dns(thief, "none"), null);
    assert.deepEqual(await on.warnings(thief, "none"), ["HostNotAllowed"]);
    await on.resync();
    assert.equal(await on.dns(thief, "none"), null);
  });

  test("an error in a rule keeps no name that the policy refuses", async () => {
    const { victim, world } = tenants;
    await on.put(victim, "kept", "Host(`kept.shop.org`)");
    const certificate = { ...CERTIFICATES, namespace: victim, name: "kept-tls" };
    await world.admin.patch(certificate, { spec: { dnsNames: ["kept.shop.org", "stolen.net"] } });
    await on.put(victim, "kept", "Host(`kept.shop.org`) && Nonsense(`x`)");
    assert.deepEqual(await on.certificate(victim, "kept"), ["kept.shop.org"]);
  });
});
