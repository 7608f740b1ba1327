/**
 * The ACME server in a pod, without the front that it has on loopback.
 *
 * @module
 */
import type { Admin } from "../../control-plane/admin.ts";
import { createAuthority, issue } from "../../control-plane/certificates.ts";
import { pebbleConfiguration, pebbleEnvironment, readRoot } from "../../third-party/launch/acme-server.ts";
import { clusterLookup } from "../harness/dns.ts";
import type { DnsServerInPod } from "./dns-server.ts";
import { type Home, installProgram, secret, service } from "./program.ts";

export interface AcmeServerInPod {
  /** Of whoever issued the certificate of the server itself. */
  readonly authorityPem: string;
  readonly front: { readonly directory: string };
  /** The root of what it issues. */
  readonly rootPem: string;
}

const port = 14_000;
const ownPort = 15_000;

export async function installAcmeServer(
  admin: Admin,
  home: Home,
  dns: DnsServerInPod,
): Promise<AcmeServerInPod> {
  const name = "pebble";
  const host = `${name}.${home.namespace}.svc.cluster.local`;
  await service(admin, home, name, [
    { name: "acme", port },
    { name: "own", port: ownPort },
  ]);
  const authority = await createAuthority("acme-server-authority");
  const { certPem, keyPem } = await issue(authority, { commonName: "acme-server", hosts: [host] });
  const files = { certificate: "/etc/pebble/server.crt", privateKey: "/etc/pebble/server.key" };
  const configuration = pebbleConfiguration(`0.0.0.0:${port}`, `0.0.0.0:${ownPort}`, files);
  await secret(admin, home, name, {
    "pebble.json": configuration,
    "server.crt": certPem,
    "server.key": keyPem,
  });
  await installProgram(admin, home, {
    name,
    args: ["-config", "/etc/pebble/pebble.json", "-dnsserver", `${dns.address}:${dns.port}`],
    env: pebbleEnvironment,
    port,
    folder: "/etc/pebble",
  });
  return {
    authorityPem: authority.certPem,
    front: { directory: `https://${host}:${port}/dir` },
    rootPem: await readRoot(`https://${host}:${ownPort}`, authority.certPem, clusterLookup),
  };
}
