/**
 * The processes that are measured: the function as its image runs it, and the raw scripts.
 *
 * @module
 */
import { type ChildProcess, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { Agent, request } from "node:http";
import { join } from "node:path";

/** Milliseconds since the epoch with fractions, as the audit log has them. */
export function now(): number {
  return performance.timeOrigin + performance.now();
}

export interface Listener {
  readonly port: number;
  /** Just before the process was started, and when it said that it listens. */
  readonly startedAt: number;
  readonly listeningAt: number;
  /** Resident memory in MiB. */
  memory(): Promise<number>;
  /** The most that it ever was. */
  peakMemory(): Promise<number>;
  signal(name: NodeJS.Signals): void;
  stop(): Promise<void>;
}

export interface FunctionProcess extends Listener {
  /** Sends an event and waits for its answer; throws unless that is 204. */
  send(event: Event): Promise<{ sentAt: number; answeredAt: number }>;
}

/** A CloudEvent in binary mode: its attributes without their prefix, and its data. */
export interface Event {
  readonly type: string;
  readonly subject?: string;
  readonly data: unknown;
}

/** Starts a script that says `{"msg":"listening","port":...}` on its output; returns when it has. */
export async function startListener(
  script: string,
  env: Record<string, string>,
  args: readonly string[] = [],
): Promise<Listener> {
  const startedAt = now();
  const child = spawn(process.execPath, [script, ...args], { stdio: ["ignore", "pipe", "inherit"], env });
  const { port, listeningAt } = await listening(child);
  const pid = child.pid ?? 0;
  return {
    port,
    startedAt,
    listeningAt,
    memory: () => statusOf(pid, "VmRSS"),
    peakMemory: () => statusOf(pid, "VmHWM"),
    signal: (name) => void child.kill(name),
    stop: () => stop(child),
  };
}

export async function startFunction(folder: string, env: Record<string, string>): Promise<FunctionProcess> {
  const listener = await startListener(join(folder, "serve.cjs"), { ...env, PORT: "0" });
  const agent = new Agent({ keepAlive: true });
  let count = 0;
  return {
    ...listener,
    async send({ type, subject, data }) {
      const headers = {
        "content-type": "application/json",
        "ce-specversion": "1.0",
        "ce-id": `bench-${++count}`,
        "ce-source": "https://127.0.0.1",
        "ce-type": type,
        ...(subject === undefined ? {} : { "ce-subject": subject }),
      };
      const body = JSON.stringify(data);
      const sentAt = now();
      const status = await post(agent, listener.port, headers, body);
      const answeredAt = now();
      if (status !== 204) throw new Error(`the function answered ${status} to ${type}`);
      return { sentAt, answeredAt };
    },
    async stop() {
      agent.destroy();
      await listener.stop();
    },
  };
}

/** The raw side of everything warm. */
export interface RawProcess {
  /** Has `raw/serve.cjs` do a job; the times are taken in that process. */
  run(job: string, input: object): Promise<{ startedAt: number; endedAt: number; result: unknown }>;
  stop(): Promise<void>;
}

export async function startRaw(env: Record<string, string>): Promise<RawProcess> {
  const child = fork(join(import.meta.dirname, "raw/serve.cjs"), { env, execArgv: [] });
  await once(child, "message");
  return {
    async run(job, input) {
      child.send({ job, input });
      const [message] = (await once(child, "message")) as [
        { startedAt: number; endedAt: number; result: unknown; error?: string },
      ];
      if (message.error !== undefined) throw new Error(message.error);
      return message;
    },
    stop: () => stop(child),
  };
}

/** Runs a raw script to its end; when it was started. */
export async function runScript(
  script: string,
  args: readonly string[],
  env: Record<string, string>,
): Promise<number> {
  const startedAt = now();
  const child = spawn(process.execPath, [script, ...args], { stdio: ["ignore", "inherit", "inherit"], env });
  const [code] = (await once(child, "exit")) as [number | null];
  if (code !== 0) throw new Error(`${script} ended with ${code}`);
  return startedAt;
}

function listening(child: ChildProcess): Promise<{ port: number; listeningAt: number }> {
  return new Promise((resolve, reject) => {
    let text = "";
    child.stdout?.setEncoding("utf8").on("data", (chunk: string) => {
      const listeningAt = now();
      // What it logs later is not looked at, only taken away.
      if (text.includes('"listening"')) return;
      text += chunk;
      const line = text.split("\n").find((candidate) => candidate.includes('"listening"'));
      if (line !== undefined) resolve({ port: (JSON.parse(line) as { port: number }).port, listeningAt });
    });
    child.once("exit", (code) => reject(new Error(`ended with ${code} before it listened:\n${text}`)));
  });
}

function post(
  agent: Agent,
  port: number,
  headers: Record<string, string>,
  body: string,
): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const options = { agent, host: "127.0.0.1", port, method: "POST", path: "/" };
    const outgoing = request(
      { ...options, headers: { ...headers, "content-length": Buffer.byteLength(body) } },
      (response) => {
        response.resume();
        response.on("end", () => resolve(response.statusCode));
      },
    );
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill("SIGTERM");
  await exited;
}

/** A figure of /proc/<pid>/status, which has it in KiB. */
async function statusOf(pid: number, field: "VmRSS" | "VmHWM"): Promise<number> {
  const text = await readFile(`/proc/${pid}/status`, "utf8");
  const figure = new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(text)?.[1];
  if (figure === undefined) throw new Error(`process ${pid} has no ${field}`);
  return Number(figure) / 1024;
}
