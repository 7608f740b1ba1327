/**
 * TCP routes: TLS that Traefik ends with our certificate, and TLS that passes through to a backend with its own.
 *
 * @module
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createAuthority, issue } from "../control-plane/certificates.ts";
import { CERTIFICATES, TCP_ROUTES } from "../integration/harness/objects.ts";
import { startStopwatch } from "./harness/stopwatch.ts";
import { loopbackService, startTcpBackend, untilGreeted } from "./harness/tcp-backend.ts";
import { ADDRESS, type RouteWorld, servedRoute, startRouteWorld } from "./harness/world.ts";

let world: RouteWorld;
before(async () => {
  world = await startRouteWorld();
});
after(() => world?.stop());

const tcpRoute = (name: string, service: string, port: number, tls: object) => ({
  ...TCP_ROUTES,
  metadata: { namespace: world.namespace, name },
  spec: {
    entryPoints: ["websecure"],
    routes: [{ match: `HostSNI(\`${name}.example.com\`)`, services: [{ name: service, port }] }],
    tls,
  },
});

/** The Certificates for the Secret. */
async function certificatesOf(secretName: string) {
  const all = await world.admin.list({ ...CERTIFICATES, namespace: world.namespace });
  return all.filter(({ spec }) => (spec as { secretName: string }).secretName === secretName);
}

test("a TCP route with HostSNI gets its certificate and its record", async (t) => {
  const { admin, namespace, parties } = world;
  const backend = await startTcpBackend("hello over TCP");
  t.after(() => backend.stop());
  await admin.apply(loopbackService(namespace, "tcp-backend", backend.port));
  const watch = startStopwatch("a TCP route");
  await admin.apply(tcpRoute("tcp", "tcp-backend", backend.port, { secretName: "tcp-secret" }));
  for (const { port } of parties.replicas)
    assert.equal(await untilGreeted(port, "tcp.example.com", world.rootPem), "hello over TCP");
  watch.lap("TLS is valid at both replicas");
  await world.answered("tcp.example.com", "A", [ADDRESS]);
  watch.lap("the DNS server answers");
});

test("a TCP route that passes TLS through gets a record and no certificate", async (t) => {
  const { admin, namespace, parties } = world;
  const ordersBefore = parties.acme.front.orders.length;
  const authority = await createAuthority("of the backend");
  const own = await issue(authority, { commonName: "through", hosts: ["through.example.com"] });
  const backend = await startTcpBackend("hello from behind", own);
  t.after(() => backend.stop());
  await admin.apply(loopbackService(namespace, "through-backend", backend.port));
  const watch = startStopwatch("a TCP route with passthrough");
  const tls = { passthrough: true, secretName: "through-secret" };
  await admin.apply(tcpRoute("through", "through-backend", backend.port, tls));
  for (const { port } of parties.replicas)
    assert.equal(await untilGreeted(port, "through.example.com", authority.certPem), "hello from behind");
  watch.lap("both replicas pass TLS through");
  await world.answered("through.example.com", "A", [ADDRESS]);
  watch.lap("the DNS server answers");
  assert.deepEqual(await certificatesOf("through-secret"), []);
  assert.equal(parties.acme.front.orders.length, ordersBefore);
});

test("an IngressRoute and an IngressRouteTCP on one Secret share one certificate with both names", async (t) => {
  const { admin, namespace, parties } = world;
  const backend = await startTcpBackend("hello of both");
  t.after(() => backend.stop());
  await admin.apply(loopbackService(namespace, "both-backend", backend.port));
  const watch = startStopwatch("an IngressRoute and an IngressRouteTCP on one Secret");
  const secretName = "both-secret";
  await admin.apply(servedRoute({ namespace, name: "both-http", secretName }));
  await admin.apply(tcpRoute("both-tcp", "both-backend", backend.port, { secretName }));
  await world.validEverywhere("both-http.example.com", ({ names }) => names.length === 2);
  for (const { port } of parties.replicas)
    assert.equal(await untilGreeted(port, "both-tcp.example.com", world.rootPem), "hello of both");
  watch.lap("both names are valid at both replicas");
  assert.equal((await certificatesOf(secretName)).length, 1);
});
