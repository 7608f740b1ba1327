import assert from "node:assert/strict";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { createAuthenticate } from "../../functions/cloudevents/authentication/authenticate.ts";
import { createClient, type KubernetesClient } from "../../functions/kubernetes/client.ts";
import { createTransport } from "../../functions/kubernetes/transport.ts";
import { createSigningKeys } from "../control-plane/certificates.ts";
import type { Cluster } from "../control-plane/cluster.ts";
import { type ControlPlane, startControlPlane } from "../control-plane/control-plane.ts";
import { loadCrds } from "../control-plane/crds.ts";
import { sharedControlPlane } from "../control-plane/shared.ts";
import { bundle } from "./harness/bundle.ts";
import { changeEvent } from "./harness/cloud-events.ts";
import { startFunctionProcess } from "./harness/function-process.ts";
import { dnsNames, ROUTES } from "./harness/objects.ts";
import { accountOf, postAs, resign, tokenOf } from "./harness/oidc.ts";
import { installRelease } from "./harness/release.ts";
import { startFunction } from "./harness/running-function.ts";
import { startWorld, type World } from "./harness/world.ts";

const AUDIENCE = "traefik-cert-rotater-test";
const FULLNAME = "tcr-traefik-cert-rotation";
const ROUTES_SOURCE = accountOf("ApiServerSource", "sources.knative.dev", `${FULLNAME}-routes`);
const oidc = { enabled: true, audience: AUDIENCE };

/** The product's client, as the user in `system:masters`, whose certificate outlives all tokens. */
function adminClient({ url, caPem, certPem, keyPem }: Cluster): KubernetesClient {
  const tls = { ca: caPem, cert: certPem, key: keyPem };
  const credentials = { server: new URL(url), tls, authorization: async () => null };
  return createClient(credentials, createTransport(credentials));
}

suite("senders with tokens of the API server", () => {
  let cluster: Cluster;
  let other: ControlPlane;
  let world: World;
  let event: ReturnType<typeof changeEvent>;

  before(async () => {
    [cluster, other] = await Promise.all([
      sharedControlPlane(),
      startControlPlane({ crds: await loadCrds() }),
    ]);
    world = await startWorld(cluster, { values: { auth: { oidc } } });
    await world.admin.apply(world.route({ name: "web" }));
    event = changeEvent("update", { ...ROUTES, namespace: world.namespace, name: "web" });
  });
  after(async () => {
    await world?.stop();
    await other?.stop();
  });

  const tokenFor = (name: string, audience = AUDIENCE) =>
    tokenOf(cluster, world.release.namespace, name, audience);
  const answerTo = (authorization: string | null) => postAs(world.app.url, event, authorization);

  for (const [who, name] of [
    ["the source of routes", ROUTES_SOURCE],
    ["a resync Job", `${FULLNAME}-resync`],
  ] as const) {
    test(`${who}: 204, and the work is done`, async () => {
      const { admin, namespace } = world;
      await admin.delete({
        apiVersion: "cert-manager.io/v1",
        kind: "Certificate",
        namespace,
        name: "web-tls",
      });
      assert.equal((await answerTo(`Bearer ${await tokenFor(name)}`)).status, 204);
      assert.deepEqual(await dnsNames(admin, namespace, "web-tls"), ["web.example.com"]);
    });
  }

  const past = Math.floor(Date.now() / 1000) - 60;
  const refused: Readonly<Record<string, () => Promise<string | null>>> = {
    "no token": async () => null,
    "no bearer token": async () => "Basic dXNlcjpwYXNz",
    garbage: async () => "Bearer nonsense",
    "a token for the API server": async () =>
      `Bearer ${await tokenFor(ROUTES_SOURCE, "https://kubernetes.default.svc")}`,
    "a token that has expired": async () =>
      `Bearer ${await resign(cluster, await tokenFor(ROUTES_SOURCE), { exp: past })}`,
    "a token of another cluster": async () => {
      const { namespace } = world.release;
      await other.admin.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
      return `Bearer ${await tokenOf(other, namespace, ROUTES_SOURCE, AUDIENCE)}`;
    },
  };
  for (const [what, authorization] of Object.entries(refused)) {
    test(`${what}: 401, and nothing is looked at`, async () => {
      const header = await authorization();
      const mark = await cluster.auditLog.mark();
      const answer = await answerTo(header);
      assert.equal(answer.status, 401);
      assert.deepEqual(
        (await world.requests(mark)).filter(({ resource }) => resource !== ""),
        [],
      );
    });
  }

  test("a token signed again with the cluster's key, and not expired, is taken: 204", async () => {
    const token = await resign(cluster, await tokenFor(ROUTES_SOURCE), { jti: "another" });
    assert.equal((await answerTo(`Bearer ${token}`)).status, 204);
  });

  test("another account of the release's namespace: 403, and nothing is looked at", async () => {
    const token = await tokenFor("somebody");
    const mark = await cluster.auditLog.mark();
    assert.equal((await answerTo(`Bearer ${token}`)).status, 403);
    assert.deepEqual(await world.requests(mark), []);
  });

  test("the source's account in another namespace: 403", async () => {
    const token = await tokenOf(cluster, world.namespace, ROUTES_SOURCE, AUDIENCE);
    assert.equal((await answerTo(`Bearer ${token}`)).status, 403);
  });

  test("no log has a token", async () => {
    const token = await tokenFor("somebody");
    await answerTo(`Bearer ${token}`);
    assert.doesNotMatch(JSON.stringify(world.app.logs), /eyJ/);
  });

  test("the chart's right to read the keys is enough where the cluster gives it to nobody", async () => {
    await other.admin.delete({
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRoleBinding",
      name: "system:service-account-issuer-discovery",
    });
    const release = await installRelease(other, { values: { auth: { oidc } } });
    const app = await startFunction(other, release);
    const elsewhere = changeEvent("update", { ...ROUTES, namespace: release.namespace, name: "none" });
    const token = await tokenOf(other, release.namespace, ROUTES_SOURCE, AUDIENCE);
    assert.equal((await postAs(app.url, elsewhere, `Bearer ${token}`)).status, 204);
    await app.stop();
  });

  test("after the cluster's key has changed, old tokens are refused and new ones taken", async () => {
    let now = 0;
    const subject = `system:serviceaccount:default:${ROUTES_SOURCE}`;
    const authenticate = createAuthenticate({
      oidc: { audience: AUDIENCE, subjects: [subject] },
      readJson: adminClient(other).readJson,
      now: () => now,
    });
    const previous = `Bearer ${await tokenOf(other, "default", ROUTES_SOURCE, AUDIENCE)}`;
    assert.equal(await authenticate(previous), "allowed");
    await other.stopApiServer();
    const { publicPem, privatePem } = await createSigningKeys();
    await writeFile(join(other.folder, "service-accounts.pub"), publicPem);
    await writeFile(join(other.folder, "service-accounts.key"), privatePem);
    await other.startApiServer();
    now += 11_000;
    const token = await tokenOf(other, "default", ROUTES_SOURCE, AUDIENCE);
    assert.equal(await authenticate(`Bearer ${token}`), "allowed");
    assert.equal(await authenticate(previous), "unauthenticated");
    await other.stopApiServer();
    now += 11 * 60_000;
    assert.equal(await authenticate(`Bearer ${token}`), "unknown");
  });
});

suite("the code that verifies tokens", () => {
  let bundled: Awaited<ReturnType<typeof bundle>>;
  let cluster: Cluster;
  before(async () => {
    [cluster, bundled] = await Promise.all([sharedControlPlane(), bundle()]);
    await rm(join(bundled.folder, "oidc.lazy.cjs"));
  });
  after(() => bundled?.remove());

  /** Answer of the real process without the file that has that code, to a sender with a good token. */
  async function statusWithout(values: object): Promise<{ status: number; keyReads: number }> {
    const release = await installRelease(cluster, { values });
    const app = await startFunctionProcess(cluster, release, { app: bundled.folder });
    const event = changeEvent("update", { ...ROUTES, namespace: release.namespace, name: "none" });
    const token = await tokenOf(cluster, release.namespace, ROUTES_SOURCE, AUDIENCE);
    const mark = await cluster.auditLog.mark();
    const { status } = await postAs(app.url, event, `Bearer ${token}`);
    const read = (await cluster.auditLog.entries(mark)).filter(
      ({ user, uri }) => user === release.user && uri === "/openid/v1/jwks",
    );
    await app.stop();
    return { status, keyReads: read.length };
  }

  test("is neither loaded nor are keys read without auth.oidc", async () => {
    assert.deepEqual(await statusWithout({}), { status: 204, keyReads: 0 });
  });

  test("is what the file is for: where it is missing, nobody is let in", async () => {
    assert.equal((await statusWithout({ auth: { oidc } })).status, 503);
  });
});
