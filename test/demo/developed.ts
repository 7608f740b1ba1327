/**
 * The function that is being worked on (`npm run dev`), as the kept demo sees it: while its process lives, it gets the
 * events.
 *
 * @module
 */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

interface Developed {
  readonly pid: number;
  readonly url: string;
}

/** Says so in the demo's folder; the function that is returned takes it back. */
export function takeEvents(folder: string, url: string): () => void {
  const file = fileIn(folder);
  const developed: Developed = { pid: process.pid, url };
  writeFileSync(file, JSON.stringify(developed));
  return () => rmSync(file, { force: true });
}

/** Its URL, or null where nobody works on it now. */
export function developedAt(folder: string): string | null {
  try {
    const { pid, url } = JSON.parse(readFileSync(fileIn(folder), "utf8")) as Developed;
    return isAlive(pid) ? url : null;
  } catch {
    return null;
  }
}

export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function fileIn(folder: string): string {
  return join(folder, "developed.json");
}
