/**
 * `npm run bench:neighbours`: what we cost beside what others do of the same kind, on one API server in one run:
 * - cert-manager's own shim, which makes the Certificates of annotated Ingresses;
 * - external-dns' own source for Traefik, which makes records of annotated IngressRoutes.
 * A CA issuer signs, so that what is measured is the way to it.
 *
 * `-- --at-once 1,100 --what certificate` measures a part of it.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { inParallel } from "../../integration/harness/in-parallel.ts";
import { startRouteWorld } from "../harness/world.ts";
import { applyAuthority } from "./authority.ts";
import { certificateContenders } from "./certificates.ts";
import type { Contender, What } from "./contenders.ts";
import { openDelivery } from "./delivery.ts";
import { follow } from "./follow.ts";
import { EXTERNAL_DNS_FLAGS, recordContenders } from "./records.ts";
import { countRequests, type Run, render } from "./report.ts";

/** How many objects at once, and how often. */
const ROUNDS = new Map([
  [1, 9],
  [100, 3],
  [1_000, 1],
]);
/** Before anything counts, for a process that is warm: what a single object takes, and a burst. */
const WARM_UP = [1, 30];

/** How many objects are in one namespace at most. */
const PER_NAMESPACE = 50;

/** A route ready 1.1 times as late as with the shim is too late. */
const READY_BAR = 1.1;

const { values } = parseArgs({
  options: {
    "at-once": { type: "string", default: [...ROUNDS.keys()].join() },
    what: { type: "string", default: "certificate,record" },
  },
});
const sizes = values["at-once"].split(",").map(Number);
const whats = values.what.split(",") as What[];

const world = await startRouteWorld({
  certManager: { shim: true },
  externalDns: { flags: EXTERNAL_DNS_FLAGS },
  programs: ["knot", "pebble", "cert-manager", "external-dns"],
});
const delivery = await openDelivery(world);
try {
  for (const { message } of world.parties.missing) process.stdout.write(`${message}\n`);
  await applyAuthority(world.admin);
  const namespaceOf = await namespaces(Math.max(...sizes, ...WARM_UP));
  const all = [...certificateContenders(world, namespaceOf), ...(await recordContenders(world, namespaceOf))];
  const runs: Run[] = [];
  for (const what of whats) {
    const sides = all.filter((one) => one.what === what);
    for (const objects of WARM_UP) await inTurn(sides, objects, "warm-up", 0);
    for (const objects of sizes) {
      const rounds = ROUNDS.get(objects) ?? 1;
      for (let round = 0; round < rounds; round++) {
        // Each is first once: what one leaves behind hits all alike.
        const turn = round % sides.length;
        const rotated = [...sides.slice(turn), ...sides.slice(0, turn)];
        runs.push(...(await inTurn(rotated, objects, String(round + 1), (round + 0.5) / rounds)));
      }
    }
  }
  const { text, isMet } = render(runs, READY_BAR);
  process.stdout.write(`\n${text}\n`);
  if (!isMet || world.parties.missing.length > 0) process.exitCode = 1;
} finally {
  await delivery.stop();
  await world.stop();
}

/** By the number at the end of each name, the namespace that the object is in. */
async function namespaces(objects: number): Promise<(name: string) => string> {
  const all: string[] = [];
  for (let from = 0; from < objects; from += PER_NAMESPACE)
    all.push(await world.admin.createNamespace("bench"));
  return (name) => all[Math.floor(Number(name.split("-").at(-1)) / PER_NAMESPACE)] ?? "";
}

/** One that does not come to its end leaves the others their lines. */
async function inTurn(
  sides: readonly Contender[],
  objects: number,
  round: string,
  phase: number,
): Promise<Run[]> {
  const runs: Run[] = [];
  for (const contender of sides) {
    process.stderr.write(`${contender.name}, ${objects} at once, round ${round}: `);
    try {
      const run = await measure(contender, objects, round, phase);
      process.stderr.write(`all ready after ${Math.max(...run.ready).toFixed(0)} ms\n`);
      runs.push(run);
    } catch (error) {
      process.exitCode = 1;
      process.stdout.write(`${contender.name}: ${error instanceof Error ? error.message : String(error)}\n`);
    }
  }
  return runs;
}

/** Applies so many objects at once, waits until all are there and ready, and removes them. */
async function measure(contender: Contender, objects: number, round: string, phase: number): Promise<Run> {
  const { cluster, admin } = world;
  const names = Array.from(
    { length: objects },
    (_, index) => `${contender.prefix}-${objects}-${round}-${index}`,
  );
  await delivery.use(contender.delivery);
  await delivery.quiet();
  await contender.begin(phase);
  const mark = await cluster.auditLog.mark();
  const followed = await follow(world, contender, names);
  const applied = new Map<string, number>();
  await inParallel(names, async (name) => {
    applied.set(name, performance.now());
    await admin.apply(contender.object(name));
  });
  const { created, ready } = await followed.done;
  await delivery.quiet();
  const requests = countRequests(await cluster.auditLog.entries(mark), contender, objects);
  await inParallel(names, (name) => admin.delete(contender.target(name)));
  await contender.end(names);
  const since = (times: ReadonlyMap<string, number>) =>
    [...times].map(([name, time]) => time - (applied.get(name) ?? Number.NaN));
  return { contender, objects, created: since(created), ready: since(ready), requests };
}
