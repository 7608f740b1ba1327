/**
 * The guide "From Switchboard", from the objects that it makes: names of `tls.domains` in DNS, a CNAME to the name in an
 * annotation of the target Service, its class on every child.
 *
 * @module
 */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, suite, test } from "node:test";
import type { KubernetesObject } from "../../../functions/kubernetes/objects.ts";
import { createAs, deployment, type Guide, type Place, startGuide } from "../harness/guide.ts";
import { CERTIFICATES, ENDPOINTS, ingressRoute, mustGet, ROUTES, SERVICES } from "../harness/objects.ts";

const issuerRef = { kind: "ClusterIssuer", name: "letsencrypt" };
const ingressClass = "switchboards";

suite("moving in from Switchboard", () => {
  let guide: Guide;
  let place: Place;
  let traefik: string;

  before(async () => {
    guide = await startGuide();
    place = await guide.place();
    const { admin } = guide;
    traefik = await admin.createNamespace("traefik");
    await admin.create(targetService());
    const status = { loadBalancer: { ingress: [{ ip: "203.0.113.9" }, { hostname: "lb.example.net" }] } };
    const target = { ...SERVICES, namespace: traefik, name: "traefik" };
    await admin.patch(target, { status }, { subresource: "status" });
    const args = ["--source=crd", `--annotation-filter=kubernetes.io/ingress.class=${ingressClass}`];
    await admin.create(
      deployment(traefik, "external-dns", "registry.k8s.io/external-dns/external-dns:v0.22.0", args),
    );
    await admin.create(deployment(traefik, "switchboard", "ghcr.io/borchero/switchboard:0.7.0"));
    const web = ingressRoute({ namespace: place.namespace, name: "web", ingressClass });
    await children(await admin.create(web), ["web.example.com"]);
    const api = withDomains("api", "Host(`api.example.com`)", ["*.api.example.com"]);
    await children(await admin.create(api), ["*.api.example.com"]);
    const any = withDomains("any", "HostRegexp(`^.+\\.any\\.example\\.com$`)", ["any.example.com"]);
    await children(await admin.create(any), ["any.example.com"]);
  });
  after(() => guide.stop());

  function targetService() {
    const metadata = {
      namespace: traefik,
      name: "traefik",
      labels: { "app.kubernetes.io/name": "traefik" },
      annotations: { "external-dns.alpha.kubernetes.io/hostname": "edge.example.net" },
    };
    return { ...SERVICES, metadata, spec: { type: "LoadBalancer", ports: [{ name: "web", port: 80 }] } };
  }

  function withDomains(name: string, match: string, domains: readonly string[]) {
    const route = ingressRoute({ namespace: place.namespace, name, ingressClass, match });
    const spec = route.spec as { tls: object };
    return { ...route, spec: { ...spec, tls: { ...spec.tls, domains: domains.map((main) => ({ main })) } } };
  }

  /** As Switchboard writes them. */
  async function children({ metadata: { name, uid } }: KubernetesObject, hosts: readonly string[]) {
    const metadata = {
      namespace: place.namespace,
      labels: { "kubernetes.io/managed-by": "switchboard" },
      annotations: { "kubernetes.io/ingress.class": ingressClass },
      ownerReferences: [{ ...ROUTES, name, uid, controller: true, blockOwnerDeletion: true }],
    };
    const endpoints = hosts.map((dnsName) => ({
      dnsName,
      targets: ["edge.example.net"],
      recordType: "CNAME",
      recordTTL: 300,
    }));
    await createAs(guide.admin, "switchboard", {
      ...CERTIFICATES,
      metadata: { ...metadata, name: `${name}-tls` },
      spec: { issuerRef, duration: "2160h0m0s", secretName: `${name}-secret`, dnsNames: hosts },
    });
    await createAs(guide.admin, "switchboard", {
      ...ENDPOINTS,
      metadata: { ...metadata, name },
      spec: { endpoints },
    });
  }

  /** The file that Switchboard runs with. */
  const config = () =>
    guide.cli.write(
      "switchboard.yaml",
      JSON.stringify({
        integrations: {
          certManager: { certificateTemplate: { spec: { issuerRef, duration: "2160h0m0s" } } },
          externalDNS: { targetService: { namespace: traefik, name: "traefik" } },
        },
        leaderElection: { leaderElect: true },
      }),
    );

  test("plan with its file alone counts names that would vanish and what would be left, and exits with 1", async () => {
    const { code, stdout } = await place.run("plan", ["--config", await config()]);
    assert.equal(code, 1, stdout);
    assert.match(stdout, /Names that would vanish\n {2}DNSEndpoint \S+\/api: \*\.api\.example\.com\n/);
    const left =
      /Left by the former tool\n {2}DNSEndpoint \S+\/any \(Switchboard's for IngressRoute any\): no route asks for it, so it stays as it is; any\.example\.com would be served by it alone\n/;
    assert.match(stdout, left);
    assert.match(stdout, /5 to adopt, 0 to delete, 0 problems, 1 name would vanish, 1 leftover\n$/);
  });

  test("while it runs, migrate says so, and its values take nothing over", async () => {
    const { code, stdout } = await place.run("migrate", ["--config", await config()]);
    assert.equal(code, 1);
    const stop = `Switchboard still runs.*: kubectl scale deployment -n ${traefik} switchboard --replicas 0\n`;
    assert.match(stdout, new RegExp(stop));
    assert.match(stdout, /\nmode: observe\n/);
    const [certificates, served] = [await place.certificates(), await place.served()];
    await place.install(await place.values(["--config", await config()]));
    assert.deepEqual([await place.certificates(), await place.served()], [certificates, served]);
  });

  test("once it is stopped, all is adopted with the values: same objects, same names, same records", async () => {
    const { admin } = guide;
    const target = { apiVersion: "apps/v1", kind: "Deployment", namespace: traefik, name: "switchboard" };
    await admin.patch(target, { spec: { replicas: 0 } });
    const page = await place.run("migrate", ["--config", await config()]);
    assert.equal(page.code, 0, page.stdout);
    assert.match(page.stdout, /0 to create, 0 to change, 6 to adopt, 0 to delete\n/);
    const values = await place.values(["--config", await config()]);
    const text = await readFile(values, "utf8");
    for (const value of [
      "hostSource: domains",
      "targetPreference: hostname",
      "name: letsencrypt",
      "duration: 2160h0m0s",
      "copyAnnotations:\n      - kubernetes.io/ingress.class\n",
    ]) {
      assert.ok(text.includes(value), text);
    }
    const [certificates, served] = [await place.certificates(), await place.served()];
    await place.install(values);
    assert.deepEqual([await place.certificates(), await place.served()], [certificates, served]);
    const endpoint = await mustGet(admin, { ...ENDPOINTS, namespace: place.namespace, name: "any" });
    assert.equal(endpoint.metadata.generation, 1);
    assert.equal(endpoint.metadata.annotations?.["kubernetes.io/ingress.class"], ingressClass);
    const plan = await place.run("plan", ["--config", values]);
    assert.match(plan.stdout, /Nothing to do: /);
    assert.equal(plan.code, 0);
  });
});
