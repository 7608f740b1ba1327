/**
 * `npm run demo`: the product at work on a real control plane. It ends with 0 only if everything was seen.
 *
 * @module
 */
import { parseArgs } from "node:util";
import type { ControlPlane } from "../control-plane/control-plane.ts";
import { isKeeper, keepRunning, letGo } from "./keep.ts";
import { createNarrator, type Narrator } from "./narrator.ts";
import { helm, openStage, RELEASE, type Stage, startPlatform } from "./stage.ts";
import { complain, create, edit, follow, remove, repair, resync, type Scene, sleep } from "./story.ts";

const INSTALL =
  "helm install traefik-cert-rotation ./traefik-cert-rotation --namespace traefik-cert-rotation --create-namespace";

const INTRODUCTION = `Traefik-cert-rotater at work.

Real here: etcd, kube-apiserver and kube-controller-manager, the CRDs of Traefik, cert-manager, external-dns and
Knative Serving, helm, the chart with its RBAC, and the function as it is bundled for the image.
Standing in: for Knative Eventing's ApiServerSource adapter a program that behaves like it, for Knative Serving and
the pod a plain process that is started by an event and stopped when idle. cert-manager, external-dns and Traefik
themselves do not run: their objects are what this product makes and reads.
`;

process.chdir(new URL("../..", import.meta.url).pathname);
const { keep } = parse();
if (keep && !isKeeper()) process.exit(await keepRunning());

let cluster: ControlPlane | null = null;
let stage: Stage | null = null;
let interrupted = false;
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => void interrupt(signal));

const narrator = createNarrator((text) => void process.stdout.write(text), hasColours());
process.exitCode = await play(narrator).catch((error: unknown) => fail(error));

async function play(narrator: Narrator): Promise<number> {
  process.stdout.write(INTRODUCTION);
  narrator.step("A control plane");
  cluster = await startPlatform();
  narrator.seen(`it answers at ${cluster.url}`);

  narrator.step(INSTALL);
  const output = await helm(cluster, INSTALL);
  narrator.quote(output.split("\n").slice(0, 7).join("\n"));
  stage = await openStage(cluster, narrator);
  await stage.startSources();
  narrator.seen("the chart's two ApiServerSources watch; the function sleeps");

  const scene: Scene = { ...stage, cluster, narrator };
  for (const part of [create, edit, sleep, repair, follow, resync, complain]) {
    await part(scene);
    await stage.activator.quiet(300);
  }
  if (keep) {
    letGo({ kubeconfig: cluster.kubeconfigPath, log: scene.files.log, url: stage.activator.url });
    return 0;
  }
  await remove(scene);
  await uninstall(scene);
  await stop();
  narrator.seen("everything is stopped and removed");
  process.stdout.write("\nAll of it was seen to happen.\n");
  return 0;
}

/** TLS and DNS go on without us. */
async function uninstall({ cluster, narrator }: Scene): Promise<void> {
  narrator.step(`helm uninstall ${RELEASE} --namespace ${RELEASE}`);
  await helm(cluster, `helm uninstall ${RELEASE} --namespace ${RELEASE}`);
  const children = [
    { apiVersion: "cert-manager.io/v1", kind: "Certificate", namespace: "default", name: "missed-tls" },
    { apiVersion: "externaldns.k8s.io/v1alpha1", kind: "DNSEndpoint", namespace: "default", name: "missed" },
  ];
  for (const child of children)
    if ((await cluster.admin.get(child)) === null) throw new Error(`${child.kind} ${child.name} is gone`);
  narrator.seen("the children of the route that is left stay: TLS and DNS go on");
}

async function stop(): Promise<void> {
  await stage?.stop();
  await cluster?.stop();
}

async function fail(error: unknown): Promise<number> {
  if (interrupted) return new Promise(() => {});
  process.stderr.write(`\nThe demo failed: ${error instanceof Error ? error.message : String(error)}\n`);
  await stop();
  return 1;
}

async function interrupt(signal: NodeJS.Signals): Promise<void> {
  if (interrupted) return;
  interrupted = true;
  process.stderr.write(`\n${signal}: cleaning up\n`);
  await stop();
  process.exit(signal === "SIGINT" ? 130 : 143);
}

function hasColours(): boolean {
  return process.env.NO_COLOR ? false : process.stdout.isTTY || process.env.FORCE_COLOR === "1";
}

function parse(): { keep: boolean } {
  try {
    const { values } = parseArgs({ options: { keep: { type: "boolean", default: false } } });
    return values;
  } catch (error) {
    process.stderr.write(
      `${error instanceof Error ? error.message : error}\nusage: npm run demo [-- --keep]\n`,
    );
    process.exit(2);
  }
}
