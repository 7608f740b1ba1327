/**
 * How fast the function is against what Node and the API server take alone. `npm run bench`.
 *
 * Ends with 1 where a bar is missed.
 *
 * @module
 */
import { cpus } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Bench, startBench } from "./bench.ts";
import { claimsRows } from "./rows/claims.ts";
import { commandRows } from "./rows/commands.ts";
import { crowdedRows } from "./rows/crowded.ts";
import { giveBackRows } from "./rows/give-back.ts";
import { largeRows } from "./rows/large.ts";
import { listenRows } from "./rows/listen.ts";
import { memoryOfFew, memoryRows } from "./rows/memory.ts";
import { resyncConvergedRows, resyncCreateRows } from "./rows/resync.ts";
import { brokerRows, sourceRows } from "./rows/source.ts";
import { telemetryRows } from "./rows/telemetry.ts";
import { wakeRows } from "./rows/wake.ts";
import { warmRows } from "./rows/warm.ts";
import { isMet, type Row, render } from "./table.ts";

const ROWS = [
  "listen",
  "wake",
  "warm",
  "telemetry",
  "source",
  "broker",
  "resync-create",
  "resync-converged",
  "memory",
  "crowded",
  "large",
  "give-back",
  "claims",
  "commands",
] as const;
const FEWEST_REPETITIONS = 15;

const usage = `usage: npm run bench -- [--only ROWS] [--repetitions N] [--bundle FOLDER] [--former FOLDER]

  --only ROWS        comma list of ${ROWS.join(", ")}
  --repetitions N    runs of each side; ${FEWEST_REPETITIONS} unless given
  --bundle FOLDER    with the bundled function; dist unless given
  --former FOLDER    with another bundle, measured in turn with the first in rows source and broker`;

interface Options {
  readonly only: readonly string[];
  readonly repetitions: number;
  readonly bundle: string;
  readonly former: string | null;
}

function parseOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: "string", default: ROWS.join(",") },
      repetitions: { type: "string", default: String(FEWEST_REPETITIONS) },
      former: { type: "string" },
      bundle: { type: "string", default: join(import.meta.dirname, "../../dist") },
    },
  });
  const only = values.only.split(",").map((name) => name.trim());
  const unknown = only.find((name) => !(ROWS as readonly string[]).includes(name));
  if (unknown !== undefined) throw new TypeError(`there is no row ${unknown}`);
  const repetitions = Number(values.repetitions);
  if (!Number.isInteger(repetitions) || repetitions < 1)
    throw new TypeError("--repetitions takes a number above 0");
  return { only, repetitions, bundle: values.bundle, former: values.former ?? null };
}

/** In an order in which the cluster only grows. */
async function measure(bench: Bench, only: readonly string[]): Promise<Row[]> {
  const rows: Row[] = [];
  const has = (name: (typeof ROWS)[number]) => only.includes(name);
  if (has("listen")) rows.push(...(await listenRows(bench)));
  if (has("wake")) rows.push(...(await wakeRows(bench)));
  if (has("warm")) rows.push(...(await warmRows(bench)));
  if (has("telemetry")) rows.push(...(await telemetryRows(bench)));
  if (has("source")) rows.push(...(await sourceRows(bench)));
  if (has("broker")) rows.push(...(await brokerRows(bench)));
  if (has("resync-create")) rows.push(...(await resyncCreateRows(bench)));
  const few = has("memory") ? await memoryOfFew(bench) : [];
  if (has("resync-converged")) rows.push(...(await resyncConvergedRows(bench)));
  if (has("memory")) rows.push(...(await memoryRows(bench, few)));
  if (has("large")) rows.push(...(await largeRows(bench)));
  if (has("give-back")) rows.push(...(await giveBackRows(bench)));
  if (has("claims")) rows.push(...(await claimsRows(bench)));
  if (has("commands")) rows.push(...(await commandRows(bench)));
  if (has("crowded")) rows.push(...(await crowdedRows(bench)));
  return rows;
}

async function main(args: readonly string[]): Promise<number> {
  let options: Options;
  try {
    options = parseOptions(args);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n${usage}`);
    return 2;
  }
  const bench = await startBench(options.bundle, options.repetitions, options.former);
  try {
    const rows = await measure(bench, options.only);
    const missed = rows.filter((row) => isMet(row) === false);
    console.log(
      `\nNode ${process.version}, ${cpus().length} cores; medians, 95th percentiles in parentheses\n`,
    );
    console.log(render(rows));
    if (missed.length > 0)
      console.log(`\n${missed.length} missed: ${missed.map(({ what }) => what).join("; ")}`);
    return missed.length === 0 ? 0 : 1;
  } finally {
    await bench.stop();
  }
}

process.exitCode = await main(process.argv.slice(2));
