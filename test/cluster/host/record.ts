/**
 * Which process is the node's: its pid, and when it began, for pids are used again.
 *
 * @module
 */
import { readFile, writeFile } from "node:fs/promises";
import { recordPath } from "../layout.ts";

export interface NodeRecord {
  readonly pid: number;
  /** In clock ticks since the machine started. */
  readonly startedAt: string;
}

/** Writes who runs the node. */
export async function writeRecord(pid: number): Promise<void> {
  const record: NodeRecord = { pid, startedAt: (await startTime(pid)) ?? "" };
  await writeFile(recordPath, JSON.stringify(record), { mode: 0o600 });
}

/** The pid of the node's process, or null if it does not run. */
export async function runningNode(): Promise<number | null> {
  const text = await readFile(recordPath, "utf8").catch(() => null);
  if (text === null) return null;
  const { pid, startedAt } = JSON.parse(text) as NodeRecord;
  return (await startTime(pid)) === startedAt ? pid : null;
}

/** When a process began; null if there is none, or only its exit code is left. */
async function startTime(pid: number): Promise<string | null> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => null);
  if (stat === null) return null;
  // Field 2, the name, is in parentheses and may hold anything.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return fields[0] === "Z" ? null : (fields[19] ?? null);
}
