/**
 * When containerd began and ended the steps of a pod's start, from its log.
 *
 * @module
 */
import { readFile } from "node:fs/promises";

/** Milliseconds since the epoch. */
export interface ContainerTimes {
  readonly sandboxBegun: number;
  readonly sandboxReady: number;
  /** When the function's container had been started. */
  readonly functionStarted: number;
  readonly queueProxyStarted: number;
}

/** Reads the log at `path` from byte `offset`. Throws when it does not hold all steps of the pod. */
export async function containerTimes(
  path: string,
  offset: number,
  pod: string,
  container: string,
): Promise<ContainerTimes> {
  const lines = (await readFile(path)).subarray(offset).toString("utf8").split("\n");
  const line = (...parts: string[]) => {
    const found = lines.find((text) => parts.every((part) => text.includes(part)));
    if (found === undefined) throw new Error(`containerd's log has no line with ${parts.join(" and ")}`);
    return found;
  };
  const sandbox = `Name:${pod},`;
  const started = (name: string) => {
    const created = line(
      "CreateContainer within sandbox",
      sandboxId,
      `Name:${name},`,
      "returns container id",
    );
    return timeOf(line("StartContainer for", idAtEnd(created), "returns successfully"));
  };
  const ready = line("RunPodSandbox for", sandbox, "returns sandbox id");
  const sandboxId = idAtEnd(ready);
  return {
    sandboxBegun: timeOf(line("RunPodSandbox for", sandbox)),
    sandboxReady: timeOf(ready),
    functionStarted: started(container),
    queueProxyStarted: started("queue-proxy"),
  };
}

function idAtEnd(line: string): string {
  return /\\"([0-9a-f]{64})\\""?\s*$/.exec(line)?.[1] ?? "";
}

/** `time="2026-01-01T00:00:00.123456789Z"`: JavaScript's dates read milliseconds only. */
function timeOf(line: string): number {
  const [, seconds = "", fraction = "0"] = /time="([^."]+)\.?(\d*)Z"/.exec(line) ?? [];
  return Date.parse(`${seconds}Z`) + Number(`0.${fraction}`) * 1_000;
}
