/**
 * Programs that end with the process that started them, however it ends (see supervisor.ts).
 *
 * @module
 */
import { type ChildProcess, fork } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Message, Request } from "./supervisor.ts";

/** A request without its `id`. */
type Order = Request extends infer R ? (R extends Request ? Omit<R, "id"> : never) : never;

export class SupervisorError extends Error {
  override readonly name = "SupervisorError";
}

export interface Supervisor {
  /** A temporary folder that goes when the supervisor ends. Logs of programs are in it as `<name>.log`. */
  readonly folder: string;
  /** Process id of the supervisor. */
  readonly pid: number;
  /** Starts a program and returns its process id; the working directory is `folder`. */
  start(
    name: string,
    command: string,
    args: readonly string[],
    env?: Record<string, string>,
  ): Promise<number>;
  signal(name: string, signal: NodeJS.Signals): Promise<void>;
  /** Ends a program, with SIGKILL if it takes longer than five seconds, and waits for its end. */
  stop(name: string, signal?: NodeJS.Signals): Promise<void>;
  /** The process id of a program that was started, or null when it has ended. */
  pidOf(name: string): number | null;
  /** How the last run of this program ended, or null while it runs or has never run. */
  outcomeOf(name: string): string | null;
  /** The last lines of a program's log. */
  logOf(name: string): Promise<string>;
  /** Ends everything and waits until it is gone. */
  end(): Promise<void>;
}

/** Starts a supervisor; its folder's name begins with `prefix`. */
export async function startSupervisor(prefix: string): Promise<Supervisor> {
  const child = fork(join(import.meta.dirname, "supervisor.ts"), [prefix], {
    // Of its own session, so that Ctrl-C in a terminal reaches the parent alone and the clean-up is not cut short.
    detached: true,
    execArgv: [],
    env: { ...process.env, NODE_OPTIONS: "", NODE_TEST_CONTEXT: "", NODE_V8_COVERAGE: "" },
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const outcomes = new Map<string, string>();
  const pids = new Map<string, number>();
  const waiting = new Map<number, (message: Message & { kind: "reply" }) => void>();
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const folder = await new Promise<string>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", () => reject(new SupervisorError("the supervisor ended before it was ready")));
    child.on("message", (message: Message) => {
      if (message.kind === "ready") resolve(message.folder);
      else if (message.kind === "exit") {
        outcomes.set(message.name, message.outcome);
        pids.delete(message.name);
      } else waiting.get(message.id)?.(message);
    });
  });
  const request = requester(child, waiting);
  // A test that forgets to stop must not hang: the supervisor cleans up when this process ends.
  child.unref();
  child.channel?.unref();
  return {
    folder,
    pid: child.pid ?? 0,
    async start(name, command, args, env = {}) {
      outcomes.delete(name);
      const pid = (await request({ do: "start", name, command, args, env })) ?? 0;
      if (!outcomes.has(name)) pids.set(name, pid);
      return pid;
    },
    async signal(name, signal) {
      await request({ do: "signal", name, signal });
    },
    async stop(name, signal = "SIGTERM") {
      await request({ do: "stop", name, signal });
    },
    pidOf: (name) => pids.get(name) ?? null,
    outcomeOf: (name) => outcomes.get(name) ?? null,
    async logOf(name) {
      const text = await readFile(join(folder, `${name}.log`), "utf8").catch(() => "");
      return text.trimEnd().split("\n").slice(-15).join("\n");
    },
    async end() {
      child.ref();
      if (child.connected) child.disconnect();
      await ended;
    },
  };
}

function requester(
  child: ChildProcess,
  waiting: Map<number, (message: Message & { kind: "reply" }) => void>,
) {
  let lastId = 0;
  return async (order: Order): Promise<number | null> => {
    const id = ++lastId;
    child.channel?.ref();
    const { promise, resolve, reject } = Promise.withResolvers<number | null>();
    const gone = () => reject(new SupervisorError("the supervisor is gone"));
    try {
      waiting.set(id, ({ pid, error }) =>
        error === null ? resolve(pid) : reject(new SupervisorError(error)),
      );
      child.once("exit", gone);
      child.send({ ...order, id }, (error) => error && reject(error));
      return await promise;
    } finally {
      child.off("exit", gone);
      waiting.delete(id);
      if (waiting.size === 0) child.channel?.unref();
    }
  };
}
