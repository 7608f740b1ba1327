/**
 * A DNS server for one zone, which cert-manager and external-dns may write to by dynamic updates (RFC 2136), each with
 * a key of its own.
 *
 * @module
 */
import { randomBytes } from "node:crypto";
import { Resolver } from "node:dns/promises";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { freePort } from "../../control-plane/free-port.ts";
import type { Supervisor } from "../../control-plane/supervised.ts";
import { launch, type Running } from "./listening.ts";

export const ZONE = "example.com";

/** Names a key and its secret, in base64. */
export interface TsigKey {
  readonly name: string;
  readonly secret: string;
}

export interface DnsServer extends Running {
  readonly port: number;
  /** Of cert-manager. */
  readonly acmeKey: TsigKey;
  /** Of external-dns. */
  readonly recordsKey: TsigKey;
  /** The values of the records, sorted; none where there is no such name. */
  records(name: string, type: "A" | "AAAA" | "CNAME" | "TXT"): Promise<readonly string[]>;
  /** The zone's serial number, which every change raises. */
  serial(): Promise<number>;
  /** How many updates have come since the start, with or without effect, from cert-manager or external-dns. */
  updates(key: TsigKey): Promise<number>;
}

export async function startDnsServer(supervisor: Supervisor, knotd: string): Promise<DnsServer> {
  const folder = join(supervisor.folder, "dns");
  for (const part of ["run", "db", "zones"]) await mkdir(join(folder, part), { recursive: true });
  const port = await freePort();
  const [acmeKey, recordsKey] = ["acme", "records"].map(newKey) as [TsigKey, TsigKey];
  const configuration = join(folder, "knot.conf");
  await writeFile(configuration, configurationOf(folder, port, [acmeKey, recordsKey]), { mode: 0o600 });
  await writeFile(join(folder, "zones", `${ZONE}.zone`), zone);
  const order = { name: "knot", command: knotd, args: ["-c", configuration], ports: [port] };
  const running = await launch(supervisor, order);
  const resolver = new Resolver({ timeout: 1_000, tries: 2 });
  resolver.setServers([`127.0.0.1:${port}`]);
  return {
    ...running,
    port,
    acmeKey,
    recordsKey,
    async records(name, type) {
      const found = await resolver.resolve(name, type).catch((error: NodeJS.ErrnoException) => {
        if (error.code === "ENODATA" || error.code === "ENOTFOUND") return [];
        throw error;
      });
      return (found as (string | string[])[]).map((value) => [value].flat().join("")).sort();
    },
    serial: async () => (await resolver.resolveSoa(ZONE)).serial,
    async updates({ name }) {
      const log = await readFile(join(supervisor.folder, "knot.log"), "utf8");
      return log.split("\n").filter((line) => line.includes("DDNS, processing") && line.includes(` ${name}.`))
        .length;
    },
  };
}

function newKey(name: string): TsigKey {
  return { name, secret: randomBytes(32).toString("base64") };
}

const zone = `$TTL 60
@ SOA ns admin 1 3600 600 86400 1
@ NS ns
ns A 127.0.0.1
`;

/** What is written to the zone goes to its file at once: it outlives the server, as it does anywhere. */
function configurationOf(folder: string, port: number, keys: readonly TsigKey[]): string {
  const names = keys.map(({ name }) => name).join(", ");
  const keyItems = keys.map(
    ({ name, secret }) => `  - id: ${name}\n    algorithm: hmac-sha256\n    secret: ${secret}\n`,
  );
  return `server:
    rundir: "${folder}/run"
    listen: 127.0.0.1@${port}
    automatic-acl: off
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
database:
    storage: "${folder}/db"
log:
  - target: stderr
    any: debug
key:
${keyItems.join("")}acl:
  - id: writers
    address: 127.0.0.1
    key: [${names}]
    action: [transfer, update]
template:
  - id: default
    storage: "${folder}/zones"
    file: "%s.zone"
    acl: writers
    zonefile-load: whole
    journal-content: none
    zonefile-sync: 0
zone:
  - domain: ${ZONE}
`;
}
