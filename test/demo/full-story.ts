/**
 * What `npm run demo -- --full` does besides: the route's way through cert-manager, the ACME server, external-dns, the DNS
 * server and two replicas of Traefik. A step whose third party is not there says so, and the others go on.
 *
 * @module
 */
import type { KubernetesObject } from "../../functions/kubernetes/objects.ts";
import { isReady } from "../cluster/conditions.ts";
import type { Admin, Manifest, Target } from "../control-plane/admin.ts";
import { watch } from "../control-plane/watch.ts";
import { CERTIFICATES, ENDPOINTS, mustGet, ROUTES, SERVICES } from "../integration/harness/objects.ts";
import { until } from "../integration/harness/until.ts";
import { keepAsking, untilValid } from "../third-party/harness/https.ts";
import { renew } from "../third-party/harness/renew.ts";
import { MissingPart, type ThirdParties } from "../third-party/launch/third-parties.ts";
import type { Narrator } from "./narrator.ts";

export interface FullScene {
  readonly admin: Admin;
  readonly narrator: Narrator;
  readonly parties: ThirdParties;
}

const namespace = "default";
const host = "www.example.com";
const address = "203.0.113.10";
const route = { ...ROUTES, namespace, name: "my-ingress" };
const certificate = { ...CERTIFICATES, namespace, name: "my-ingress-tls" };
const endpoint = { ...ENDPOINTS, namespace, name: "my-ingress" };
const secret = { apiVersion: "v1", kind: "Secret", namespace, name: "www-tls-certificate" };

const MANIFEST: Manifest = {
  ...ROUTES,
  metadata: { namespace, name: route.name },
  spec: {
    entryPoints: ["websecure"],
    // A backend that every Traefik has.
    routes: [
      {
        kind: "Rule",
        match: `Host(\`${host}\`)`,
        services: [{ kind: "TraefikService", name: "ping@internal" }],
      },
    ],
    tls: { secretName: secret.name },
  },
};

/** The steps in their order. */
export const FULL_STORY: readonly ((scene: FullScene) => Promise<void>)[] = [
  apply,
  issue,
  answerHttps,
  answerDns,
  renewUnnoticed,
  remove,
];

/** Plays a step. False where it could not be seen because a third party is not there. */
export async function attempt(step: (scene: FullScene) => Promise<void>, scene: FullScene): Promise<boolean> {
  try {
    await step(scene);
    return true;
  } catch (error) {
    if (!(error instanceof MissingPart)) throw error;
    scene.narrator.missed(`not seen: ${error.message}`);
    return false;
  }
}

/** Traefik's Service gets an address, then the route is applied; the function wakes and makes the children. */
async function apply({ admin, narrator }: FullScene): Promise<void> {
  const status = { loadBalancer: { ingress: [{ ip: address }] } };
  await admin.patch(
    { ...SERVICES, namespace: "traefik", name: "traefik" },
    { status },
    { subresource: "status" },
  );
  narrator.step(`kubectl apply: an IngressRoute for ${host}`);
  await admin.apply(MANIFEST);
  narrator.show(await mustGet(admin, route));
  for (const child of [certificate, endpoint]) {
    await admin.waitFor(child, Boolean);
    narrator.seen(`${child.kind} ${child.name} is there`);
  }
}

/** cert-manager orders the certificate and proves by DNS that the name is ours. */
async function issue({ admin, narrator, parties }: FullScene): Promise<void> {
  narrator.step("cert-manager asks the ACME server for the certificate");
  const { acme, certManager: _ } = parties;
  const watched = new AbortController();
  const followed = ["Order", "Challenge"].map((kind) => follow({ admin, narrator }, kind, watched.signal));
  try {
    await admin.waitFor(certificate, isReady, 60_000);
  } finally {
    watched.abort();
    await Promise.all(followed);
  }
  narrator.seen(`the certificate is issued; ${acme.front.orders.length} order reached the ACME server`);
}

/** Says each state of the objects of that kind until it is told to stop. */
async function follow(
  { admin, narrator }: Pick<FullScene, "admin" | "narrator">,
  kind: string,
  signal: AbortSignal,
): Promise<void> {
  const target: Target = { apiVersion: "acme.cert-manager.io/v1", kind, namespace };
  const { client, resolver } = admin;
  const told = new Set<string>();
  try {
    for await (const { objects } of watch(client, await resolver.path(target), { signal }))
      for (const object of objects.values()) {
        const text = `${kind} ${object.metadata.name}: ${stateOf(object)}`;
        if (!told.has(text)) narrator.aside(text);
        told.add(text);
      }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

function stateOf({ spec, status }: KubernetesObject): string {
  const { state = "new", presented = false } = (status ?? {}) as { state?: string; presented?: boolean };
  const { type, dnsName } = (spec ?? {}) as { type?: string; dnsName?: string };
  const proof =
    type === undefined ? "" : ` (${type} for ${dnsName}${presented ? ", its TXT record is there" : ""})`;
  return `${state}${proof}`;
}

async function answerHttps({ narrator, parties }: FullScene): Promise<void> {
  narrator.step(`https://${host} at two replicas of Traefik, checked against the root of the ACME server`);
  const rootPem = await parties.acme.rootPem();
  for (const replica of parties.replicas) {
    const { status, names, serial } = await untilValid(replica, host, rootPem);
    narrator.seen(
      `${replica.name}: ${status}, a valid certificate for ${names.join(", ")}, serial ${serial}`,
    );
  }
}

async function answerDns({ narrator, parties }: FullScene): Promise<void> {
  narrator.step(`dig ${host}`);
  const { dns, externalDns: _ } = parties;
  await until(`A of ${host}`, async () => (await dns.records(host, "A")).includes(address));
  narrator.seen(`the DNS server answers ${host}. A ${address}`);
}

/** Both replicas are asked all the time while cert-manager renews the certificate. */
async function renewUnnoticed({ admin, narrator, parties }: FullScene): Promise<void> {
  narrator.step("The certificate is renewed while both replicas are asked every 20 ms");
  const { replicas, certManager: _ } = parties;
  const rootPem = await parties.acme.rootPem();
  const askers = replicas.map((replica) => keepAsking(replica, host, rootPem));
  try {
    await renew(admin, certificate);
    narrator.seen("a new certificate is in the Secret");
    for (const [index, replica] of replicas.entries())
      await untilValid(replica, host, rootPem, ({ serial }) => serial !== askers[index]?.serials[0]);
  } finally {
    await Promise.all(askers.map((asker) => asker.stop()));
  }
  const invalid = askers.flatMap((asker) => asker.invalid);
  if (invalid.length > 0) throw new Error(`an answer was not valid: ${JSON.stringify(invalid[0])}`);
  const answers = askers.reduce((sum, asker) => sum + asker.asked(), 0);
  narrator.seen(`both replicas have it; of ${answers} answers none was invalid`);
}

async function remove({ admin, narrator, parties }: FullScene): Promise<void> {
  narrator.step(`kubectl delete ingressroute ${route.name}`);
  await admin.delete(route);
  for (const child of [certificate, endpoint])
    await admin.waitFor(child, (object) => object === null, 60_000);
  narrator.seen("Certificate and DNSEndpoint are gone");
  const { dns, externalDns: _ } = parties;
  await until(`no A of ${host}`, async () => (await dns.records(host, "A")).length === 0);
  narrator.seen(`the DNS server knows no ${host} any more`);
  await mustGet(admin, secret);
  narrator.seen(`Secret ${secret.name} stays, as cert-manager leaves it`);
}
