/**
 * `npm run bench:neighbours`: what we cost beside what others do of the same kind, on one API server in one run:
 * - cert-manager's own shim, which makes the Certificates of annotated Ingresses;
 * - external-dns' own source for Traefik, which makes records of annotated IngressRoutes.
 * A CA issuer signs, so that what is measured is the way to it.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { inParallel } from "../../integration/harness/in-parallel.ts";
import { startRouteWorld } from "../harness/world.ts";
import { applyAuthority } from "./authority.ts";
import { type Contender, contenders } from "./contenders.ts";
import { openDelivery } from "./delivery.ts";
import { follow } from "./follow.ts";
import { type Run, render } from "./report.ts";

/** How many objects at once, and how often. */
const SIZES = [
  { objects: 1, rounds: 7 },
  { objects: 100, rounds: 2 },
  { objects: 1_000, rounds: 1 },
];

/** A route ready 1.1 times as late as with the shim is too late. */
const READY_BAR = 1.1;

const { values } = parseArgs({ options: { most: { type: "string", default: "1000" } } });

const world = await startRouteWorld({
  certManager: { shim: true },
  programs: ["knot", "pebble", "cert-manager", "external-dns"],
});
const delivery = await openDelivery(world);
try {
  for (const { message } of world.parties.missing) process.stdout.write(`${message}\n`);
  await applyAuthority(world.admin);
  const runs: Run[] = [];
  const all = await contenders(world, Number(values.most));
  for (const { objects, rounds } of SIZES.filter(({ objects }) => objects <= Number(values.most)))
    for (const what of ["certificate", "record"] as const)
      for (let round = 0; round < rounds; round++)
        for (const contender of all.filter((one) => one.what === what))
          await measure(contender, objects, round).then(
            (run) => runs.push(run),
            (error: unknown) => failed(contender, error),
          );
  const { text, isMet } = render(runs, READY_BAR);
  process.stdout.write(`\n${text}\n`);
  if (!isMet || world.parties.missing.length > 0) process.exitCode = 1;
} finally {
  await delivery.stop();
  await world.stop();
}

/** One that does not come to its end leaves the others their lines. */
function failed({ name }: Contender, error: unknown): void {
  process.exitCode = 1;
  process.stdout.write(`${name}: ${error instanceof Error ? error.message : String(error)}\n`);
}

/** Applies so many objects at once, waits until all are there and ready, and removes them. */
async function measure(contender: Contender, objects: number, round: number): Promise<Run> {
  const { cluster, admin } = world;
  process.stderr.write(`${contender.name}, ${objects} at once, round ${round + 1}\n`);
  const names = Array.from(
    { length: objects },
    (_, index) => `${contender.prefix}-${objects}-${round}-${index}`,
  );
  await delivery.use(contender.delivery);
  await contender.begin();
  await delivery.quiet();
  const followed = await follow(world, contender, names);
  const mark = await cluster.auditLog.mark();
  const applied = new Map<string, number>();
  await inParallel(names, async (name) => {
    applied.set(name, performance.now());
    await admin.apply(contender.object(name));
  });
  const { created, ready } = await followed.done;
  await delivery.quiet();
  const entries = await cluster.auditLog.entries(mark);
  const requests = entries.filter((entry) => contender.isOf(entry)).length / objects;
  await inParallel(names, (name) => admin.delete(contender.target(name)));
  await contender.end(names);
  const since = (times: ReadonlyMap<string, number>) =>
    names.map((name) => (times.get(name) ?? Number.NaN) - (applied.get(name) ?? Number.NaN));
  return { contender, objects, created: since(created), ready: since(ready), requests };
}
