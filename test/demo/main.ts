/**
 * `npm run demo`: the product at work on a real control plane; with `--full`, to the end, with all third parties. It ends
 * with 0 only if everything was seen.
 *
 * @module
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ClusterAccessError } from "../../functions/cli/connection/access-error.ts";
import { UsageError } from "../../functions/cli/terminal/terminal.ts";
import type { ThirdParties } from "../third-party/launch/third-parties.ts";
import { takeExistingCluster, UnusableClusterError } from "./existing-cluster.ts";
import { isKeeper, keepRunning, letGo } from "./keep.ts";
import { createNarrator, type Narrator } from "./narrator.ts";
import { type Platform, startOwnPlatform } from "./platform.ts";
import { keepToken, programInPlace } from "./pod.ts";
import { openStage, type Stage } from "./stage.ts";
import {
  complain,
  create,
  edit,
  end,
  follow,
  repair,
  resync,
  type Scene,
  sleep,
  uninstall,
} from "./story.ts";

const USAGE = "usage: npm run demo [-- [--full] | [--keep] [--context NAME]]";

const INTRODUCTION = `Traefik-cert-rotater at work.

Real here: the API server, the CRDs of Traefik, cert-manager and external-dns, the manifests in knative/ with their
access rights, and the function as it is bundled for the image.
Standing in: for Knative Eventing's ApiServerSource adapter a program that behaves like it, for Knative Serving and
the pod a plain process that is started by an event and stopped when idle. cert-manager, external-dns and Traefik
themselves do not take part: their objects are what this product makes and reads.
`;

const FULL_INTRODUCTION = `Traefik-cert-rotater at work, from kubectl apply to valid HTTPS.

Real here: the API server, the manifests in knative/ with their access rights, the function as it is bundled for the image,
cert-manager, Pebble (Let's Encrypt's ACME server for tests), external-dns, the DNS server knot and two replicas of Traefik.
All of it is on loopback.
Standing in: for Knative Eventing's ApiServerSource adapter a program that behaves like it, for Knative Serving and
the pod a plain process that is started by an event and stopped when idle. Before Pebble stands a front that refuses what
Let's Encrypt refuses and Pebble does not.
`;

process.chdir(join(import.meta.dirname, "../.."));
const { keep, full, context } = parse();
if (keep && !isKeeper()) process.exit(await keepRunning(process.argv.slice(2)));

let platform: Platform | null = null;
let stage: Stage | null = null;
let parties: ThirdParties | null = null;
let interrupted = false;
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => void interrupt(signal));

const narrator = createNarrator((text) => void process.stdout.write(text), hasColours());
process.exitCode = await (full ? playFull(narrator) : play(narrator)).catch((error: unknown) => fail(error));

async function play(narrator: Narrator): Promise<number> {
  process.stdout.write(INTRODUCTION);
  narrator.step(context === undefined ? "A control plane" : `The cluster of context ${context}`);
  platform =
    context === undefined ? await startOwnPlatform() : await takeExistingCluster(context, narrator.say);
  narrator.seen(`it answers at ${platform.url}`);
  if (context !== undefined)
    narrator.say(`everything happens in namespace ${platform.namespace}, which is removed at the end`);

  stage = await install(platform, narrator);

  const scene: Scene = { ...stage, platform, narrator };
  for (const part of [create, edit, sleep, repair, follow, resync, complain]) {
    await part(scene);
    await stage.activator.quiet(300);
  }
  if (keep) {
    const { args, env } = programInPlace(platform, scene.files);
    letGo({
      access: platform.access,
      log: scene.files.log,
      url: stage.activator.url,
      folder: platform.supervisor.folder,
      args,
      env,
    });
    keepToken(platform, scene.files);
    return 0;
  }
  await end(scene);
  await uninstall(scene);
  await stop();
  narrator.seen("everything is stopped and removed");
  process.stdout.write("\nAll of it was seen to happen.\n");
  return 0;
}

/** The whole way of one route, with every third party. */
async function playFull(narrator: Narrator): Promise<number> {
  const { findPrograms } = await import("../third-party/programs.ts");
  const { startThirdParties } = await import("../third-party/launch/third-parties.ts");
  const { attempt, FULL_STORY } = await import("./full-story.ts");
  process.stdout.write(FULL_INTRODUCTION);
  const found = await findPrograms();
  narrator.step("A control plane");
  const own = await startOwnPlatform(["cert-manager-acme"]);
  platform = own;
  narrator.seen(`it answers at ${own.url}`);

  narrator.step("A DNS server, an ACME server, cert-manager, external-dns and two replicas of Traefik");
  parties = await startThirdParties(own.cluster, found);
  for (const { message } of parties.missing) narrator.missed(message);
  const there = [...found.paths.keys()].filter(parties.has);
  narrator.seen(`${there.join(", ")} run`);
  stage = await install(own, narrator);

  let complete = parties.missing.length === 0;
  for (const step of FULL_STORY) {
    complete = (await attempt(step, { admin: own.admin, narrator, parties })) && complete;
    await stage.activator.quiet(300);
  }
  await stop();
  narrator.seen("everything is stopped and removed");
  process.stdout.write(complete ? "\nAll of it was seen to happen.\n" : "\nNot all of it could be seen.\n");
  return complete ? 0 : 1;
}

/** Installs the manifests and starts what plays Knative's part. */
async function install(platform: Platform, narrator: Narrator): Promise<Stage> {
  narrator.step("kubectl apply -k knative");
  for (const object of platform.installation.applied) await platform.admin.apply(object);
  const opened = await openStage(platform, narrator);
  await opened.startSources();
  narrator.seen("the ApiServerSources watch; the function sleeps");
  return opened;
}

async function stop(): Promise<void> {
  await stage?.stop();
  await parties?.stop();
  await platform?.end();
}

async function fail(error: unknown): Promise<number> {
  if (interrupted) return new Promise(() => {});
  const refused = [UnusableClusterError, ClusterAccessError, UsageError].some(
    (type) => error instanceof type,
  );
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`\n${refused ? "" : "The demo failed: "}${message}\n`);
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

function parse(): { keep: boolean; full: boolean; context?: string | undefined } {
  try {
    const flag = { type: "boolean", default: false } as const;
    const options = { keep: flag, full: flag, context: { type: "string" } } as const;
    const { values } = parseArgs({ options });
    if (values.full && (values.keep || values.context !== undefined))
      throw new Error("--full has a cluster of its own and keeps nothing: leave out --keep and --context");
    return values;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n${USAGE}\n`);
    process.exit(2);
  }
}
