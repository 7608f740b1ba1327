/**
 * Resident memory of processes in pods, as the node's own /proc has it.
 *
 * @module
 */
import { readdir, readFile } from "node:fs/promises";

/** In MiB, of all processes that have this word in their command line. */
export async function residentWith(word: string): Promise<number> {
  const processes = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const kib = await Promise.all(
    processes.map(async (id) => {
      // It may end meanwhile.
      const [words, status] = await Promise.all(
        ["cmdline", "status"].map((file) => readFile(`/proc/${id}/${file}`, "utf8").catch(() => "")),
      );
      const resident = /^VmRSS:\s+(\d+) kB$/m.exec(status ?? "")?.[1] ?? "0";
      return words?.split("\0").includes(word) ? Number(resident) : 0;
    }),
  );
  return kib.reduce((sum, each) => sum + each, 0) / 1024;
}
