/**
 * Starts a program and waits until it listens.
 *
 * @module
 */
import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import type { Supervisor } from "../../control-plane/supervised.ts";

export interface Order {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Record<string, string>;
  /** Ports on loopback that it listens on once it is ready. */
  readonly ports: readonly number[];
}

/** A program did not become what it should: the message has the end of its log. */
export class LaunchError extends Error {
  override readonly name = "LaunchError";
}

/** One that the supervisor has started, and can stop and start again as it was. */
export interface Running {
  readonly name: string;
  stop(signal?: NodeJS.Signals): Promise<void>;
  start(): Promise<void>;
  /** The last lines of its log. */
  log(): Promise<string>;
}

/** Starts it and returns once all its ports accept connections. Throws `LaunchError` after 30 s. */
export async function launch(supervisor: Supervisor, order: Order): Promise<Running> {
  const { name, command, args, env, ports } = order;
  const start = async () => {
    await supervisor.start(name, command, args, env);
    for (const port of ports) await listening(supervisor, name, port);
  };
  await start();
  return {
    name,
    start,
    stop: (signal) => supervisor.stop(name, signal),
    log: () => supervisor.logOf(name),
  };
}

async function listening(supervisor: Supervisor, name: string, port: number): Promise<void> {
  const end = Date.now() + 30_000;
  while (!(await accepts(port))) {
    const outcome = supervisor.outcomeOf(name);
    if (outcome !== null || Date.now() > end)
      throw new LaunchError(
        `${name} ${outcome === null ? `does not listen on port ${port}` : `ended (${outcome})`}:\n${await supervisor.logOf(name)}`,
      );
    await delay(20);
  }
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
