/**
 * What the demo does, step by step. A step ends once the API server has what it promises, and fails if it does not.
 *
 * @module
 */
import { readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { parse } from "yaml";
import type { KubernetesObject } from "../../functions/kubernetes/objects.ts";
import { type Manifest, type Target, targetOf } from "../control-plane/admin.ts";
import {
  CERTIFICATES,
  ENDPOINTS,
  type EventObject,
  eventsOn,
  ROUTES,
  SERVICES,
} from "../integration/harness/objects.ts";
import type { Narrator } from "./narrator.ts";
import type { Platform } from "./platform.ts";
import type { Stage } from "./stage.ts";

export interface Scene extends Stage {
  readonly platform: Platform;
  readonly narrator: Narrator;
}

type Named = Target & { readonly name: string };

const EXAMPLE = "examples/my-ingress.yaml";
const route = { ...ROUTES, name: "my-ingress" };
const certificate = { ...CERTIFICATES, name: "my-ingress-tls" };
const endpoint = { ...ENDPOINTS, name: "my-ingress" };

/** An IngressRoute is applied; its children appear. */
export async function create(scene: Scene): Promise<void> {
  const { narrator } = scene;
  const example = parse(await readFile(EXAMPLE, "utf8")) as Manifest;
  narrator.step(`kubectl apply -f ${EXAMPLE}`);
  await apply(scene, example);
  narrator.show(await awaited(scene, certificate, "a Certificate", Boolean));
  narrator.show(await awaited(scene, endpoint, "a DNSEndpoint", Boolean));
}

/** A host is added; both children follow. */
export async function edit(scene: Scene): Promise<void> {
  const { narrator } = scene;
  const before = [await get(scene, certificate), await get(scene, endpoint)] as const;
  narrator.step("The route gets a second host, shop.example.com");
  await apply(scene, withSecondRule("Host(`shop.example.com`)"));
  const hasShop = (object: KubernetesObject) => JSON.stringify(object.spec).includes("shop.example.com");
  narrator.show(await awaited(scene, certificate, "the Certificate has it", hasShop), before[0]);
  narrator.show(await awaited(scene, endpoint, "the DNSEndpoint has it", hasShop), before[1]);
}

/** Nothing happens, so nothing runs. */
export async function sleep({ activator, narrator }: Scene): Promise<void> {
  narrator.step("Nothing happens, so nothing of ours runs");
  while (activator.isAwake()) await delay(100);
  narrator.seen("the function is gone; the next event starts it again");
}

/** A child is deleted by hand and comes back. */
export async function repair(scene: Scene): Promise<void> {
  const { narrator } = scene;
  narrator.step(`kubectl delete certificate ${certificate.name}`);
  const before = await get(scene, certificate);
  await remove(scene, certificate);
  const uid = before.metadata.uid;
  const again = await awaited(scene, certificate, "it is back", (object) => object.metadata.uid !== uid);
  narrator.say(`   uid ${uid} before, ${again.metadata.uid} now`);
}

/** Traefik's load balancer gets an address; DNS follows. */
export async function follow(scene: Scene): Promise<void> {
  const { platform, narrator } = scene;
  narrator.step("Traefik's Service gets its public address, 203.0.113.10");
  const before = await get(scene, endpoint);
  const status = { loadBalancer: { ingress: [{ ip: "203.0.113.10" }] } };
  const service = { ...SERVICES, ...platform.traefik };
  await platform.admin.patch(service, { status }, { subresource: "status" });
  const isPublic = (object: KubernetesObject) => JSON.stringify(object.spec).includes("203.0.113.10");
  narrator.show(
    await awaited(scene, endpoint, "the DNSEndpoint has it instead of the private one", isPublic),
    before,
  );
}

/** A rule that nobody can read: it is reported, nothing is lost. */
export async function complain(scene: Scene): Promise<void> {
  const { narrator } = scene;
  const broken = "Host(`shop.example.com`) && PathPrefx(`/cart`)";
  narrator.step(`Somebody mistypes a rule: ${broken}`);
  const before = await get(scene, certificate);
  await apply(scene, withSecondRule(broken));
  const warning = await warningOn(scene, route.name);
  narrator.seen("the route has a Warning Event");
  narrator.quote(`${warning.type}  ${warning.reason}  ${warning.note}`);
  const after = await get(scene, certificate);
  if (JSON.stringify(after.spec) !== JSON.stringify(before.spec))
    throw new Error("the Certificate has changed");
  narrator.seen("the Certificate keeps what it had, shop.example.com included");
}

/** Changes of which no event came are found by a resync. */
export async function resync(scene: Scene): Promise<void> {
  const { narrator } = scene;
  narrator.step("The source is down: a new route and a deleted DNSEndpoint go unnoticed");
  await scene.stopSources();
  await apply(scene, manifest("missed", ["Host(`missed.example.com`)"], "missed-tls-certificate"));
  await remove(scene, endpoint);
  narrator.say("what the CronJob runs every hour: traefik-cert-rotater resync");
  narrator.quote((await scene.runCronJob()).replaceAll(scene.activator.url, "http://FUNCTION/"));
  await awaited(scene, { ...CERTIFICATES, name: "missed-tls" }, "the new route has its Certificate", Boolean);
  await awaited(scene, { ...ENDPOINTS, name: "missed" }, "the new route has its DNSEndpoint", Boolean);
  await awaited(scene, endpoint, "the deleted DNSEndpoint is back", Boolean);
  await scene.startSources();
}

/** A deleted route takes its children along. */
export async function end(scene: Scene): Promise<void> {
  const { platform, narrator } = scene;
  narrator.step(`kubectl delete ingressroute ${route.name}`);
  await remove(scene, route);
  for (const child of [certificate, endpoint])
    await platform.admin.waitFor(inPlace(scene, child), (object) => object === null, 60_000);
  narrator.seen("the Certificate and the DNSEndpoint are gone");
}

/** TLS and DNS go on without us. */
export async function uninstall(scene: Scene): Promise<void> {
  const { platform, narrator } = scene;
  narrator.step("kubectl delete -k knative");
  for (const object of platform.installation.applied.toReversed())
    if (object.kind !== "Namespace") await platform.admin.delete(targetOf(object));
  for (const child of [
    { ...CERTIFICATES, name: "missed-tls" },
    { ...ENDPOINTS, name: "missed" },
  ])
    await get(scene, child);
  narrator.seen("the children of the route that is left stay: TLS and DNS go on");
}

/** The target in the namespace of the story. */
function inPlace<T extends Named>({ platform }: Scene, target: T): T & { readonly namespace: string } {
  return { ...target, namespace: platform.namespace };
}

async function remove(scene: Scene, target: Named): Promise<void> {
  await scene.platform.admin.delete(inPlace(scene, target));
}

async function apply({ platform, narrator }: Scene, object: Manifest): Promise<void> {
  const { namespace, ingressClass } = platform;
  const { name } = object.metadata;
  const annotations = ingressClass === null ? {} : { "kubernetes.io/ingress.class": ingressClass };
  await platform.admin.apply({ ...object, metadata: { ...object.metadata, namespace, annotations } });
  narrator.say(`IngressRoute ${namespace}/${name} applied`);
}

async function get(scene: Scene, target: Named): Promise<KubernetesObject> {
  const object = await scene.platform.admin.get(inPlace(scene, target));
  if (object === null) throw new Error(`there is no ${target.kind} ${target.name}`);
  return object;
}

async function awaited(
  scene: Scene,
  target: Named,
  what: string,
  condition: (object: KubernetesObject) => boolean,
): Promise<KubernetesObject> {
  const there = (state: KubernetesObject | null) => state !== null && condition(state);
  const object = await scene.platform.admin.waitFor(inPlace(scene, target), there);
  if (object === null) throw new Error(`there is no ${target.kind} ${target.name}`);
  scene.narrator.seen(what);
  return object;
}

/** The Event follows the answer to the event of the route; there is no name to watch. */
async function warningOn({ platform }: Scene, name: string): Promise<EventObject> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const events = await eventsOn(platform.admin, platform.namespace, name);
    const warning = events.find(({ type, reason }) => type === "Warning" && reason === "InvalidRule");
    if (warning !== undefined) return warning;
    await delay(100);
  }
  throw new Error(`no Warning Event on ${platform.namespace}/${name}`);
}

function withSecondRule(match: string): Manifest {
  const first = "Host(`www.example.com`) && PathPrefix(`/images`)";
  return manifest(route.name, [first, match], "www-tls-certificate");
}

function manifest(name: string, matches: readonly string[], secretName: string): Manifest {
  const routes = matches.map((match) => ({ kind: "Rule", match, services: [{ name: "nginx" }] }));
  return { ...ROUTES, metadata: { name }, spec: { routes, tls: { secretName } } };
}
