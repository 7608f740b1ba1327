/**
 * The function of a release as the real process: the bundle, with the command, arguments and environment of the
 * chart's container, and a pod's credentials.
 *
 * @module
 */
import { type ChildProcess, spawn } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Cluster } from "../../control-plane/cluster.ts";
import { containerOf, toCommand } from "./container.ts";
import { mustGet } from "./objects.ts";
import type { Release } from "./release.ts";
import type { LogLine } from "./running-function.ts";

export interface FunctionProcess {
  readonly child: ChildProcess;
  /** Such as `http://127.0.0.1:41234/`. */
  readonly url: string;
  readonly logs: readonly LogLine[];
  /** Waits for the first line of the log, from the one of that index on, that satisfies `condition`. */
  logged(condition: (line: LogLine) => boolean, from?: number): Promise<LogLine>;
  /** Rotates the token, as the kubelet does. */
  writeToken(token: string): Promise<void>;
  /** The exit code and the signal that ended it, once it has ended. */
  readonly ended: Promise<readonly [number | null, NodeJS.Signals | null]>;
  /** Kills it where it still runs, and removes its files. */
  stop(): Promise<void>;
}

export interface ProcessSettings {
  /** The folder with the bundles. */
  readonly app: string;
  readonly apiServer?: { readonly url: string; readonly caPem: string };
  readonly token?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts it and waits until it listens. */
export async function startFunctionProcess(
  cluster: Cluster,
  release: Release,
  settings: ProcessSettings,
): Promise<FunctionProcess> {
  const { apiServer = cluster, token = await release.functionToken() } = settings;
  const folder = await mkdtemp(join(tmpdir(), "tcr-pod-"));
  const account = join(folder, "serviceaccount");
  await mkdir(account);
  const writeToken = (text: string) => writeFile(join(account, "token"), text);
  await writeToken(token);
  await writeFile(join(account, "ca.crt"), apiServer.caPem);
  await writeFile(join(folder, "config.json"), await release.configuration());
  const { hostname, port } = new URL(apiServer.url);
  const pod = {
    PORT: "0",
    KUBERNETES_SERVICE_HOST: hostname,
    KUBERNETES_SERVICE_PORT: port,
    SERVICE_ACCOUNT_DIRECTORY: account,
  };
  const fullname = release.user.split(":").at(-1) ?? "";
  const kind = { apiVersion: "serving.knative.dev/v1", kind: "Service" };
  const service = await mustGet(cluster.admin, { ...kind, namespace: release.namespace, name: fullname });
  const command = toCommand(containerOf(service), { app: settings.app, config: folder });
  const env = { ...command.env, ...pod, ...settings.env };
  const child = spawn(command.program, command.args, { env, stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(child, "exit").then(([code, signal]) => [code, signal] as const);
  const logs: LogLine[] = [];
  const written = new EventEmitter();
  const logged: FunctionProcess["logged"] = async (condition, from = 0) => {
    const signal = AbortSignal.timeout(30_000);
    for (let index = from; ; index++) {
      while (index >= logs.length) await once(written, "line", { signal });
      const line = logs[index];
      if (line !== undefined && condition(line)) return line;
    }
  };
  const listening = new Promise<number>((resolve, reject) => {
    createInterface({ input: child.stdout }).on("line", (line) => {
      const entry = JSON.parse(line) as LogLine;
      logs.push(entry);
      written.emit("line");
      if (entry.msg === "listening") resolve(entry.port as number);
    });
    ended.then(([code]) => reject(new Error(`the function ended with ${code} before it listened`)));
  });
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
    await ended;
    await rm(folder, { recursive: true });
  };
  try {
    return { child, url: `http://127.0.0.1:${await listening}/`, logs, logged, writeToken, ended, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
