import assert from "node:assert/strict";
import { after, afterEach, before, suite, test } from "node:test";
import { sharedControlPlane } from "../control-plane/shared.ts";
import { changeEvent } from "./harness/cloud-events.ts";
import {
  concerns,
  type Fault,
  type FaultProxy,
  first,
  type ProxiedRequest,
  type Rule,
  startFaultProxy,
  statusAnswer,
} from "./harness/fault-proxy.ts";
import { CERTIFICATES, dnsNames, ENDPOINTS, ROUTES, records, warningsOn } from "./harness/objects.ts";
import { startWorld, type World } from "./harness/world.ts";

const writesCertificate = concerns("certificates", "PATCH");
const readsCertificate = (request: ProxiedRequest) =>
  request.method === "GET" && /\/certificates\/[^/]+$/.test(request.path);
const always =
  (condition: (request: ProxiedRequest) => boolean, fault: Fault): Rule =>
  (request) =>
    condition(request) ? fault : null;

suite("what the API server answers, and what the function answers then", () => {
  let world: World;
  let proxy: FaultProxy;

  before(async () => {
    const cluster = await sharedControlPlane();
    proxy = await startFaultProxy(cluster);
    world = await startWorld(cluster, {
      values: { integrations: { externalDNS: { targetIPs: ["192.0.2.7"] } } },
      function: { apiServer: proxy },
    });
  });
  afterEach(() => {
    proxy.rule = null;
  });
  after(async () => {
    await world.stop();
    await proxy.stop();
  });

  // A new route's children are not read before they are created.
  const attempts = [
    ["reading", "update", readsCertificate],
    ["writing", "add", writesCertificate],
  ] as const;
  const html = { kind: "answer", status: 200, body: "<html>Welcome</html>" } as const;
  const otherJson = { kind: "answer", status: 200, body: { kind: "Welcome" } } as const;
  const badGateway = { kind: "answer", status: 502, body: "<html>Bad Gateway</html>" } as const;
  const passing: readonly (readonly [string, Fault])[] = [
    ["a 500, as of a webhook that is down", statusAnswer(500, "InternalError")],
    ["a 503", statusAnswer(503, "ServiceUnavailable")],
    ["a 504", statusAnswer(504, "Timeout")],
    ["the page of a proxy", badGateway],
    ["a broken connection", { kind: "refuse" }],
    ["an answer that is lost", { kind: "lose" }],
    ["an answer cut in the middle", { kind: "cut" }],
    ["half an answer", { kind: "truncate" }],
    ["HTML with status 200", html],
    ["JSON that is no object of Kubernetes", otherJson],
    ["409 each time", statusAnswer(409, "Conflict")],
  ];

  passing.forEach(([title, fault], index) => {
    for (const [verb, change, condition] of attempts) {
      test(`${title} while ${verb} the Certificate: 503, DNS is done, and the next try heals`, async () => {
        const { admin, namespace } = world;
        const name = `passing-${verb}-${index}`;
        await admin.apply(world.route({ name }));
        proxy.rule = always(condition, fault);
        assert.equal(await world.sendEvent(change, ROUTES, name), 503);
        assert.deepEqual(await records(admin, namespace, name), [`${name}.example.com A 192.0.2.7`]);
        assert.deepEqual(await warningsOn(admin, namespace, name), []);
        proxy.rule = null;
        assert.equal(await world.sendEvent(change, ROUTES, name), 204);
        assert.deepEqual(await dnsNames(admin, namespace, `${name}-tls`), [`${name}.example.com`]);
      });
    }
  });

  const permanent: readonly (readonly [string, string, Fault])[] = [
    ["403", "Forbidden", statusAnswer(403, "Forbidden")],
    ["400", "Rejected", statusAnswer(400, "BadRequest")],
    ["422", "Rejected", statusAnswer(422, "Invalid", { details: { causes: [{ field: "spec.usages" }] } })],
    ["404 for the kind", "KindNotServed", { kind: "answer", status: 404, body: "404 page not found\n" }],
  ];
  permanent.forEach(([title, reason, fault], index) => {
    for (const [verb, change, condition] of attempts) {
      test(`${title} while ${verb} the Certificate: 204, Event ${reason}, DNS is done`, async () => {
        const { admin, namespace } = world;
        const name = `permanent-${verb}-${index}`;
        await admin.apply(world.route({ name }));
        proxy.rule = always(condition, fault);
        assert.equal(await world.sendEvent(change, ROUTES, name), 204);
        assert.deepEqual(await warningsOn(admin, namespace, name), [reason]);
        assert.deepEqual(await records(admin, namespace, name), [`${name}.example.com A 192.0.2.7`]);
        assert.equal(await admin.get({ ...CERTIFICATES, namespace, name: `${name}-tls` }), null);
      });
    }
  });

  test("one 409 or 422 on the uid: observed again, and done", async () => {
    const { admin, namespace } = world;
    const details = { causes: [{ reason: "FieldValueInvalid", field: "metadata.uid" }] };
    for (const [name, fault] of [
      ["conflict-409", statusAnswer(409, "Conflict")],
      ["conflict-422", statusAnswer(422, "Invalid", { details })],
    ] as const) {
      await admin.apply(world.route({ name }));
      proxy.rule = first(1, writesCertificate, fault);
      assert.equal(await world.sendEvent("add", ROUTES, name), 204);
      assert.deepEqual(await dnsNames(admin, namespace, `${name}-tls`), [`${name}.example.com`]);
      assert.deepEqual(await warningsOn(admin, namespace, name), []);
    }
  });

  test("a child deleted and made again under the write is classified again", async () => {
    const { admin, namespace } = world;
    await admin.apply(world.route({ name: "swapped" }));
    await world.sendEvent("add", ROUTES, "swapped");
    await admin.apply(world.route({ name: "swapped", host: "new.example.com" }));
    const child = { ...CERTIFICATES, namespace, name: "swapped-tls" };
    const spec = { secretName: "mine", dnsNames: ["mine.example.com"], issuerRef: { name: "mine" } };
    proxy.rule = first(1, writesCertificate, {
      kind: "after",
      async first() {
        await admin.delete(child);
        await admin.apply({ ...CERTIFICATES, metadata: { namespace, name: child.name }, spec });
      },
    });
    assert.equal(await world.sendEvent("update", ROUTES, "swapped"), 204);
    assert.deepEqual(await dnsNames(admin, namespace, "swapped-tls"), ["mine.example.com"]);
    assert.deepEqual(await warningsOn(admin, namespace, "swapped"), ["NotOurs"]);
  });

  test("an object that takes the child's name under the create is not overwritten", async () => {
    const { admin, namespace } = world;
    await admin.apply(world.route({ name: "forestalled" }));
    const spec = { secretName: "mine", dnsNames: ["mine.example.com"], issuerRef: { name: "mine" } };
    const metadata = { namespace, name: "forestalled-tls" };
    proxy.rule = first(1, writesCertificate, {
      kind: "after",
      first: async () => void (await admin.create({ ...CERTIFICATES, metadata, spec })),
    });
    assert.equal(await world.sendEvent("add", ROUTES, "forestalled"), 204);
    assert.deepEqual(await dnsNames(admin, namespace, "forestalled-tls"), ["mine.example.com"]);
    assert.deepEqual(await warningsOn(admin, namespace, "forestalled"), ["NotOurs"]);
  });

  test("a child whose status is written under the delete is deleted all the same", async () => {
    const { admin, namespace } = world;
    await admin.apply(world.route({ name: "busy" }));
    await world.sendEvent("add", ROUTES, "busy");
    await admin.apply(world.route({ name: "busy", secretName: null }));
    const child = { ...CERTIFICATES, namespace, name: "busy-tls" };
    proxy.rule = first(2, concerns("certificates", "DELETE"), {
      kind: "after",
      first: async () => {
        const revision = Math.floor(performance.now());
        await admin.patch(child, { status: { revision } }, { subresource: "status" });
      },
    });
    assert.equal(await world.sendEvent("update", ROUTES, "busy"), 204);
    assert.equal(await admin.get(child), null);
  });

  test("a namespace that is being deleted under the write: 204, silent", async () => {
    const { admin } = world;
    const namespace = await admin.createNamespace("terminating");
    // Keeps the namespace from going altogether.
    const metadata = { namespace, name: "stays", finalizers: ["example.com/stays"] };
    await admin.create({ apiVersion: "v1", kind: "ConfigMap", metadata });
    await admin.apply({ ...world.route({ name: "route", namespace }) });
    proxy.rule = first(1, writesCertificate, {
      kind: "after",
      first: async () => {
        await admin.delete({ apiVersion: "v1", kind: "Namespace", name: namespace });
      },
    });
    const errors = world.app.logs.length;
    const event = changeEvent("add", { ...ROUTES, namespace, name: "route" });
    assert.equal((await world.app.send(event)).status, 204);
    assert.equal(await admin.get({ ...CERTIFICATES, namespace, name: "route-tls" }), null);
    const reported = world.app.logs
      .slice(errors)
      .filter(({ level }) => level === "warn" || level === "error");
    assert.deepEqual(reported, []);
    await admin.patch(
      { apiVersion: "v1", kind: "ConfigMap", namespace, name: "stays" },
      { metadata: { finalizers: [] } },
    );
  });

  test("a namespace that is gone under the write: 204, silent", async () => {
    const { admin, namespace } = world;
    await admin.apply(world.route({ name: "gone" }));
    const details = { name: namespace, kind: "namespaces" };
    proxy.rule = always((request) => request.method === "PATCH", statusAnswer(404, "NotFound", { details }));
    const from = world.app.logs.length;
    assert.equal(await world.sendEvent("add", ROUTES, "gone"), 204);
    const reported = world.app.logs.slice(from).filter(({ level }) => level === "warn" || level === "error");
    assert.deepEqual(reported, []);
    assert.deepEqual(await warningsOn(admin, namespace, "gone"), []);
  });

  test("429: the sender is asked to wait as long as the API server asked, DNS is done", async () => {
    const { admin, namespace } = world;
    await admin.apply(world.route({ name: "slow-down" }));
    const headers = { "retry-after": "7" };
    proxy.rule = always(writesCertificate, statusAnswer(429, "TooManyRequests", { headers }));
    const event = changeEvent("add", { ...ROUTES, namespace, name: "slow-down" });
    const { status, retryAfter } = await world.app.send(event);
    assert.deepEqual([status, retryAfter], [503, "7"]);
    assert.deepEqual(await records(admin, namespace, "slow-down"), ["slow-down.example.com A 192.0.2.7"]);
  });

  test("429 for a second: waited out in place", async () => {
    const { admin, namespace } = world;
    await admin.apply(world.route({ name: "wait" }));
    const headers = { "retry-after": "1" };
    proxy.rule = first(1, writesCertificate, statusAnswer(429, "TooManyRequests", { headers }));
    assert.equal(await world.sendEvent("add", ROUTES, "wait"), 204);
    assert.deepEqual(await dnsNames(admin, namespace, "wait-tls"), ["wait.example.com"]);
  });

  for (const [title, fault, status] of [
    ["a 500", statusAnswer(500, "InternalError"), 503],
    ["HTML with status 200", html, 503],
    ["a broken connection", { kind: "refuse" }, 503],
    ["404 for the kind", { kind: "answer", status: 404, body: "404 page not found\n" }, 204],
    ["403", statusAnswer(403, "Forbidden"), 204],
  ] as const) {
    test(`${title} while reading the route: ${status}, and its children stay as they are`, async () => {
      const { admin, cluster, namespace } = world;
      const name = `unread-${status}-${title.replaceAll(/\W/g, "").toLowerCase()}`;
      await admin.apply(world.route({ name }));
      await world.sendEvent("add", ROUTES, name);
      // Of a child that is as it was made, nobody asks for the route.
      const spec = { dnsNames: ["edited.example.net"] };
      await admin.patch({ ...CERTIFICATES, namespace, name: `${name}-tls` }, { spec });
      const mark = await cluster.auditLog.mark();
      proxy.rule = always((request) => request.path.endsWith(`/ingressroutes/${name}`), fault);
      assert.equal(await world.sendEvent("delete", ROUTES, name), status);
      assert.equal(await world.sendEvent("delete", CERTIFICATES, `${name}-tls`), status);
      assert.deepEqual(await world.writes(mark), []);
      assert.deepEqual(await dnsNames(admin, namespace, `${name}-tls`), spec.dnsNames);
    });
  }

  test("an Event that cannot be written changes no answer", async () => {
    const { admin, namespace } = world;
    for (const [name, fault] of [
      ["untold-500", statusAnswer(500, "InternalError")],
      ["untold-403", statusAnswer(403, "Forbidden")],
      ["untold-cut", { kind: "cut" }],
    ] as const) {
      await admin.apply(world.route({ name }));
      proxy.rule = always(concerns("events"), fault);
      assert.equal(await world.sendEvent("add", ROUTES, name), 204);
      assert.deepEqual(await dnsNames(admin, namespace, `${name}-tls`), [`${name}.example.com`]);
      assert.notEqual(await admin.get({ ...ENDPOINTS, namespace, name }), null);
    }
  });
});
