/**
 * The user's cache folder: whatever takes minutes to make is made once and kept there under a key.
 *
 * An entry is a folder that appears by one rename, so it is whole or absent. A lock keeps two processes
 * from doing the same work; it is only thrift, for the rename alone keeps entries right.
 *
 * @module
 */
import { mkdir, mkdtemp, open, readdir, readFile, rename, rm, stat, utimes } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { startProgress } from "./progress.ts";

/** A lock whose holder has not touched it for so long, in milliseconds, belongs to a process that is gone. */
const staleAfter = 30_000;
const heartbeat = 5_000;

/** `$XDG_CACHE_HOME/traefik-cert-rotater`, or the same under `~/.cache`. */
export function cacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const base = environment.XDG_CACHE_HOME;
  return join(base?.startsWith("/") ? base : join(homedir(), ".cache"), "traefik-cert-rotater");
}

/**
 * Returns the folder of entry `key` in `cache`, made by `fill` (given an empty folder) if it is not there.
 * What `fill` throws is passed on, and leaves no entry.
 */
export async function cached(
  key: string,
  fill: (folder: string) => Promise<void>,
  cache: string = cacheFolder(),
): Promise<string> {
  const entry = join(cache, key);
  if (await exists(entry)) return entry;
  await mkdir(cache, { recursive: true });
  const release = await lock(join(cache, `${key}.lock`), () => exists(entry));
  if (release === null) return entry;
  try {
    if (!(await exists(entry))) await fillAndPublish(cache, entry, fill);
  } finally {
    await release();
  }
  return entry;
}

async function fillAndPublish(cache: string, entry: string, fill: (folder: string) => Promise<void>) {
  await removeForgottenDrafts(cache);
  const draft = await mkdtemp(join(cache, `.draft-${process.pid}-`));
  try {
    await fill(draft);
    await rename(draft, entry).catch(async (error) => {
      if (!(await exists(entry))) throw error;
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** Removes what processes that were killed in the middle of their work have left. */
async function removeForgottenDrafts(cache: string): Promise<void> {
  const drafts = (await readdir(cache)).filter((name) => name.startsWith(".draft-"));
  const forgotten = drafts.filter((name) => !isAlive(Number(name.split("-")[1])));
  await Promise.all(forgotten.map((name) => rm(join(cache, name), { recursive: true, force: true })));
}

/** Takes the lock, or returns null as soon as `done` says that somebody else did the work. */
async function lock(path: string, done: () => Promise<boolean>): Promise<(() => Promise<void>) | null> {
  let endProgress: ((outcome: string) => void) | undefined;
  try {
    for (;;) {
      const release = await tryLock(path);
      if (release !== null) return release;
      if (await done()) return null;
      if (await isStale(path)) {
        await breakLock(path);
        continue;
      }
      endProgress ??= startProgress(`waiting for another process to make ${basename(path, ".lock")}`);
      await delay(500);
    }
  } finally {
    endProgress?.("done");
  }
}

async function tryLock(path: string): Promise<(() => Promise<void>) | null> {
  const file = await open(path, "wx").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "EEXIST") return null;
    throw error;
  });
  if (file === null) return null;
  await file.writeFile(String(process.pid));
  await file.close();
  const timer = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => {});
  }, heartbeat);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await rm(path, { force: true });
  };
}

async function isStale(path: string): Promise<boolean> {
  const [holder, stats] = await Promise.all([
    readFile(path, "utf8").catch(() => null),
    stat(path).catch(() => null),
  ]);
  if (holder === null || stats === null) return false;
  if (Date.now() - stats.mtimeMs > staleAfter) return true;
  // Empty for the moment between the lock's creation and its content.
  return holder !== "" && !isAlive(Number(holder));
}

/** Moves the stale lock away. A waiter that comes late may move a new lock: then two build, and one result wins. */
async function breakLock(path: string): Promise<void> {
  const aside = `${path}.${process.pid}`;
  await rename(path, aside).catch(() => {});
  await rm(aside, { force: true });
}

function isAlive(pid: number): boolean {
  if (!(pid > 0)) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Whether there is a file or folder. */
export async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null)) !== null;
}
