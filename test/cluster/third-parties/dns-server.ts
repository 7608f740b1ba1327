/**
 * The DNS server in a pod.
 *
 * @module
 */
import type { Admin } from "../../control-plane/admin.ts";
import {
  type DnsServer,
  knotConfiguration,
  lookUp,
  newKeys,
  resolverOf,
  ZONE,
  zoneFile,
} from "../../third-party/launch/dns-server.ts";
import { type Home, installProgram, secret, service } from "./program.ts";

export type DnsServerInPod = Pick<DnsServer, "address" | "port" | "acmeKey" | "recordsKey" | "records">;

const PORT = 53;
/** Where an ordinary user may listen. */
const podPort = 5353;

export async function installDnsServer(admin: Admin, home: Home): Promise<DnsServerInPod> {
  const name = "knot";
  const address = await service(admin, home, name, [
    { name: "udp", protocol: "UDP", port: PORT, targetPort: podPort },
    { name: "tcp", protocol: "TCP", port: PORT, targetPort: podPort },
  ]);
  const [acmeKey, recordsKey] = newKeys();
  const configuration = knotConfiguration({
    runFolder: "/state",
    databaseFolder: "/state",
    zoneFolder: "/etc/knot",
    listen: `0.0.0.0@${podPort}`,
    writers: "0.0.0.0/0",
    keys: [acmeKey, recordsKey],
    zoneFile: "read-only",
  });
  await secret(admin, home, name, { "knot.conf": configuration, [`${ZONE}.zone`]: zoneFile });
  await installProgram(admin, home, {
    name,
    args: ["-c", "/etc/knot/knot.conf"],
    port: podPort,
    folder: "/etc/knot",
    // It makes a temporary folder as it starts.
    volumes: { state: "/state", tmp: "/tmp" },
  });
  const resolver = resolverOf(`${address}:${PORT}`);
  return {
    address,
    port: PORT,
    acmeKey,
    recordsKey,
    records: (record, type) => lookUp(resolver, record, type),
  };
}
