/**
 * `plan` against the function itself: what it foretells is what a resync then does.
 *
 * @module
 */
import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import type { KubernetesObject } from "../../functions/kubernetes/objects.ts";
import { rfc3339 } from "../../functions/reconcile/plan/child/hosts-since.ts";
import type { AuditEntry } from "../control-plane/audit-log.ts";
import { kubeconfig } from "../control-plane/kubeconfig.ts";
import type { Cli, CliResult } from "./harness/cli.ts";
import { type CliWorld, startCliWorld } from "./harness/cli-world.ts";
import { resyncEvent } from "./harness/cloud-events.ts";
import {
  CERTIFICATES,
  ENDPOINTS,
  ingressRouteTcp,
  ingressRouteUdp,
  mustGet,
  namesOf,
} from "./harness/objects.ts";
import { until, untilAllowed } from "./harness/until.ts";
import type { World } from "./harness/world.ts";

const MANAGED_BY = "kubernetes.io/managed-by";
const SINCE = "traefik-cert-rotater.io/hosts-since";
const APPLIED = "traefik-cert-rotater.io/applied";

interface Change {
  readonly action: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly held: boolean;
  readonly routes: readonly { readonly name: string }[];
  readonly overwritesSecret: { readonly name: string; readonly reason: string } | null;
  readonly before: KubernetesObject | null;
  readonly after: KubernetesObject | null;
}

interface PlanDocument {
  readonly instance: string;
  readonly routes: number;
  readonly children: number | null;
  readonly held: number;
  readonly changes: readonly Change[];
  readonly problems: readonly { readonly route: { readonly name: string } | null; readonly reason: string }[];
  readonly notes: readonly string[];
  readonly failures: readonly string[];
}

suite("plan", () => {
  let world: World;
  let cli: Cli;
  let config: string;
  let onCluster: CliWorld;

  before(async () => {
    onCluster = await startCliWorld();
    ({ world, cli, config } = onCluster);
  });
  after(() => onCluster.stop());

  function run(command: string, namespace: string, words: readonly string[] = []): Promise<CliResult> {
    return onCluster.run(command, "-n", namespace, ...words);
  }

  async function plan(namespace: string, words: readonly string[] = []): Promise<PlanDocument> {
    const { stdout, stderr } = await run("plan", namespace, ["--output", "json", ...words]);
    assert.equal(stderr, "");
    return JSON.parse(stdout) as PlanDocument;
  }

  /** Path of a kubeconfig for somebody with these rights in the namespace. */
  async function readerOf(namespace: string, rules: readonly object[]): Promise<string> {
    const { admin, cluster } = world;
    const rbac = { apiVersion: "rbac.authorization.k8s.io/v1" };
    const metadata = { namespace, name: "reader" };
    await admin.apply({ apiVersion: "v1", kind: "ServiceAccount", metadata });
    await admin.apply({ ...rbac, kind: "Role", metadata, rules });
    await admin.apply({
      ...rbac,
      kind: "RoleBinding",
      metadata,
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "reader" },
      subjects: [{ kind: "ServiceAccount", ...metadata }],
    });
    const attributes = { verb: "list", group: "traefik.io", resource: "ingressroutes", namespace };
    await untilAllowed(admin, `system:serviceaccount:${namespace}:reader`, attributes, true);
    const { url, caPem } = cluster;
    const token = await admin.token(namespace, "reader");
    return cli.write(`${namespace}.kubeconfig`, kubeconfig({ url, caPem, token }));
  }

  const summary = ({ changes }: Pick<PlanDocument, "changes">) =>
    changes.map(({ action, kind, name }) => `${action} ${kind} ${name}`).sort();

  /** What a real resync does to children, in the plan's words. */
  async function resync(namespace: string, data: object = {}): Promise<string[]> {
    const mark = await world.cluster.auditLog.mark();
    assert.equal((await world.app.send(resyncEvent({ namespace, ...data }))).status, 204);
    const kinds = new Map([
      ["certificates", "Certificate"],
      ["dnsendpoints", "DNSEndpoint"],
    ]);
    const action = ({ verb, code }: AuditEntry) =>
      verb === "delete" ? "delete" : code === 201 ? "create" : "update";
    const lines = (await world.requests(mark))
      .filter(({ verb, code }) => ["patch", "delete"].includes(verb) && code < 300)
      .flatMap((entry) => {
        const kind = kinds.get(entry.resource);
        return kind === undefined ? [] : [`${action(entry)} ${kind} ${entry.name}`];
      });
    // An adoption is two requests: it first ends the field ownership of the previous manager.
    return [...new Set(lines)].sort();
  }

  /** The parts of an object that a plan foretells; owners in the order of their uids. */
  function foretold({ apiVersion, kind, metadata, spec }: KubernetesObject): object {
    const { name, namespace, labels, annotations, ownerReferences = [] } = metadata;
    const owners = [...ownerReferences].sort((one, other) => (one.uid < other.uid ? -1 : 1));
    return {
      apiVersion,
      kind,
      metadata: { name, namespace, labels, annotations: timeless(annotations), owners },
      spec,
    };
  }

  /** No plan knows the second in which it is executed, which stands beside names that are new. */
  function timeless(annotations: Readonly<Record<string, string>> = {}): object {
    const { [SINCE]: since, [APPLIED]: digest, ...others } = annotations;
    if (since === undefined) return annotations;
    assert.notEqual(digest, undefined);
    return { ...others, [SINCE]: since.replaceAll(/"\d{4}-[^"]*Z"/g, "time") };
  }

  async function live({ kind, namespace, name }: Change): Promise<KubernetesObject> {
    const { apiVersion } = kind === "Certificate" ? CERTIFICATES : ENDPOINTS;
    return mustGet(world.admin, { apiVersion, kind, namespace, name });
  }

  function ownedBy(route: KubernetesObject): object {
    const { apiVersion, kind, metadata } = route;
    return {
      ownerReferences: [{ apiVersion, kind, name: metadata.name, uid: metadata.uid, controller: true }],
    };
  }

  const issuerRef = { name: "somebodys" };

  test("foretells exactly what a resync then does, and writes nothing", async () => {
    const { admin, cluster, namespace, release } = world;
    const apply = (options: Parameters<World["route"]>[0]) => admin.apply(world.route(options));
    // As an earlier resync has left them.
    for (const name of ["settled", "edited", "silent", "narrowed"]) await apply({ name });
    for (const name of ["pair-a", "pair-b"]) await apply({ name, secretName: "pair" });
    await resync(namespace);
    const { metadata } = await mustGet(admin, { ...CERTIFICATES, namespace, name: "edited-tls" });
    // A name that comes within the second of the child's creation has no time of its own, and a plan may be of that second.
    await until(
      "the second of their creation has passed",
      async () => rfc3339(Date.now()) > (metadata.creationTimestamp ?? ""),
    );
    // What has happened since.
    await apply({ name: "edited", host: "new.example.com" });
    await apply({ name: "silent", annotations: { "traefik-cert-rotater.io/ignore": "all" } });
    await apply({ name: "narrowed", secretName: null });
    await apply({ name: "pair-b", secretName: "own" });
    await apply({ name: "fresh" });
    const tcp = ingressRouteTcp({ namespace, name: "fresh", ingressClass: release.ingressClass });
    await admin.apply(tcp);
    // What Switchboard made, and what people wrote by hand.
    const switched = await apply({ name: "switched" });
    const labels = { [MANAGED_BY]: "switchboard" };
    const endpoints = [
      { dnsName: "switched.example.com", recordType: "A", targets: ["192.0.2.7"], recordTTL: 60 },
    ];
    await admin.apply({
      ...CERTIFICATES,
      metadata: { namespace, name: "switched-tls", labels, ...ownedBy(switched) },
      spec: {
        secretName: "switched-secret",
        dnsNames: ["switched.example.com"],
        issuerRef,
        duration: "2160h",
      },
    });
    await admin.apply({
      ...ENDPOINTS,
      metadata: { namespace, name: "switched", labels, ...ownedBy(switched) },
      spec: { endpoints },
    });
    const annotations = { "traefik-cert-rotater.io/adopt": "true" };
    await apply({ name: "written" });
    await admin.apply({
      ...CERTIFICATES,
      metadata: { namespace, name: "by-hand", annotations },
      spec: { secretName: "written-secret", dnsNames: ["written.example.com"], issuerRef },
    });

    const mark = await cluster.auditLog.mark();
    const document = await plan(namespace);
    const asked = (await cluster.auditLog.entries(mark)).filter(
      // Functions of other suites are at work beside this one, as ServiceAccounts.
      ({ userAgent, user }) => userAgent === "traefik-cert-rotater" && user === "admin",
    );
    assert.deepEqual([...new Set(asked.map(({ verb }) => verb))].sort(), ["get", "list"]);
    assert.deepEqual(document.problems, []);
    assert.deepEqual([document.notes, document.failures, document.held], [[], [], 0]);
    assert.equal(document.routes, 10);
    assert.equal(document.instance, release.instance);
    assert.deepEqual(summary(document), [
      "adopt Certificate by-hand",
      "adopt Certificate switched-tls",
      "adopt DNSEndpoint switched",
      "create Certificate fresh-tls",
      "create Certificate pair-b-tls",
      "create DNSEndpoint fresh",
      "create DNSEndpoint fresh-tcp-c84f5334",
      "create DNSEndpoint written",
      "delete Certificate narrowed-tls",
      "delete Certificate silent-tls",
      "delete DNSEndpoint silent",
      "update Certificate edited-tls",
      "update Certificate pair-a-tls",
      "update DNSEndpoint edited",
    ]);
    for (const change of document.changes.filter(({ before }) => before !== null)) {
      assert.deepEqual(foretold(change.before as KubernetesObject), foretold(await live(change)));
    }

    assert.deepEqual(
      await resync(namespace),
      summary(document)
        .map((line) => line.replace(/^adopt/, "update"))
        .sort(),
    );
    for (const change of document.changes.filter(({ after }) => after !== null)) {
      assert.deepEqual(foretold(change.after as KubernetesObject), foretold(await live(change)), change.name);
    }
    assert.deepEqual((await plan(namespace)).changes, []);
  });

  test("for people: one block an object, with what goes and what comes; exit code 0", async () => {
    const { admin, release } = world;
    const namespace = await admin.createNamespace("text");
    await admin.apply(world.route({ namespace, name: "web" }));
    await resync(namespace);
    await admin.apply(world.route({ namespace, name: "web", host: "new.example.com" }));
    const { code, stdout, stderr } = await run("plan", namespace);
    assert.equal(stderr, "");
    assert.match(stdout, new RegExp(`^Plan for installation ${release.instance} in https://127`));
    assert.match(
      stdout,
      new RegExp(
        [
          `~ update Certificate ${namespace}/web-tls for IngressRoute web`,
          "(    .*\n)*    {3}spec:",
          "    {5}dnsNames:",
          "    - {5}- web.example.com",
          "    \\+ {5}- new.example.com",
        ].join("\n"),
      ),
    );
    assert.match(stdout, /\n0 to create, 2 to change, 0 to adopt, 0 to delete, 0 problems\n$/);
    assert.equal(stdout.includes("\u001b"), false);
    assert.equal(stdout.includes("traefik-cert-rotater.io/applied"), false);
    assert.equal(code, 0);
  });

  test("names each Secret that would be overwritten, and then the exit code is 1", async () => {
    const { admin } = world;
    const namespace = await admin.createNamespace("secrets");
    const secret = (name: string, annotations: object, fieldManager = "cert-manager-certificates-issuing") =>
      admin.apply(
        {
          apiVersion: "v1",
          kind: "Secret",
          metadata: { namespace, name, annotations },
          type: "Opaque",
        },
        { fieldManager },
      );
    const issuedFor = "cert-manager.io/certificate-name";
    await secret("bought", {}, "somebody");
    await secret("renamed", { [issuedFor]: "another" });
    await secret("kept", { [issuedFor]: "kept-tls" });
    await secret("copied", { [issuedFor]: "copied-tls" }, "kubed");
    for (const name of ["bought", "renamed", "kept", "copied", "new"]) {
      await admin.apply(world.route({ namespace, name, secretName: name }));
    }
    const { changes } = await plan(namespace);
    assert.deepEqual(
      changes
        .filter(({ kind }) => kind === "Certificate")
        .map(({ name, overwritesSecret }) => [name, overwritesSecret?.name ?? null]),
      [
        ["bought-tls", "bought"],
        ["copied-tls", "copied"],
        ["kept-tls", null],
        ["new-tls", null],
        ["renamed-tls", "renamed"],
      ],
    );
    const { code, stdout } = await run("plan", namespace);
    assert.equal(code, 1);
    assert.match(
      stdout,
      new RegExp(
        `Secrets that would be overwritten\n {2}Secret ${namespace}/bought: it exists and cert-manager did not`,
      ),
    );
    assert.match(
      stdout,
      new RegExp(`Secret ${namespace}/copied: it .*a copy .*issued for Certificate copied-tls`),
    );
    assert.match(stdout, new RegExp(`Secret ${namespace}/renamed: .*issued for Certificate another`));
    assert.match(stdout, /0 problems, 3 Secrets would be overwritten\n$/);
    await resync(namespace);
    assert.equal((await run("plan", namespace)).code, 0);
  });

  test("problems are reported with their route, and objects in the way are left alone", async () => {
    const { admin } = world;
    const namespace = await admin.createNamespace("problems");
    await admin.apply(world.route({ namespace, name: "broken", match: "Host(`a.example.com`" }));
    await admin.apply(world.route({ namespace, name: "foreign" }));
    const spec = { secretName: "mine", dnsNames: ["mine.example.com"], issuerRef };
    await admin.apply({ ...CERTIFICATES, metadata: { namespace, name: "foreign-tls" }, spec });
    const { changes, problems } = await plan(namespace);
    assert.deepEqual(
      problems.map(({ route, reason }) => `${route?.name} ${reason}`),
      ["broken InvalidRule", "foreign NotOurs"],
    );
    assert.deepEqual(summary({ changes }), ["create DNSEndpoint foreign"]);
    const { code, stdout } = await run("plan", namespace);
    assert.equal(code, 1);
    assert.match(
      stdout,
      new RegExp(`IngressRoute ${namespace}/broken: InvalidRule: spec.routes\\[0\\].match: `),
    );
  });

  test("the deletion limit is shown, with what it blocks", async () => {
    const { admin } = world;
    const namespace = await admin.createNamespace("brake");
    const names = Array.from({ length: 6 }, (_, index) => `route-${index}`);
    for (const name of names) await admin.apply(world.route({ namespace, name }));
    await resync(namespace);
    const annotations = { "traefik-cert-rotater.io/ignore": "all" };
    for (const name of names) await admin.apply(world.route({ namespace, name, annotations }));

    const held = await plan(namespace);
    assert.equal(held.held, 12);
    assert.deepEqual(
      held.changes.map(({ action, held }) => [action, held]),
      Array.from({ length: 12 }, () => ["delete", true]),
    );
    const { code, stdout } = await run("plan", namespace);
    assert.equal(code, 1);
    assert.match(
      stdout,
      /The deletion limit\n {2}a resync would delete 12 of 12 children, so it deletes none/,
    );
    assert.deepEqual(await resync(namespace), []);

    const confirmed = await plan(namespace, ["--confirm-deletions"]);
    assert.equal(confirmed.held, 0);
    assert.equal((await run("plan", namespace, ["--confirm-deletions"])).code, 0);
    await world.release.confirmDeletions();
    assert.deepEqual(await resync(namespace, { confirmDeletions: true }), summary(confirmed));
  });

  test("resync --dry-run is the same; --name narrows it to a route", async () => {
    const { admin } = world;
    const namespace = await admin.createNamespace("dry-run");
    for (const name of ["one", "two"]) await admin.apply(world.route({ namespace, name }));
    const planned = await run("plan", namespace);
    assert.deepEqual(await run("resync", namespace, ["--dry-run"]), planned);
    assert.match(planned.stdout, /\n4 to create,/);
    const { changes, routes, children } = await plan(namespace, ["--name", "two"]);
    assert.deepEqual(summary({ changes }), ["create Certificate two-tls", "create DNSEndpoint two"]);
    assert.deepEqual([routes, children], [1, null]);
    assert.equal((await plan(namespace, ["--name", "three"])).routes, 0);
  });

  test("with few rights it says what it could not read and shows the rest", async () => {
    const { admin, release } = world;
    const namespace = await admin.createNamespace("rights");
    await admin.apply(world.route({ namespace, name: "web" }));
    const path = await readerOf(namespace, [
      {
        apiGroups: ["traefik.io", "cert-manager.io", "externaldns.k8s.io"],
        resources: ["ingressroutes", "ingressroutetcps", "ingressrouteudps", "certificates", "dnsendpoints"],
        verbs: ["get", "list"],
      },
    ]);
    const words = ["--config", config, "--instance", release.instance, "--output", "json"];

    const here = await cli.run(["plan", "-n", namespace, ...words], { KUBECONFIG: path });
    const document = JSON.parse(here.stdout) as PlanDocument;
    assert.deepEqual(summary(document), ["create Certificate web-tls", "create DNSEndpoint web"]);
    assert.deepEqual(document.failures, []);
    assert.match(document.notes.join("\n"), /may not read namespaces/);
    assert.match(document.notes.join("\n"), /may not read the metadata of every Secret/);
    assert.equal(here.code, 0);

    const everywhere = await cli.run(["plan", ...words], { KUBECONFIG: path });
    const refused = JSON.parse(everywhere.stdout) as PlanDocument;
    assert.deepEqual(refused.changes, []);
    assert.match(refused.failures.join("\n"), /you may not read ingressroutes.traefik.io in all namespaces/);
    assert.equal(everywhere.code, 1);
  });

  test("without the right to read IngressRouteUDPs the rest is planned, and nothing of theirs is said to go", async () => {
    const { admin, release } = world;
    const namespace = await admin.createNamespace("no-udp");
    const hostname = { "external-dns.kubernetes.io/hostname": "game.example.com" };
    await admin.apply(
      ingressRouteUdp({ namespace, name: "game", ingressClass: release.ingressClass, annotations: hostname }),
    );
    await resync(namespace);
    const [child] = await namesOf(admin, { ...ENDPOINTS, namespace });
    assert.ok(child !== undefined);
    await admin.apply(world.route({ namespace, name: "web" }));
    const resources = ["ingressroutes", "ingressroutetcps", "certificates", "dnsendpoints"];
    const apiGroups = ["traefik.io", "cert-manager.io", "externaldns.k8s.io"];
    const path = await readerOf(namespace, [{ apiGroups, resources, verbs: ["get", "list"] }]);
    const words = ["--config", config, "--instance", release.instance];

    const planned = await cli.run(["plan", "-n", namespace, "--output", "json", ...words], {
      KUBECONFIG: path,
    });
    const document = JSON.parse(planned.stdout) as PlanDocument;
    assert.deepEqual(summary(document), ["create Certificate web-tls", "create DNSEndpoint web"]);
    assert.deepEqual(document.failures, []);
    assert.match(document.notes.join("\n"), /you may not read IngressRouteUDPs: they are left out/);
    assert.equal(planned.code, 0);

    const status = await cli.run(["status", "-n", namespace, ...words], { KUBECONFIG: path });
    assert.match(status.stdout, /\nweb +web\.example\.com|\/web +web\.example\.com/);
    assert.doesNotMatch(status.stdout, new RegExp(child));

    const explained = await cli.run(["explain", `${namespace}/game`, ...words], { KUBECONFIG: path });
    assert.match(
      explained.stderr,
      /no IngressRouteTCP .*; whether there is an IngressRouteUDP you may not read\n/,
    );
    assert.equal(explained.code, 1);
  });

  test("an API server that does not answer is reported in words", async () => {
    const { url, ...rest } = world.cluster;
    const closed = { ...rest, url: url.replace(/:\d+$/, ":1") };
    const path = await cli.write("closed.kubeconfig", kubeconfig(closed));
    const { code, stdout, stderr } = await cli.run(["plan", "--instance", "a/b"], { KUBECONFIG: path });
    assert.equal(code, 1);
    assert.equal(stdout, "");
    assert.match(
      stderr,
      /^error: the API server https.* cannot be reached \(connect ECONNREFUSED 127\.0\.0\.1:1\).*\n$/,
    );
  });

  test("the installation is that which has children here; of several one must be named", async () => {
    const { admin, cluster, release } = world;
    const namespace = await admin.createNamespace("instances");
    await admin.apply(world.route({ namespace, name: "web" }));
    await resync(namespace);
    const env = { KUBECONFIG: cluster.kubeconfigPath };
    const words = ["plan", "-n", namespace, "--config", config];
    const found = await cli.run([...words, "--output", "json"], env);
    const document = JSON.parse(found.stdout) as PlanDocument;
    assert.deepEqual([document.instance, document.changes], [release.instance, []]);

    const child = await mustGet(admin, { ...ENDPOINTS, namespace, name: "web" });
    const { labels, ownerReferences } = child.metadata;
    const annotations = { "traefik-cert-rotater.io/instance": "other/release" };
    await admin.apply({
      ...ENDPOINTS,
      metadata: { namespace, name: "other", labels, annotations, ownerReferences },
      spec: { endpoints: [] },
    });
    const several = await cli.run(words, env);
    assert.equal(several.code, 2);
    assert.match(several.stderr, /several installations have children here: .*other\/release.*--instance/);
  });

  const WRONG: readonly [words: readonly string[], message: RegExp][] = [
    [["plan", "-n", "../x"], /--namespace \.\.\/x is not the name of a namespace/],
    [["plan", "--name", "x"], /--name needs --namespace/],
    [["plan", "--instance", "x"], /--instance x is no installation; give NAMESPACE\/RELEASE/],
    [["plan", "--context", "nowhere"], /there is no context nowhere, only test/],
    [["plan", "--config", "/missing"], /expected a readable file \/missing/],
    [["plan", "--output", "yaml"], /Allowed choices are text, json/],
    [["resync", "--dry-run", "--to", "http://x"], /--dry-run asks the cluster itself; leave out --to/],
    [["resync", "--output", "json"], /--output needs --dry-run/],
  ];
  for (const [words, message] of WRONG) {
    test(`exit code 2: ${words.join(" ")}`, async () => {
      const { code, stderr } = await cli.run(words, { KUBECONFIG: world.cluster.kubeconfigPath });
      assert.match(stderr, message);
      assert.equal(code, 2);
    });
  }
});
