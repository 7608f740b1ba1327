import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { type ControlPlane, startControlPlane } from "../control-plane/control-plane.ts";
import { loadCrds } from "../control-plane/crds.ts";
import { runHelm } from "../control-plane/helm.ts";
import { resyncEvent } from "./harness/cloud-events.ts";
import { containerOf } from "./harness/container.ts";
import { executeTemplate } from "./harness/go-template.ts";
import { CERTIFICATES, ENDPOINTS, mustGet, records, SERVICES, warningsOn } from "./harness/objects.ts";
import { CHART, existingRelease, type Release } from "./harness/release.ts";
import { runResyncPod } from "./harness/resync-pod.ts";
import { type RunningFunction, startFunction } from "./harness/running-function.ts";
import { type RunningSources, startSources } from "./harness/running-sources.ts";

const name = "traefik-cert-rotation";
const install = ["install", name, CHART, "--namespace", name, "--create-namespace"];
const jobs = { apiVersion: "batch/v1", kind: "Job", namespace: name };

/** The original README's example, word by word. */
const myIngress = {
  apiVersion: "traefik.io/v1alpha1",
  kind: "IngressRoute",
  metadata: { name: "my-ingress", namespace: "default" },
  spec: {
    routes: [
      {
        kind: "Rule",
        match: "Host(`www.example.com`) && PathPrefix(`/images`)",
        services: [{ name: "nginx" }],
      },
    ],
    tls: { secretName: "www-tls-certificate" },
  },
};

suite("the installation of the README, from an empty cluster on", () => {
  let cluster: ControlPlane;
  let release: Release;
  let app: RunningFunction;
  let sources: RunningSources;
  let notes: string;

  before(async () => {
    cluster = await startControlPlane({ crds: await loadCrds(["traefik", "external-dns"]) });
  });
  after(async () => {
    await sources?.stop();
    await app?.stop();
    await cluster?.stop();
  });

  const during = (object: string, change: () => Promise<unknown>) => sources.during(object, change);

  for (const [missing, present] of [
    [["Serving", "Eventing"], null],
    [["Eventing"], "knative-serving"],
  ] as const) {
    test(`without Knative ${missing.join(" and ")} it stops with a sentence for each, and leaves nothing`, async () => {
      if (present !== null) await cluster.admin.applyCrds(await loadCrds([present]));
      const { code, stderr } = await runHelm(install, cluster);
      assert.equal(code, 1);
      const lines = stderr.trim().split("\n");
      assert.equal(lines.length, missing.length);
      for (const [index, part] of missing.entries()) {
        const sentence = `Knative ${part} is not installed in this cluster .*: install Knative ${part} first`;
        assert.match(lines[index] ?? "", new RegExp(sentence));
      }
      assert.equal((await runHelm(["list", "--all-namespaces", "--short"], cluster)).stdout.trim(), "");
      assert.equal(
        await cluster.admin.get({ apiVersion: "v1", kind: "ServiceAccount", namespace: name, name }),
        null,
      );
    });
  }

  test("without Eventing it installs all the same where no event is asked for", async () => {
    const values = ["--set", "source.mode=none", "--dry-run=server"];
    const { code, stderr } = await runHelm([...install, ...values], cluster);
    assert.deepEqual([code, stderr], [0, ""]);
    const broker = await runHelm([...install, ...values, "--set", "delivery.mode=broker"], cluster);
    assert.match(broker.stderr, /Knative Eventing is not installed/);
    assert.match(
      broker.stderr,
      /source\.mode is none, so that nothing would come through the Broker .*: set/,
    );
  });

  test("a time that Knative would refuse stops it with one sentence, until Knative allows it", async () => {
    await cluster.admin.applyCrds(await loadCrds(["knative-eventing"]));
    const set = ["--set", "serving.timeoutSeconds=900", "--dry-run=server"];
    const { code, stderr } = await runHelm([...install, ...set], cluster);
    assert.equal(code, 1);
    assert.match(
      stderr,
      /serving\.timeoutSeconds is 900, and Knative Serving allows at most 600 here: set max-revision-timeout-seconds in ConfigMap knative-serving\/config-defaults to at least 900 first, or lower serving\.timeoutSeconds/,
    );
    assert.equal(stderr.trim().split("\n").length, 1);
    for (const mode of ["deployment", "keda"]) {
      const other = await runHelm([...install, ...set, "--set", `serving.mode=${mode}`], cluster);
      assert.doesNotMatch(other.stderr, /timeoutSeconds/, mode);
    }
    await cluster.admin.create({
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: "knative-serving" },
    });
    await cluster.admin.create({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { namespace: "knative-serving", name: "config-defaults" },
      data: { "max-revision-timeout-seconds": "900" },
    });
    assert.equal((await runHelm([...install, ...set], cluster)).code, 0);
  });

  test("it installs where neither namespace traefik nor cert-manager exists, and says so", async () => {
    await cluster.admin.applyCrds(await loadCrds(["knative-eventing"]));
    const { code, stdout, stderr } = await runHelm(install, cluster);
    assert.deepEqual([code, stderr], [0, ""]);
    notes = stdout;
    assert.match(notes, /Certificate \(cert-manager\.io\/v1\) is unknown in this cluster/);
    assert.equal(await cluster.admin.get({ apiVersion: "v1", kind: "Namespace", name: "traefik" }), null);
    release = existingRelease(cluster, { name, namespace: name, ingressClass: null });
    const watched = (await release.sources()).map(({ spec }) =>
      (spec as { resources: { kind: string }[] }).resources.map(({ kind }) => kind),
    );
    assert.deepEqual(watched.flat().sort(), [
      "DNSEndpoint",
      "IngressRoute",
      "IngressRouteTCP",
      "IngressRouteUDP",
      "Service",
    ]);
    app = await startFunction(cluster, release);
    sources = await startSources(cluster, release, app.url);
  });

  test("a route without cert-manager and without a target: two Warnings, and nothing is made", async () => {
    await during("default/ingressroutes/my-ingress", () => cluster.admin.apply(myIngress));
    assert.deepEqual(await warningsOn(cluster.admin, "default", "my-ingress"), [
      "KindNotServed",
      "TargetMissing",
    ]);
    assert.equal(await cluster.admin.get({ ...ENDPOINTS, namespace: "default", name: "my-ingress" }), null);
  });

  test("Traefik's Service appears: the DNSEndpoint of the README, field by field", async () => {
    const { admin } = cluster;
    await admin.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: "traefik" } });
    const labels = { "app.kubernetes.io/name": "traefik" };
    const spec = { clusterIP: "10.96.0.10", ports: [{ port: 443 }] };
    await during("traefik/services/traefik", () =>
      admin.create({ ...SERVICES, metadata: { namespace: "traefik", name: "traefik", labels }, spec }),
    );
    assert.deepEqual(await asMade(ENDPOINTS, "my-ingress"), {
      apiVersion: "externaldns.k8s.io/v1alpha1",
      kind: "DNSEndpoint",
      metadata: await metadataOf("my-ingress"),
      spec: {
        endpoints: [{ dnsName: "www.example.com", recordTTL: 300, recordType: "A", targets: ["10.96.0.10"] }],
      },
    });
  });

  test("cert-manager comes later: after an upgrade and its resync Job, the Certificate of the README", async () => {
    const { admin } = cluster;
    const before = (await admin.list(jobs)).map(({ metadata }) => metadata.name);
    await admin.applyCrds(await loadCrds(["cert-manager"]));
    await release.upgrade({});
    await sources.stop();
    sources = await startSources(cluster, release, app.url);
    const [job] = await admin.list(jobs);
    assert.ok(job !== undefined);
    assert.ok(!before.includes(job.metadata.name));
    const { code, stdout, stderr } = await runResyncPod(containerOf(job), app.url);
    assert.deepEqual([code, stderr], [0, ""]);
    assert.match(stdout, /accepted the resync of all routes/);
    assert.deepEqual(await asMade(CERTIFICATES, "my-ingress-tls"), {
      apiVersion: "cert-manager.io/v1",
      kind: "Certificate",
      metadata: await metadataOf("my-ingress-tls"),
      spec: {
        issuerRef: { kind: "ClusterIssuer", name: "ca-issuer" },
        dnsNames: ["www.example.com"],
        secretName: "www-tls-certificate",
      },
    });
  });

  test("the second run writes nothing", async () => {
    const mark = await cluster.auditLog.mark();
    assert.equal((await app.send(resyncEvent())).status, 204);
    const requests = (await cluster.auditLog.entries(mark)).filter(({ user }) => user === release.user);
    assert.deepEqual([...new Set(requests.map(({ verb }) => verb))].sort(), ["get", "list"]);
  });

  test("another configuration rolls the function, brings a new Job, and leaves off what it no longer says", async () => {
    const { admin } = cluster;
    const issuerRef = { kind: "ClusterIssuer", name: "letsencrypt" };
    const certManager = (spec: object) => ({
      integrations: { certManager: { certificateTemplate: { spec } } },
    });
    const seen: string[] = [];
    for (const [spec, ttl] of [
      [{ issuerRef, renewBefore: "360h" }, 60],
      [{ issuerRef }, 300],
    ] as const) {
      const values = certManager(spec);
      await release.upgrade({ integrations: { ...values.integrations, externalDNS: { ttl } } });
      const service = await mustGet(admin, {
        apiVersion: "serving.knative.dev/v1",
        kind: "Service",
        namespace: name,
        name,
      });
      const template = (service.spec as { template: { metadata: { annotations: Record<string, string> } } })
        .template;
      const [job, ...others] = await admin.list(jobs);
      assert.deepEqual(others, []);
      seen.push(template.metadata.annotations["checksum/config"] ?? "", job?.metadata.name ?? "");
      const restarted = await startFunction(cluster, release);
      assert.equal((await restarted.send(resyncEvent())).status, 204);
      await restarted.stop();
      const certificate = await mustGet(admin, {
        ...CERTIFICATES,
        namespace: "default",
        name: "my-ingress-tls",
      });
      assert.deepEqual(certificate.spec, {
        ...spec,
        dnsNames: ["www.example.com"],
        secretName: "www-tls-certificate",
      });
      const endpoint = await mustGet(admin, { ...ENDPOINTS, namespace: "default", name: "my-ingress" });
      assert.match(JSON.stringify(endpoint.spec), new RegExp(`"recordTTL":${ttl},`));
    }
    assert.equal(new Set(seen).size, 4);
  });

  test("the CronJob's container asks for the same as the Job's", async () => {
    const [job] = await cluster.admin.list(jobs);
    const [cronJob] = await cluster.admin.list({ ...jobs, kind: "CronJob" });
    assert.ok(cronJob);
    const { jobTemplate } = cronJob.spec as { jobTemplate: { spec: unknown } };
    const one = containerOf({ spec: job?.spec });
    const other = containerOf(jobTemplate);
    assert.deepEqual([other.command, other.args, other.env], [one.command, one.args, one.env]);
  });

  test("uninstalling leaves the children and takes everything else", async () => {
    const { admin } = cluster;
    await release.uninstall();
    assert.deepEqual(await records(admin, "default", "my-ingress"), ["www.example.com A 10.96.0.10"]);
    assert.notEqual(await admin.get({ ...CERTIFICATES, namespace: "default", name: "my-ingress-tls" }), null);
    for (const kind of ["ClusterRole", "ClusterRoleBinding"]) {
      const objects = await admin.list({ apiVersion: "rbac.authorization.k8s.io/v1", kind });
      assert.deepEqual(
        objects.filter(({ metadata }) => metadata.name.includes(name)),
        [],
      );
    }
    assert.deepEqual(await admin.list({ ...jobs, kind: "CronJob" }), []);
    assert.deepEqual(await admin.list(jobs), []);
  });

  test("the notes' command for one installation picks the children of that one", async () => {
    const child = (instance: string | null, child: string) => ({
      metadata: {
        namespace: "shop",
        name: child,
        ...(instance === null ? {} : { annotations: { "traefik-cert-rotater.io/instance": instance } }),
      },
    });
    const items = [child(`${name}/${name}`, "ours"), child("other/tcr", "theirs"), child(null, "nobodys")];
    const templates = [...notes.matchAll(/-o go-template='(.*)' \| xargs/g)].map(([, template]) => template);
    assert.equal(templates.length, 2);
    for (const template of templates) {
      assert.equal(await executeTemplate(template ?? "", { items }), "-n shop ours\n");
    }
  });

  test("the removal that the notes describe takes our children and nothing else", async () => {
    const { admin } = cluster;
    const spec = { secretName: "mine", dnsNames: ["mine.example.com"], issuerRef: { name: "mine" } };
    await admin.apply({ ...CERTIFICATES, metadata: { namespace: "default", name: "mine" }, spec });
    const [, kinds = "", labelSelector = ""] = /kubectl delete (\S+) -A -l (\S+)/.exec(notes) ?? [];
    assert.deepEqual(kinds.split(","), ["certificates.cert-manager.io", "dnsendpoints.externaldns.k8s.io"]);
    for (const kind of [CERTIFICATES, ENDPOINTS]) {
      for (const { metadata } of await admin.list(kind, { labelSelector })) {
        await admin.delete({ ...kind, namespace: metadata.namespace, name: metadata.name });
      }
    }
    assert.deepEqual(
      (await admin.list(CERTIFICATES)).map(({ metadata }) => metadata.name),
      ["mine"],
    );
    assert.deepEqual(await admin.list(ENDPOINTS), []);
  });

  /** The child without what the API server fills in. */
  async function asMade(kind: { apiVersion: string; kind: string }, child: string): Promise<object> {
    const object = await mustGet(cluster.admin, { ...kind, namespace: "default", name: child });
    const { name, namespace, labels, annotations = {}, ownerReferences } = object.metadata;
    // A hash of what was applied last, for the function's own use.
    const { "traefik-cert-rotater.io/applied": applied, ...shown } = annotations;
    assert.match(applied ?? "", /^[0-9a-f]{16}$/);
    return { ...object, metadata: { name, namespace, labels, annotations: shown, ownerReferences } };
  }

  /** What the README shows, and what says whose the child is. */
  async function metadataOf(child: string): Promise<object> {
    const { apiVersion, kind, metadata } = await mustGet(cluster.admin, {
      ...myIngress,
      namespace: "default",
      name: "my-ingress",
    });
    return {
      name: child,
      namespace: "default",
      labels: { "kubernetes.io/managed-by": "Traefik-cert-rotater" },
      annotations: { "traefik-cert-rotater.io/instance": `${name}/${name}` },
      ownerReferences: [{ apiVersion, kind, name: metadata.name, uid: metadata.uid, controller: true }],
    };
  }
});
