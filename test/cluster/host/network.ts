/**
 * The cable between the machine and the node. It goes with the node's network namespace.
 *
 * @module
 */
import { exists } from "../../control-plane/cache.ts";
import { addresses, cable } from "../layout.ts";
import { run } from "./command.ts";
import { CannotRunHereError } from "./requirements.ts";

/** Lays the cable into the network namespace of process `pid` and makes the cluster's addresses reachable from here. */
export async function connectNode(pid: number): Promise<void> {
  const { machine, node, cableBits, pods, services } = addresses;
  const ip = (...args: string[]) => run("ip", args);
  for (const range of [pods, services]) {
    const route = (await ip("route", "show", "to", "match", range)).trim();
    if (route !== "" && !route.startsWith("default"))
      throw new CannotRunHereError(`a test cluster needs the addresses ${range}, which are in use: ${route}`);
  }
  await ip("link", "add", cable.machine, "type", "veth", "peer", "name", cable.node, "netns", String(pid));
  await ip("address", "add", `${machine}/${cableBits}`, "dev", cable.machine);
  await ip("link", "set", cable.machine, "up");
  for (const range of [pods, services]) await ip("route", "add", range, "via", node);
}

/** Takes the cable away, and the routes with it. The kernel does that too, some time after the node's end. */
export async function disconnectNode(): Promise<void> {
  if (!(await exists(`/sys/class/net/${cable.machine}`))) return;
  await run("ip", ["link", "delete", cable.machine]).catch(async (error: unknown) => {
    if (await exists(`/sys/class/net/${cable.machine}`)) throw error;
  });
}
