/**
 * Pebble, Let's Encrypt's own ACME server for tests, behind a front that is as strict as Let's Encrypt.
 *
 * @module
 */
import { mkdir, writeFile } from "node:fs/promises";
import { request } from "node:https";
import type { LookupFunction } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { createAuthority, issue } from "../../control-plane/certificates.ts";
import { twoFreePorts } from "../../control-plane/free-port.ts";
import type { Supervisor } from "../../control-plane/supervised.ts";
import { type AcmeFront, startAcmeFront } from "./front.ts";
import { launch, type Running } from "./listening.ts";

/** How long certificates are valid: 90 days, or 90 seconds to see a renewal that time brings. */
export type Profile = "classic" | "brief";

export interface AcmeServer extends Running {
  readonly front: AcmeFront;
  /** Of whoever issued the certificate of the server itself. */
  readonly authorityPem: string;
  /** The root of what it issues: another one after each start. */
  rootPem(): Promise<string>;
}

/** Starts it; it looks challenges up at the DNS server at that port on loopback. */
export async function startAcmeServer(
  supervisor: Supervisor,
  pebble: string,
  dnsPort: number,
): Promise<AcmeServer> {
  const folder = join(supervisor.folder, "acme");
  await mkdir(folder);
  const authority = await createAuthority("acme-server-authority");
  const certificate = await issue(authority, { commonName: "acme-server", hosts: ["127.0.0.1"] });
  const [port, adminPort] = await twoFreePorts();
  const files = { certificate: join(folder, "server.crt"), privateKey: join(folder, "server.key") };
  await writeFile(files.certificate, certificate.certPem);
  await writeFile(files.privateKey, certificate.keyPem, { mode: 0o600 });
  const configuration = join(folder, "pebble.json");
  await writeFile(configuration, pebbleConfiguration(`127.0.0.1:${port}`, `127.0.0.1:${adminPort}`, files));
  const running = await launch(supervisor, {
    name: "pebble",
    command: pebble,
    args: ["-config", configuration, "-dnsserver", `127.0.0.1:${dnsPort}`],
    env: pebbleEnvironment,
    ports: [port, adminPort],
  });
  return {
    ...running,
    authorityPem: authority.certPem,
    front: await startAcmeFront(port, certificate, authority.certPem),
    rootPem: () => readRoot(`https://127.0.0.1:${adminPort}`, authority.certPem),
  };
}

/** Of what it does only to try its clients: no waiting, no refused nonces; each challenge is made again. */
export const pebbleEnvironment = {
  PEBBLE_VA_NOSLEEP: "1",
  PEBBLE_WFE_NONCEREJECT: "0",
  PEBBLE_AUTHZREUSE: "0",
};

/** Its file for listening at these addresses, `HOST:PORT`; its own certificate is in `files`. */
export function pebbleConfiguration(
  listenAddress: string,
  managementListenAddress: string,
  files: { readonly certificate: string; readonly privateKey: string },
): string {
  const profiles: Record<Profile, object> = {
    classic: { description: "90 days", validityPeriod: 90 * 24 * 3_600 },
    brief: { description: "90 seconds", validityPeriod: 90 },
  };
  return JSON.stringify({
    pebble: {
      listenAddress,
      managementListenAddress,
      ...files,
      // Of challenges that nobody uses here.
      httpPort: 5002,
      tlsPort: 5001,
      ocspResponderURL: "",
      keyAlgorithm: "ecdsa",
      retryAfter: { authz: 1, order: 1 },
      profiles,
    },
  });
}

/** The root of what the Pebble with this management URL issues; `ca` has issued its own certificate. */
export function readRoot(url: string, ca: string, lookup?: LookupFunction): Promise<string> {
  return new Promise((resolve, reject) => {
    request(`${url}/roots/0`, { ca, agent: false, lookup }, (response) => resolve(text(response)))
      .on("error", reject)
      .end();
  });
}
