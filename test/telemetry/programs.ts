/**
 * The OpenTelemetry Collector, built from Go modules, and Prometheus out of Debian's package: downloaded and unpacked, not
 * installed, so that no service starts.
 *
 * @module
 */
import { execFile } from "node:child_process";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { cached } from "../control-plane/cache.ts";
import { buildGoTool } from "../control-plane/go-tools.ts";

/** There is no Prometheus here and none could be fetched: the message says what to do. */
export class PrometheusError extends Error {
  override readonly name = "PrometheusError";
}

/** Path of the Collector, built by Go on first use. Throws `GoToolError` with what to install. */
export function findCollector(): Promise<string> {
  return buildGoTool({ name: "collector", moduleDir: join(import.meta.dirname, "collector"), package: "." });
}

/** Paths of the programs, fetched on first use. Throws `PrometheusError`. */
export async function findPrometheus(): Promise<{ readonly prometheus: string; readonly promtool: string }> {
  const folder = join(await cached("prometheus", fetch), "usr/bin");
  return { prometheus: join(folder, "prometheus"), promtool: join(folder, "promtool") };
}

async function fetch(draft: string): Promise<void> {
  const run = promisify(execFile);
  try {
    await run("apt-get", ["-qq", "-o", "APT::Sandbox::User=root", "download", "prometheus"], { cwd: draft });
    for (const name of await readdir(draft)) {
      if (!name.endsWith(".deb")) continue;
      await run("dpkg", ["--extract", join(draft, name), draft]);
      await rm(join(draft, name));
    }
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.trim() : String(cause);
    throw new PrometheusError(
      `Prometheus could not be fetched: ${why}. Run \`apt-get update\`, or try it on Debian or Ubuntu.`,
      { cause },
    );
  }
}
