/**
 * `--keep`: the demo plays in a process of its own, which goes on when the command has ended.
 *
 * @module
 */
import { fork } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";

const MARK = "TRAEFIK_CERT_ROTATER_DEMO_KEEPER";

export interface Kept {
  /** The line with which a shell gets at the cluster. */
  readonly access: string;
  /** The function's log file. */
  readonly log: string;
  /** Where events are sent to. */
  readonly url: string;
  /** For files of the demo. */
  readonly folder: string;
  /** The function's arguments, and the environment that it has in a pod. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** What is known of the demo that was kept last, a `Kept` with the `pid` of its process, among the user's state. */
export function keptFile(environment: NodeJS.ProcessEnv = process.env): string {
  const base = environment.XDG_STATE_HOME;
  const folder = base?.startsWith("/") ? base : join(homedir(), ".local", "state");
  return join(folder, "traefik-cert-rotater", "kept-demo.json");
}

/** Whether this process is the one that goes on. */
export function isKeeper(): boolean {
  return process.env[MARK] !== undefined;
}

/** Plays the demo in a new process with these words, and returns the exit code once that has played or failed. */
export function keepRunning(words: readonly string[]): Promise<number> {
  const colours = process.stdout.isTTY && !process.env.NO_COLOR;
  const child = fork(process.argv[1] ?? "", [...words], {
    detached: true,
    // Pipes, for whoever waits for the end of our output must not wait for the end of the process that goes on.
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    env: { ...process.env, [MARK]: "1", ...(colours && { FORCE_COLOR: "1" }) },
  });
  child.stdout?.pipe(process.stdout);
  child.stderr?.pipe(process.stderr);
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => child.kill(signal));
  return new Promise((resolve) => {
    child.on("exit", (code) => resolve(code ?? 1));
    child.on("message", (kept: Kept) => {
      process.stdout.write(instructions(kept, child.pid ?? 0));
      resolve(0);
    });
  });
}

/** Signals to the command that the demo has played, and goes on without it. */
export function letGo(kept: Kept): void {
  mkdirSync(dirname(keptFile()), { recursive: true });
  writeFileSync(keptFile(), JSON.stringify({ ...kept, pid: process.pid }), { mode: 0o600 });
  // Nobody reads the other end of these pipes from now on.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
  process.send?.(kept, () => process.disconnect?.());
}

function instructions({ access, log, url }: Kept, pid: number): string {
  return `
It goes on: the sources, and the function that they wake.
  ${access}
  kubectl get ingressroutes,certificates,dnsendpoints -A
Change the function:    npm run dev
The function's log:     tail -f ${log}
A resync by hand:       npx traefik-cert-rotater resync --to ${url}
Stop and remove it all: kill ${pid}
`;
}
