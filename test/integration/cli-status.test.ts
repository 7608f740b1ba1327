/**
 * `status` and `explain` of routes in a cluster.
 *
 * @module
 */
import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import type { KubernetesObject } from "../../functions/kubernetes/objects.ts";
import type { Manifest } from "../control-plane/admin.ts";
import type { Cli } from "./harness/cli.ts";
import { type CliWorld, startCliWorld } from "./harness/cli-world.ts";
import { resyncEvent } from "./harness/cloud-events.ts";
import { CERTIFICATES, ENDPOINTS, ingressRouteTcp, mustGet, ROUTES } from "./harness/objects.ts";
import type { World } from "./harness/world.ts";

const MANAGED_BY = "kubernetes.io/managed-by";

interface Child {
  readonly kind: string;
  readonly name: string | null;
  readonly state: string;
  readonly why: string | null;
  readonly names: readonly string[];
  readonly keptNames: readonly string[];
}

interface StatusDocument {
  readonly routes: readonly {
    readonly name: string;
    readonly wrong: boolean;
    readonly hosts: readonly string[];
    readonly children: readonly Child[];
    readonly problems: readonly { readonly reason: string }[];
  }[];
  readonly orphans: readonly object[];
  readonly failures: readonly string[];
}

let world: World;
let cli: Cli;
let config: string;
let run: CliWorld["run"];
let stop: CliWorld["stop"];

before(async () => {
  ({ world, cli, config, run, stop } = await startCliWorld());
});
after(() => stop());

async function resync(namespace: string): Promise<void> {
  assert.equal((await world.app.send(resyncEvent({ namespace }))).status, 204);
}

/** What cert-manager and external-dns write once they have done their part. */
async function finish(namespace: string, route: string, more: object = {}): Promise<void> {
  const { admin } = world;
  const certificate = await mustGet(admin, { ...CERTIFICATES, namespace, name: `${route}-tls` });
  const ready = {
    type: "Ready",
    status: "True",
    reason: "Ready",
    lastTransitionTime: "2026-01-01T00:00:00Z",
  };
  await setStatus(certificate, { conditions: [{ ...ready, ...more }] });
  const endpoint = await mustGet(admin, { ...ENDPOINTS, namespace, name: route });
  const { generation } = endpoint.metadata as { generation?: number };
  await setStatus(endpoint, { observedGeneration: generation });
}

async function setStatus(object: KubernetesObject, status: object): Promise<void> {
  await world.admin.replace({ ...object, status } as unknown as Manifest, { subresource: "status" });
}

/** Each route's name, whether anything is wrong with it, and the states of its children. */
function statesIn({ routes }: StatusDocument) {
  return routes.map(({ name, wrong, children }) => [name, wrong, ...children.map(({ state }) => state)]);
}

suite("status", () => {
  async function status(namespace: string): Promise<StatusDocument> {
    const { stdout, stderr } = await run("status", "-n", namespace, "--output", "json");
    assert.equal(stderr, "");
    return JSON.parse(stdout) as StatusDocument;
  }

  test("all is well: exit code 0", async () => {
    const { admin } = world;
    const namespace = await admin.createNamespace("well");
    await admin.apply(world.route({ namespace, name: "web" }));
    await admin.apply(world.route({ namespace, name: "plain", secretName: null }));
    await admin.apply(
      world.route({ namespace, name: "quiet", annotations: { "traefik-cert-rotater.io/ignore": "all" } }),
    );
    await resync(namespace);
    await finish(namespace, "web");
    const endpoint = await mustGet(admin, { ...ENDPOINTS, namespace, name: "plain" });
    await setStatus(endpoint, { observedGeneration: 1 });
    const document = await status(namespace);
    assert.deepEqual(statesIn(document), [
      ["plain", false, "none", "ready"],
      ["quiet", false, "opted out", "opted out"],
      ["web", false, "ready", "ready"],
    ]);
    assert.deepEqual(document.routes[2]?.children, [
      {
        kind: "Certificate",
        name: "web-tls",
        state: "ready",
        why: null,
        names: ["web.example.com"],
        keptNames: [],
      },
      {
        kind: "DNSEndpoint",
        name: "web",
        state: "ready",
        why: null,
        names: ["web.example.com"],
        keptNames: [],
      },
    ]);
    const { code, stdout } = await run("status", "-n", namespace);
    assert.equal(code, 0);
    assert.match(stdout, new RegExp(`\n${namespace}/web +web\\.example\\.com +ready +ready\n`));
    assert.match(stdout, /\n3 routes, nothing wrong\n$/);
    const wide = await run("status", "-n", namespace, "--output", "wide");
    assert.match(
      wide.stdout,
      /web \(IngressRoute\) +web\.example\.com +ready web-tls \(web-secret\) +ready web\n/,
    );
  });

  test("problems first, each with its reason: exit code 1", async () => {
    const { admin } = world;
    const namespace = await admin.createNamespace("ill");
    const names = ["broken", "edited", "foreign", "gone", "good", "pending", "released", "stale"];
    for (const name of names.filter((name) => name !== "foreign")) {
      await admin.apply(world.route({ namespace, name }));
    }
    await resync(namespace);
    for (const name of ["broken", "edited", "gone", "good", "stale"]) await finish(namespace, name);
    const issuing = {
      status: "False",
      reason: "DoesNotExist",
      message: "Issuing certificate as Secret does not exist",
    };
    await finish(namespace, "pending", issuing);

    await admin.apply(world.route({ namespace, name: "broken", match: "Host(`" }));
    await admin.apply(world.route({ namespace, name: "edited", host: "new.example.com" }));
    await admin.delete({ ...CERTIFICATES, namespace, name: "gone-tls" });
    const released = { ...CERTIFICATES, namespace, name: "released-tls" };
    await admin.patch(released, { metadata: { labels: { [MANAGED_BY]: null } } });
    const stale = await mustGet(admin, { ...ENDPOINTS, namespace, name: "stale" });
    await setStatus(stale, { observedGeneration: 99 });
    const spec = { secretName: "mine", dnsNames: ["mine.example.com"], issuerRef: { name: "mine" } };
    await admin.apply({ ...CERTIFICATES, metadata: { namespace, name: "foreign-tls" }, spec });
    await admin.apply(world.route({ namespace, name: "foreign" }));

    const document = await status(namespace);
    assert.deepEqual(statesIn(document), [
      ["broken", true, "ready", "ready"],
      ["edited", true, "outdated", "outdated"],
      ["foreign", true, "foreign", "missing"],
      ["gone", true, "missing", "ready"],
      ["pending", true, "pending", "ready"],
      ["released", true, "released", "pending"],
      ["stale", true, "ready", "pending"],
      ["good", false, "ready", "ready"],
    ]);
    const broken = document.routes[0];
    assert.deepEqual(
      broken?.children.map(({ keptNames }) => keptNames),
      [["broken.example.com"], ["broken.example.com"]],
    );
    assert.deepEqual(
      broken?.problems.map(({ reason }) => reason),
      ["InvalidRule"],
    );

    const { code, stdout } = await run("status", "-n", namespace);
    assert.equal(code, 1);
    assert.match(
      stdout,
      /Certificate pending-tls is not ready: DoesNotExist: Issuing certificate as Secret does not exist\n/,
    );
    assert.match(stdout, /DNSEndpoint stale is not ready: external-dns has not looked at its last change\n/);
    assert.match(stdout, /DNSEndpoint released is not ready: external-dns has not looked at it\n/);
    assert.match(stdout, /Certificate gone-tls is missing; the next resync makes it\n/);
    assert.match(stdout, /DNSEndpoint broken keeps broken\.example\.com, which no valid rule gives/);
    assert.match(stdout, /InvalidRule: spec\.routes\[0\]\.match: /);
    assert.match(stdout, /\n8 routes, 7 need attention\n$/);
    const lines = stdout.split("\n").map((line) => line.split(" ")[0]);
    assert.equal(lines.filter((line) => line?.startsWith(`${namespace}/`)).at(-1), `${namespace}/good`);
  });

  test("a shared Certificate counts for each of its routes", async () => {
    const { admin } = world;
    const namespace = await admin.createNamespace("shared");
    for (const name of ["a", "b"]) await admin.apply(world.route({ namespace, name, secretName: "both" }));
    await resync(namespace);
    const { routes } = await status(namespace);
    assert.deepEqual(
      routes.map(({ name, children }) => [name, children[0]?.name, children[0]?.keptNames]),
      [
        ["a", "a-tls", []],
        ["b", "a-tls", []],
      ],
    );
  });

  test("writes nothing", async () => {
    const { cluster } = world;
    const mark = await cluster.auditLog.mark();
    await run("status", "-n", world.namespace);
    const asked = (await cluster.auditLog.entries(mark)).filter(
      // Functions of other suites are at work beside this one, as ServiceAccounts.
      ({ userAgent, user }) => userAgent === "traefik-cert-rotater" && user === "admin",
    );
    assert.deepEqual([...new Set(asked.map(({ verb }) => verb))].sort(), ["get", "list"]);
  });
});

suite("explain of routes in a cluster", () => {
  test("the explanation of files, and the children as they are", async () => {
    const { admin, release } = world;
    const namespace = await admin.createNamespace("explain");
    await admin.apply(world.route({ namespace, name: "web" }));
    const { ingressClass } = release;
    await admin.apply(ingressRouteTcp({ namespace, name: "web", secretName: null, ingressClass }));
    await resync(namespace);
    await admin.apply(world.route({ namespace, name: "web", host: "new.example.com" }));

    const file = await cli.write(
      "route.json",
      JSON.stringify(await mustGet(admin, { ...ROUTES, namespace, name: "web" })),
    );
    const offline = await cli.run(["explain", "-f", file, "--config", config, "--output", "json"]);
    const { code, stdout, stderr } = await run("explain", `${namespace}/web`, "--output", "json");
    assert.deepEqual([code, stderr], [0, ""]);
    const [http, tcp, ...rest] = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    assert.equal(rest.length, 0);
    assert.equal(tcp.kind, "IngressRouteTCP");
    const { live, configuration, ...explanation } = http;
    assert.deepEqual(configuration, { source: "file", path: config });
    assert.deepEqual(explanation, JSON.parse(offline.stdout));
    const seen = live as { ownership: string; action: string; ready: boolean; object: KubernetesObject }[];
    assert.deepEqual(
      seen.map(({ ownership, action, ready, object }) => [object.metadata.name, ownership, action, ready]),
      [
        ["web-tls", "ours", "update", false],
        ["web", "ours", "update", false],
      ],
    );
    const text = await run("explain", `${namespace}/web`);
    assert.match(text.stdout, new RegExp(`^IngressRoute ${namespace}/web\n {2}from {6}https://127`));
    assert.match(text.stdout, /hosts +new\.example\.com\n/);
    assert.match(
      text.stdout,
      /live +DNSEndpoint web: ours; would be changed; not ready: external-dns has not looked at it\n +owned by IngressRoute web \(controller\)\n {12}endpoints:\n {14}- dnsName: web\.example\.com\n/,
    );
    assert.match(text.stdout, /child +DNSEndpoint web\n {12}endpoints:\n {14}- dnsName: new\.example\.com\n/);
  });

  test("says whose an object in the way is, and that a route is not there", async () => {
    const { admin } = world;
    const namespace = await admin.createNamespace("explain");
    await admin.apply(world.route({ namespace, name: "web" }));
    const spec = { secretName: "mine", dnsNames: ["mine.example.com"], issuerRef: { name: "mine" } };
    await admin.apply({ ...CERTIFICATES, metadata: { namespace, name: "web-tls" }, spec });
    const { code, stdout } = await run("explain", `${namespace}/web`);
    assert.equal(code, 1);
    assert.match(
      stdout,
      /foreign; stays as it is; not ready: cert-manager has not looked at it\n +owned by nobody\n/,
    );
    assert.match(stdout, /problem +Certificate web-tls exists and was not made by this installation/);
    const missing = await run("explain", `${namespace}/absent`);
    assert.equal(missing.code, 1);
    assert.match(
      missing.stderr,
      new RegExp(`there is no IngressRoute and no IngressRouteTCP ${namespace}/absent`),
    );
  });

  const WRONG: readonly [words: readonly string[], message: RegExp][] = [
    [["explain"], /nothing to explain; give NAMESPACE\/NAME of a route, or a file with -f/],
    [["explain", "web"], /web names no route; give NAMESPACE\/NAME, or a file with -f/],
    [["explain", "a/b", "-f", "-"], /give either routes or files with -f, not both/],
    [["explain", "a/b", "--target", "192.0.2.1"], /--target is for files/],
    [["explain", "-f", "-", "--context", "x"], /--context needs NAMESPACE\/NAME of a route/],
  ];
  for (const [words, message] of WRONG) {
    test(`exit code 2: ${words.join(" ")}`, async () => {
      const { code, stderr } = await cli.run(words, { KUBECONFIG: world.cluster.kubeconfigPath });
      assert.match(stderr, message);
      assert.equal(code, 2);
    });
  }
});
