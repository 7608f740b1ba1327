/**
 * Pulls an image as a node does, with a containerd of its own, and runs it.
 *
 * @module
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../../cluster/host/command.ts";
import { CannotRunHereError, installPackages, requireNodeSupport } from "../../cluster/host/requirements.ts";
import { exists } from "../../control-plane/cache.ts";
import type { Supervisor } from "../../control-plane/supervised.ts";
import { until } from "../../integration/harness/until.ts";

/** Needs nothing of the file system that it is on. */
const snapshotter = ["--snapshotter", "native"];

export interface Containerd {
  /** Pulls over HTTP; the digest of what came. */
  pull(image: string): Promise<string>;
  /** Command and arguments that run a container of a pulled image in the foreground, on the machine's network. */
  command(image: string, name: string, options: ContainerOptions): readonly [string, ...string[]];
  stop(): Promise<void>;
}

export interface ContainerOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Folders of the machine by where they are in the container, for reading. */
  readonly mounts?: Readonly<Record<string, string>>;
  readonly command: readonly string[];
}

/** Why there can be none here, in one sentence; null where there can. Installs Debian's packages if need be. */
export async function whyNoContainerd(): Promise<string | null> {
  try {
    await requireNodeSupport();
    await installPackages();
    return null;
  } catch (error) {
    if (error instanceof CannotRunHereError) return error.message;
    throw error;
  }
}

export async function startContainerd(supervisor: Supervisor): Promise<Containerd> {
  // Not in /tmp, which may be memory.
  const folder = await mkdtemp("/var/tmp/tcr-containerd-");
  const socket = join(folder, "containerd.sock");
  const config = join(folder, "config.toml");
  await writeFile(config, configOf(folder, socket));
  await supervisor.start("containerd", "containerd", ["--config", config]);
  await until("containerd listens", () => exists(socket));
  const ctr = (...args: string[]) => run("ctr", ["--address", socket, ...args]);
  return {
    async pull(image) {
      await ctr("images", "pull", ...snapshotter, "--plain-http", image);
      const line = (await ctr("images", "list", `name==${image}`)).split("\n")[1] ?? "";
      return /sha256:[0-9a-f]{64}/.exec(line)?.[0] ?? "none";
    },
    command(image, name, { env = {}, mounts = {}, command }) {
      const flags = [
        ...["--rm", "--read-only", "--net-host", ...snapshotter],
        ...Object.entries(env).flatMap(([key, value]) => ["--env", `${key}=${value}`]),
        ...Object.entries(mounts).flatMap(([path, from]) => [
          "--mount",
          `type=bind,src=${from},dst=${path},options=rbind:ro`,
        ]),
      ];
      return ["ctr", "--address", socket, "run", ...flags, image, name, ...command];
    },
    async stop() {
      await supervisor.stop("containerd");
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function configOf(folder: string, socket: string): string {
  return `version = 2
root = "${folder}/root"
state = "${folder}/state"
# Lowering the score of a process in the kernel's choice of victims needs a right that sandboxes lack.
oom_score = 0
disabled_plugins = ["io.containerd.grpc.v1.cri"]
[grpc]
  address = "${socket}"
[plugins."io.containerd.internal.v1.opt"]
  path = "${folder}/opt"
`;
}
