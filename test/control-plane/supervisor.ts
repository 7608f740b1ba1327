/**
 * A process between the tests and the programs they start. It owns a temporary folder and the programs, and
 * when its parent goes, however that happens, it ends the programs, last started first, and removes the folder.
 *
 * It is started by supervised.ts and spoken to over Node's IPC channel, whose end is the parent's end.
 *
 * @module
 */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What the parent may ask. Each is answered by a `Reply` with the same `id`. */
export type Request =
  | {
      readonly do: "start";
      readonly id: number;
      readonly name: string;
      readonly command: string;
      readonly args: readonly string[];
      readonly env?: Readonly<Record<string, string>>;
    }
  | { readonly do: "signal"; readonly id: number; readonly name: string; readonly signal: NodeJS.Signals }
  | { readonly do: "stop"; readonly id: number; readonly name: string; readonly signal: NodeJS.Signals };

export type Message =
  | { readonly kind: "ready"; readonly folder: string }
  | {
      readonly kind: "reply";
      readonly id: number;
      readonly pid: number | null;
      readonly error: string | null;
    }
  | { readonly kind: "exit"; readonly name: string; readonly pid: number; readonly outcome: string };

/** How long a program may take to end after SIGTERM, in milliseconds. */
const grace = 5_000;

interface Program {
  readonly child: ChildProcess;
  readonly ended: Promise<void>;
}

const programs = new Map<string, Program>();
const folder = mkdtempSync(join(tmpdir(), process.argv[2] ?? "supervised-"));
let ending = false;

process.on("message", (request: Request) => {
  if (!ending) void answer(request);
});
process.on("disconnect", end);
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, end);
send({ kind: "ready", folder });

async function answer(request: Request): Promise<void> {
  try {
    const pid = await perform(request);
    send({ kind: "reply", id: request.id, pid, error: null });
  } catch (error) {
    send({ kind: "reply", id: request.id, pid: null, error: String(error) });
  }
}

async function perform(request: Request): Promise<number | null> {
  if (request.do === "start") return start(request);
  const program = programs.get(request.name);
  if (program === undefined) throw new Error(`${request.name} is not running`);
  if (request.do === "signal") program.child.kill(request.signal);
  else await stop(program, request.signal);
  return program.child.pid ?? null;
}

async function start(request: Request & { do: "start" }): Promise<number> {
  if (programs.has(request.name)) throw new Error(`${request.name} is running already`);
  const log = openSync(join(folder, `${request.name}.log`), "a");
  const { PATH = "", HOME = folder, TMPDIR = tmpdir() } = process.env;
  const child = spawn(request.command, request.args, {
    cwd: folder,
    env: { PATH, HOME, TMPDIR, ...request.env },
    stdio: ["ignore", log, log],
  });
  closeSync(log);
  const pid = child.pid ?? 0;
  const ended = new Promise<void>((resolve) => {
    const end = (outcome: string) => {
      programs.delete(request.name);
      if (pid > 0) send({ kind: "exit", name: request.name, pid, outcome });
      resolve();
    };
    child.once("exit", (code, signal) => end(signal ?? `exit code ${code}`));
    child.once("error", (error) => end(String(error)));
  });
  // Known from the first moment, so that the end finds it.
  programs.set(request.name, { child, ended });
  await new Promise<void>((resolve, reject) => child.once("spawn", resolve).once("error", reject));
  return pid;
}

async function stop({ child, ended }: Program, signal: NodeJS.Signals): Promise<void> {
  const timer = setTimeout(() => child.kill("SIGKILL"), grace);
  // A stopped (SIGSTOP) program would never see the signal.
  child.kill(signal);
  child.kill("SIGCONT");
  await ended;
  clearTimeout(timer);
}

async function end(): Promise<void> {
  if (ending) return;
  ending = true;
  for (const program of [...programs.values()].reverse()) await stop(program, "SIGTERM");
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  process.exit(0);
}

function send(message: Message): void {
  // The parent may be gone: then nobody wants to know.
  if (process.connected) process.send?.(message, undefined, undefined, () => {});
}
