/**
 * The real crane: images and other artifacts between files and registries, and a registry for a while.
 *
 * @module
 */
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { run } from "../../test/cluster/host/command.ts";
import { freePort } from "../../test/control-plane/free-port.ts";
import { buildGoTool } from "../../test/control-plane/go-tools.ts";
import type { Supervisor } from "../../test/control-plane/supervised.ts";

/** The path of crane. Builds it if need be, in a minute; throws `GoToolError`. */
export function findCrane(): Promise<string> {
  const moduleDir = join(import.meta.dirname, "go", "crane");
  return buildGoTool({
    name: "crane",
    moduleDir,
    package: "github.com/google/go-containerregistry/cmd/crane",
  });
}

/** Runs crane; its standard output without the last line's end. Credentials are those of `docker login`. */
export async function crane(...args: string[]): Promise<string> {
  return (await run(await findCrane(), args)).trimEnd();
}

/** Starts an empty registry that lasts as long as the supervisor. Returns host and port. */
export async function startRegistry(supervisor: Supervisor, host = "127.0.0.1"): Promise<string> {
  const program = await findCrane();
  const address = `${host}:${await freePort(host)}`;
  const name = `registry-${address.replaceAll(/[.:]/g, "-")}`;
  await supervisor.start(name, program, ["registry", "serve", "--address", address]);
  for (;;) {
    if (supervisor.outcomeOf(name) !== null)
      throw new Error(`the registry ended before it answered: ${await supervisor.logOf(name)}`);
    const answers = await fetch(`http://${address}/v2/`).then(
      () => true,
      () => false,
    );
    if (answers) return address;
    await delay(20);
  }
}
