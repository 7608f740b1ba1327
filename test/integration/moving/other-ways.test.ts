/**
 * The guides for everybody else: from cert-manager's Ingress shim, from a script that makes Certificates, from
 * certResolver, from external-dns' source for Traefik, and with wildcards and copied Secrets. Each starts from the objects
 * that the former way has left and ends with the same names served and no certificate issued again.
 *
 * @module
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { after, before, suite, test } from "node:test";
import type { KubernetesObject } from "../../../functions/kubernetes/objects.ts";
import { kubeconfig } from "../../control-plane/kubeconfig.ts";
import { deployment, type Guide, type Place, startGuide } from "../harness/guide.ts";
import {
  CERTIFICATES,
  ENDPOINTS,
  ingressRoute,
  mustGet,
  ROUTES,
  records,
  warningsOn,
} from "../harness/objects.ts";

import { untilAllowed } from "../harness/until.ts";

const issuerRef = { kind: "ClusterIssuer", name: "letsencrypt" };
const INGRESSES = { apiVersion: "networking.k8s.io/v1", kind: "Ingress" } as const;
const DEPLOYMENTS = { apiVersion: "apps/v1", kind: "Deployment" } as const;
const SECRETS = { apiVersion: "v1", kind: "Secret" } as const;
/** Addresses of a Traefik that these clusters do not run. */
const TARGET = "integrations: { certManager: {}, externalDNS: { targetIPs: [192.0.2.7] } }\n";

suite("moving in from other ways", () => {
  let guide: Guide;
  let target: string;

  before(async () => {
    guide = await startGuide();
    target = await guide.cli.write("target.yaml", TARGET);
  });
  after(() => guide.stop());

  const config = () => ["--config", target];
  const route = (place: Place, name: string, more: object = {}) =>
    guide.admin.create(ingressRoute({ namespace: place.namespace, name, ...more }));

  function certificate(place: Place, name: string, spec: object, metadata: object = {}) {
    const { namespace } = place;
    return guide.admin.create({
      ...CERTIFICATES,
      metadata: { namespace, name, ...metadata },
      spec: { issuerRef, ...spec },
    });
  }

  /** Runs the lines of `--output patches` as an admin with kubectl would: each is one merge patch. */
  async function runPatches(lines: readonly string[]): Promise<void> {
    for (const line of lines) {
      const [, resource = "", name = "", namespace = "", patch = ""] =
        /^kubectl patch (\S+) (\S+) -n (\S+) --type merge -p '(.*)'$/.exec(line) ?? [];
      const { apiVersion, kind } = resource.startsWith("certificate.") ? CERTIFICATES : ROUTES;
      await guide.admin.patch({ apiVersion, kind, namespace, name }, JSON.parse(patch) as object);
    }
  }
  const commands = (stdout: string) => stdout.split("\n").filter((line) => line.startsWith("kubectl "));

  /** The same objects with the same content, and nothing more to do. */
  async function assertMoved(place: Place, values: string, before: readonly object[]): Promise<void> {
    await place.install(values);
    assert.deepEqual(await place.certificates(), before);
    const plan = await place.run("plan", ["--config", values]);
    assert.match(plan.stdout, /Nothing to do: /, plan.stderr);
    assert.equal(plan.code, 0, plan.stdout);
  }

  test("traefik-certmanager: named after the Secret, without an owner or a mark", async () => {
    const place = await guide.place();
    for (const name of ["web", "api"]) {
      await route(place, name, { secretName: name });
      await certificate(place, name, { secretName: name, dnsNames: [`${name}.example.com`] });
    }
    const tool = { ...DEPLOYMENTS, namespace: place.namespace, name: "certs" };
    await guide.admin.create(deployment(place.namespace, "certs", "ncsa/traefik-certmanager:1.0"));
    const running = await place.run("migrate", config());
    assert.equal(running.code, 1);
    assert.match(running.stdout, /traefik-certmanager still runs, so nothing is to be taken over yet/);
    await guide.admin.delete(tool);
    const page = await place.run("migrate", config());
    assert.equal(page.code, 0, page.stdout);
    assert.match(page.stdout, /Certificates by hand +2 Certificates: /);
    const [before, served] = [await place.certificates(), await place.served()];
    await assertMoved(place, await place.values(config()), before);
    const names = (await place.served()).filter((line) => line.startsWith("Certificate"));
    assert.deepEqual(names, served);
  });

  test("cert-manager's Ingress shim: the Certificate is taken from the Ingress before that goes", async () => {
    const place = await guide.place();
    const { namespace } = place;
    const http = {
      paths: [
        { path: "/", pathType: "Prefix", backend: { service: { name: "wiki", port: { number: 80 } } } },
      ],
    };
    const ingress = await guide.admin.create({
      ...INGRESSES,
      metadata: { namespace, name: "wiki", annotations: { "cert-manager.io/cluster-issuer": "letsencrypt" } },
      spec: {
        rules: [{ host: "wiki.example.com", http }],
        tls: [{ hosts: ["wiki.example.com"], secretName: "wiki-cert" }],
      },
    });
    const owner = {
      ...INGRESSES,
      name: "wiki",
      uid: ingress.metadata.uid,
      controller: true,
      blockOwnerDeletion: true,
    };
    await certificate(
      place,
      "wiki-cert",
      {
        secretName: "wiki-cert",
        dnsNames: ["wiki.example.com"],
        usages: ["digital signature", "key encipherment"],
      },
      { ownerReferences: [owner] },
    );
    await route(place, "wiki", { secretName: "wiki-cert" });
    const page = await place.run("migrate", config());
    assert.equal(page.code, 1);
    assert.match(
      page.stdout,
      /1 Certificate would go with an Ingress\. Hand each over before: traefik-cert-rotater migrate --output patches/,
    );
    const untouched = await place.certificates();
    const { stdout } = await place.run("migrate", ["--output", "patches", ...config()]);
    await runPatches(commands(stdout));
    const before = await place.certificates();
    assert.deepEqual(before, untouched);
    await assertMoved(place, await place.values(config()), before);
    const { metadata } = await mustGet(guide.admin, { ...CERTIFICATES, namespace, name: "wiki-cert" });
    assert.deepEqual(
      metadata.ownerReferences?.map(({ kind, name }) => `${kind} ${name}`),
      ["IngressRoute wiki"],
    );
  });

  test("certResolver: a Secret beside it first, then the resolver goes", async () => {
    const place = await guide.place();
    const { admin } = guide;
    const { namespace } = place;
    for (const name of ["one", "two"]) {
      const manifest = ingressRoute({ namespace, name, secretName: null });
      await admin.create({
        ...manifest,
        spec: { ...(manifest.spec as object), tls: { certResolver: "le" } },
      });
    }
    // The name that the patch would take is a Secret's that another route names.
    await route(place, "other", { secretName: "two-tls" });
    const page = await place.run("migrate", config());
    assert.equal(page.code, 0, page.stdout);
    assert.match(page.stdout, /Traefik's own certificates +2 routes with certResolver: /);
    await place.install(await place.values(config()));
    const { stdout } = await place.run("migrate", ["--output", "patches", ...config()]);
    assert.match(stdout, /^# 1\. Routes get a Secret beside certResolver;/);
    const lines = commands(stdout);
    assert.equal(lines.length, 4);
    const values = await place.values(config());
    await runPatches(lines.slice(0, 2));
    await place.install(values);
    const names = async () => (await place.served()).filter((line) => line.startsWith("Certificate"));
    const certified = [
      "Certificate one.example.com",
      "Certificate other.example.com",
      "Certificate two.example.com",
    ];
    assert.deepEqual(await names(), certified);
    const before = await place.certificates();
    await runPatches(lines.slice(2));
    await assertMoved(place, values, before);
    for (const name of ["one", "two"]) {
      const { spec } = await mustGet(admin, { ...ROUTES, namespace, name });
      const { tls } = spec as { tls: object };
      assert.deepEqual(tls, { secretName: name === "one" ? "one-tls" : "two-tls-2" });
    }
    assert.deepEqual(await names(), certified);
  });

  test("external-dns' source for Traefik: what had a target is published as it was, and nothing else", async () => {
    const place = await guide.place();
    const { admin } = guide;
    const { namespace } = place;
    const annotations = {
      "external-dns.alpha.kubernetes.io/target": "lb.example.net",
      "external-dns.alpha.kubernetes.io/hostname": "alias.example.com",
    };
    await route(place, "public", { annotations, secretName: null });
    await route(place, "private", { secretName: null });
    const args = ["--source=traefik-proxy", "--source=service"];
    const dns = { ...DEPLOYMENTS, namespace, name: "dns" };
    await admin.create(
      deployment(namespace, "dns", "registry.k8s.io/external-dns/external-dns:v0.20.0", args),
    );
    const page = await place.run("migrate", config());
    assert.equal(page.code, 1);
    assert.match(page.stdout, /external-dns does not read DNSEndpoints\. Start it with --source=crd/);
    const values = await place.values(config());
    await place.install(values);
    assert.deepEqual(await records(admin, namespace, "public"), [
      "alias.example.com CNAME lb.example.net",
      "public.example.com CNAME lb.example.net",
    ]);
    assert.equal(await admin.get({ ...ENDPOINTS, namespace, name: "private" }), null);
    assert.deepEqual(await warningsOn(admin, namespace, "private"), []);
    await admin.delete(dns);
  });

  test("plan counts what an Ingress and external-dns' source for Traefik alone publish, until something is moved", async () => {
    const place = await guide.place();
    const { namespace } = place;
    const backend = { service: { name: "wiki", port: { number: 80 } } };
    const rules = ["wiki.example.com", "docs.example.com"].map((host) => ({
      host,
      http: { paths: [{ path: "/", pathType: "Prefix", backend }] },
    }));
    await guide.admin.create({ ...INGRESSES, metadata: { namespace, name: "wiki" }, spec: { rules } });
    await route(place, "wiki", { secretName: null });
    const annotations = { "external-dns.alpha.kubernetes.io/target": "lb.example.net" };
    await route(place, "nas", { host: "nas.local", annotations, secretName: null });
    const values = await guide.cli.write(
      "local.yaml",
      "integrations: { certManager: {}, externalDNS: { targetIPs: [192.0.2.7], excludeDomains: [local] } }\n",
    );
    const plan = await place.run("plan", ["--config", values]);
    assert.equal(plan.code, 1);
    assert.match(
      plan.stdout,
      /Names that would vanish\n {2}published by external-dns' source traefik-proxy alone: nas\.local\n {2}published by Ingress \S+\/wiki alone: docs\.example\.com\n/,
    );
    assert.match(plan.stdout, /, 2 names would vanish\n$/);
    await place.install(values);
    assert.equal((await place.run("plan", ["--config", values])).code, 0);
  });

  test("plan counts the names that a Certificate loses which is handed over though it has more", async () => {
    const place = await guide.place();
    const adopt = { annotations: { "traefik-cert-rotater.io/adopt": "true" } };
    const spec = { secretName: "wild", dnsNames: ["*.example.com", "web.example.com"] };
    await certificate(place, "wild", spec, adopt);
    await route(place, "web", { secretName: "wild" });
    const plan = await place.run("plan", config());
    assert.equal(plan.code, 1);
    assert.match(plan.stdout, /Names that would vanish\n {2}Certificate \S+\/wild: \*\.example\.com\n/);
  });

  test("a wildcard Certificate for many routes, and copies of its Secret, cost no warning", async () => {
    const [place, infra] = [await guide.place(), await guide.place()];
    const { admin } = guide;
    const { namespace } = place;
    await certificate(place, "wildcard", {
      secretName: "wildcard-tls",
      dnsNames: ["*.example.com", "example.com"],
    });
    const copied = { "reflector.v1.k8s.emberstack.com/reflects": `${infra.namespace}/copied-tls` };
    await admin.create({
      ...SECRETS,
      type: "Opaque",
      metadata: { namespace, name: "copied-tls", annotations: copied },
    });
    const wild = ["a", "b", "c", "d"];
    for (const name of wild) await route(place, name, { secretName: "wildcard-tls" });
    for (const name of ["x", "y"]) await route(place, name, { secretName: "copied-tls" });
    // Before anything is set: a note for all of them, and the Secret that would be overwritten.
    const bare = await place.run("plan", config());
    assert.equal(bare.code, 1);
    assert.match(
      bare.stdout,
      /Secret \S+\/copied-tls: it exists and is kept by reflector \(copy of \S+\): both would write it/,
    );
    const notes = bare.stdout.match(/^ {2}IngressRoute.*Certificate wildcard, which is not ours,.*$/gm);
    assert.equal(notes?.length, 1, bare.stdout);
    const page = await place.run("migrate", config());
    assert.equal(page.code, 0, page.stdout);
    assert.match(page.stdout, /Wildcards for many +\S+\/wildcard \(4 routes\)\n/);
    const before = await place.certificates();
    await assertMoved(place, await place.values(config()), before);
    for (const name of [...wild, "x", "y"]) assert.deepEqual(await warningsOn(admin, namespace, name), []);
  });

  test("existingSecrets: keep knows the copy by itself, and tells it as a note", async () => {
    const place = await guide.place();
    const { admin } = guide;
    const { namespace } = place;
    const annotations = { "replicator.v1.mittwald.de/replicated-from-version": "1" };
    await admin.create({ ...SECRETS, type: "Opaque", metadata: { namespace, name: "copied", annotations } });
    await route(place, "web", { secretName: "copied" });
    const values = await guide.cli.write(
      "keep.yaml",
      "integrations: { certManager: { existingSecrets: keep }, externalDNS: { targetIPs: [192.0.2.7] } }\n",
    );
    await place.install(values);
    assert.deepEqual(await place.certificates(), []);
    assert.deepEqual(await warningsOn(admin, namespace, "web"), []);
    const plan = await place.run("plan", ["--config", values]);
    assert.equal(plan.code, 0, plan.stdout);
    assert.match(plan.stdout, /Secret copied is kept by replicator, so no Certificate is made for it/);
  });

  test("two former tools at once, and half moved: said, and nothing is taken over", async () => {
    const place = await guide.place();
    const { admin } = guide;
    const { namespace } = place;
    const web = await route(place, "web", { secretName: "web" });
    const meta = (kind: KubernetesObject) => ({
      labels: { "kubernetes.io/managed-by": "switchboard" },
      ownerReferences: [{ ...ROUTES, name: kind.metadata.name, uid: kind.metadata.uid, controller: true }],
    });
    await certificate(place, "web-tls", { secretName: "web", dnsNames: ["web.example.com"] }, meta(web));
    await route(place, "api", { secretName: "api" });
    await certificate(place, "api", { secretName: "api", dnsNames: ["api.example.com"] });
    for (const [name, image] of [
      ["switchboard", "ghcr.io/borchero/switchboard:0.7.0"],
      ["certs", "ncsa/traefik-certmanager:1.0"],
    ] as const) {
      await admin.create(deployment(namespace, name, image));
    }
    const page = await place.run("migrate", config());
    assert.equal(page.code, 1);
    assert.match(
      page.stdout,
      /Several tools had a part in this: Switchboard, traefik-certmanager\. Each is stopped/,
    );
    const values = await place.values(config());
    assert.match(await readFile(values, "utf8"), /mode: observe\n/);
    const before = await place.certificates();
    await place.install(values);
    assert.deepEqual(await place.certificates(), before);
    const { metadata } = await mustGet(admin, { ...CERTIFICATES, namespace, name: "api" });
    assert.equal(metadata.labels, undefined);
    // Half of it is moved, and the tools are started again.
    for (const name of ["switchboard", "certs"])
      await admin.patch({ ...DEPLOYMENTS, namespace, name }, { spec: { replicas: 0 } });
    await admin.delete({ ...CERTIFICATES, namespace, name: "web-tls" });
    await place.install(await place.values(config()));
    const again = await route(place, "late", { secretName: "late" });
    await certificate(place, "late-tls", { secretName: "late", dnsNames: ["late.example.com"] }, meta(again));
    await admin.patch({ ...DEPLOYMENTS, namespace, name: "switchboard" }, { spec: { replicas: 1 } });
    const half = await place.run("migrate", config());
    assert.equal(half.code, 1);
    assert.match(
      half.stdout,
      /This is half moved: \d+ objects made by this product beside 1 object of Switchboard/,
    );
    assert.match(half.stdout, /Switchboard still runs/);
    for (const name of ["switchboard", "certs"]) await admin.delete({ ...DEPLOYMENTS, namespace, name });
  });

  test("whoever may not list Deployments is told what is not known for that", async () => {
    const place = await guide.place();
    const { namespace } = place;
    await route(place, "web");
    const rbac = { apiVersion: "rbac.authorization.k8s.io/v1" };
    const metadata = { namespace, name: "reader" };
    const rule = (apiGroups: readonly string[], resources: readonly string[]) => ({
      apiGroups,
      resources,
      verbs: ["get", "list"],
    });
    await guide.admin.apply({ apiVersion: "v1", kind: "ServiceAccount", metadata });
    await guide.admin.apply({
      ...rbac,
      kind: "Role",
      metadata,
      rules: [
        rule(["traefik.io"], ["ingressroutes", "ingressroutetcps", "ingressrouteudps"]),
        rule(["cert-manager.io"], ["certificates"]),
        rule(["externaldns.k8s.io"], ["dnsendpoints"]),
        rule([""], ["secrets"]),
      ],
    });
    const subjects = [{ kind: "ServiceAccount", ...metadata }];
    const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "reader" };
    await guide.admin.apply({ ...rbac, kind: "RoleBinding", metadata, roleRef, subjects });
    const user = `system:serviceaccount:${namespace}:reader`;
    const attributes = { verb: "list", group: "traefik.io", resource: "ingressroutes", namespace };
    await untilAllowed(guide.admin, user, attributes, true);
    const { url, caPem } = guide.cluster;
    const token = await guide.admin.token(namespace, "reader");
    const file = await guide.cli.write("reader.kubeconfig", kubeconfig({ url, caPem, token }));
    const { code, stdout } = await guide.cli.run(["migrate", "-n", namespace, ...config()], {
      KUBECONFIG: file,
    });
    assert.match(stdout, /2 to create, 0 to change/);
    for (const kind of ["deployments", "ingresses", "clusterissuers"]) {
      assert.match(stdout, new RegExp(`you may not list ${kind}: what they would show is left out`));
    }
    assert.equal(code, 0, stdout);
  });

  test("the commands are such that a shell takes them apart as meant", async () => {
    const place = await guide.place();
    const manifest = ingressRoute({ namespace: place.namespace, name: "web", secretName: null });
    await guide.admin.create({
      ...manifest,
      spec: { ...(manifest.spec as object), tls: { certResolver: "le" } },
    });
    const { stdout } = await place.run("migrate", ["--output", "patches", ...config()]);
    const script = `kubectl() { printf '%s\\n' "\${@: -1}"; }\n${stdout}`;
    const out = await new Promise<string>((resolve, reject) => {
      execFile("bash", ["-c", script], (error, text) => (error === null ? resolve(text) : reject(error)));
    });
    assert.deepEqual(
      out
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as object),
      [{ spec: { tls: { secretName: "web-tls" } } }, { spec: { tls: { certResolver: null } } }],
    );
  });
});
