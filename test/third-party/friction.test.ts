/**
 * Third parties that are down, refuse, or stand in each other's way: what the user sees, what goes on meanwhile, and that all
 * of it heals.
 *
 * @module
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { bundleCli, type Cli } from "../integration/harness/cli.ts";
import { CERTIFICATES, ENDPOINTS, eventsOn, ROUTES } from "../integration/harness/objects.ts";
import { until } from "../integration/harness/until.ts";
import { startStopwatch } from "./harness/stopwatch.ts";
import { ADDRESS, type RouteWorld, servedRoute, startRouteWorld } from "./harness/world.ts";
import { renewAccount } from "./launch/cert-manager.ts";

let world: RouteWorld;
let cli: Cli;
before(async () => {
  [world, cli] = await Promise.all([startRouteWorld({ certManager: { shim: true } }), bundleCli()]);
});
after(async () => {
  await world?.stop();
  await cli?.remove();
});

const apply = (name: string, more: { match?: string; secretName?: string } = {}) =>
  world.admin.apply(servedRoute({ namespace: world.namespace, name, ...more }));

/** Waits until `status` says that of the namespace's routes. */
async function statusSays(pattern: RegExp): Promise<void> {
  let said = "";
  await until(`status says ${pattern}`, async () => {
    const { stdout, stderr } = await cli.run(["status", "-n", world.namespace], {
      KUBECONFIG: world.cluster.kubeconfigPath,
    });
    said = stdout + stderr;
    return pattern.test(said);
  }).catch((cause: unknown) => {
    throw new Error(`status says:\n${said}`, { cause });
  });
  const line = said.split("\n").find((row) => pattern.test(row)) ?? "";
  process.stdout.write(`           status says: ${line.trim()}\n`);
}

/** The route is served, in every way; the time is told. */
async function served(name: string, title: string): Promise<void> {
  const host = `${name}.example.com`;
  const watch = startStopwatch(title);
  await world.certified(`${name}-tls`, [host], 120_000);
  watch.lap("the certificate is issued");
  await world.answered(host, "A", [ADDRESS]);
  watch.lap("the DNS server answers");
  await world.validEverywhere(host);
  watch.lap("HTTPS is valid at both replicas");
}

async function isGone(name: string): Promise<void> {
  const { admin, namespace } = world;
  await admin.delete({ ...ROUTES, namespace, name });
  for (const child of [
    { ...CERTIFICATES, namespace, name: `${name}-tls` },
    { ...ENDPOINTS, namespace, name },
  ])
    await admin.waitFor(child, (object) => object === null);
}

test("cert-manager is down: DNS goes on, and the certificate comes once it is back", async () => {
  const { certManager } = world.parties;
  await certManager.stop();
  await apply("no-cm");
  await world.answered("no-cm.example.com", "A", [ADDRESS]);
  await statusSays(/Certificate no-cm-tls is not ready/);
  await certManager.start();
  await served("no-cm", "cert-manager is back");
});

test("external-dns is down: the certificate comes, and the record once it is back", async () => {
  const { externalDns } = world.parties;
  await externalDns.stop();
  await apply("no-ed");
  await world.certified("no-ed-tls", ["no-ed.example.com"]);
  await world.validEverywhere("no-ed.example.com");
  await statusSays(/DNSEndpoint no-ed (is|was|has).*external-dns/);
  await externalDns.start();
  await served("no-ed", "external-dns is back");
});

test("the ACME server cannot be reached: DNS goes on, and the certificate comes once it can be", async () => {
  const { front } = world.parties.acme;
  front.isUnreachable = true;
  await apply("no-acme");
  await world.answered("no-acme.example.com", "A", [ADDRESS]);
  await statusSays(/Certificate no-acme-tls is not ready/);
  front.isUnreachable = false;
  await served("no-acme", "the ACME server can be reached again");
});

test("the DNS server is down: what was written is there when it is back, and what was not comes", async () => {
  const { dns } = world.parties;
  await apply("before-dns");
  await served("before-dns", "before the DNS server stops");
  await dns.stop();
  await apply("no-dns");
  await statusSays(/Certificate no-dns-tls is not ready/);
  await dns.start();
  await world.answered("before-dns.example.com", "A", [ADDRESS]);
  await served("no-dns", "the DNS server is back");
});

test("the order is refused: DNS goes on, status says why, and the certificate comes once it is not", async () => {
  const { front } = world.parties.acme;
  front.refuses = (names) =>
    names.includes("refused.example.com")
      ? { status: 400, type: "rejectedIdentifier", detail: "policy forbids issuing for this name" }
      : null;
  await apply("refused");
  await world.answered("refused.example.com", "A", [ADDRESS]);
  await statusSays(/Certificate refused-tls is not ready: .*policy forbids issuing for this name/);
  front.refuses = null;
  await served("refused", "the order is not refused any more");
});

test("the ACME server limits the rate: status says so, and the certificate comes once it does not", async () => {
  const { front } = world.parties.acme;
  front.refuses = (names) =>
    names.includes("limited.example.com")
      ? { status: 429, type: "rateLimited", detail: "too many certificates already issued", retryAfter: 2 }
      : null;
  await apply("limited");
  await world.answered("limited.example.com", "A", [ADDRESS]);
  await until("the order is made", async () =>
    front.orders.some((names) => names.includes("limited.example.com")),
  );
  await statusSays(/Certificate limited-tls is not ready: .*(orders,challenges|rateLimited|too many)/);
  front.refuses = null;
  await served("limited", "the rate is not limited any more");
});

test("the ACME server has forgotten its accounts: a new one is made by hand, and all goes on", async () => {
  const { acme } = world.parties;
  await acme.stop();
  await acme.start();
  await apply("forgotten");
  await world.answered("forgotten.example.com", "A", [ADDRESS]);
  await statusSays(/Certificate forgotten-tls is not ready/);
  await renewAccount(world.admin);
  // It has made itself a new root too.
  const rootPem = await acme.rootPem();
  world.trust(rootPem);
  await served("forgotten", "the issuer has a new account");
});

test("a challenge fails, for the name is in a zone that nobody here serves: the other routes go on", async () => {
  const { admin, namespace } = world;
  await apply("foreign", { match: "Host(`www.example.org`)" });
  const challenges = { apiVersion: "acme.cert-manager.io/v1", kind: "Challenge", namespace };
  await until("the challenge says why", async () =>
    (await admin.list(challenges)).some((object) => /REFUSED/.test(JSON.stringify(object.status ?? {}))),
  );
  await statusSays(/Certificate foreign-tls is not ready: .*(orders,challenges|REFUSED)/);
  // external-dns has looked at the record and skipped it, for it is outside of its domains.
  await statusSays(/www\.example\.org +pending +ready/);
  await apply("beside");
  await served("beside", "beside a challenge that fails");
  await isGone("foreign");
  // It would try to remove the TXT record for ever.
  for (const { metadata } of await admin.list(challenges))
    await admin.patch({ ...challenges, name: metadata.name }, { metadata: { finalizers: null } });
});

test("cert-manager's shim makes the Certificate of an Ingress on the same Secret: ours stays away and says so", async () => {
  const { admin, namespace, app } = world;
  await admin.apply({
    apiVersion: "networking.k8s.io/v1",
    kind: "Ingress",
    metadata: {
      namespace,
      name: "shimmed",
      annotations: { "cert-manager.io/cluster-issuer": "ca-issuer" },
    },
    spec: {
      ingressClassName: "traefik",
      tls: [{ hosts: ["shim.example.com"], secretName: "shim-secret" }],
      rules: [{ host: "shim.example.com" }],
    },
  });
  await world.certified("shim-secret", ["shim.example.com"]);
  await apply("shim", {
    secretName: "shim-secret",
    match: "Host(`shim.example.com`) || Host(`more.example.com`)",
  });
  await world.answered("more.example.com", "A", [ADDRESS]);
  await until("the route is told", async () =>
    (await eventsOn(admin, namespace, "shim")).some(({ reason }) => reason === "SecretNameTaken"),
  );
  // The certificate that the shim has asked for is used.
  await world.validEverywhere("shim.example.com");
  await app.idle();
  const mark = await world.cluster.auditLog.mark();
  await apply("shim-beside");
  await served("shim-beside", "beside cert-manager's shim");
  const writes = await world.writes(mark);
  assert.deepEqual(
    writes.filter((write) => !write.includes("shim-beside") && !write.includes(" events ")),
    [],
  );
});
