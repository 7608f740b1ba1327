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
  readonly address: string;
  readonly port: number;
  /** Of cert-manager. */
  readonly acmeKey: TsigKey;
  /** Of external-dns. */
  readonly recordsKey: TsigKey;
  /** The values of the records, sorted; none where there is no such name. */
  records(name: string, type: RecordType): Promise<readonly string[]>;
  /** The zone's serial number, which every change raises. */
  serial(): Promise<number>;
  /** How many updates have come since the start, with or without effect, from cert-manager or external-dns. */
  updates(key: TsigKey): Promise<number>;
}

export async function startDnsServer(supervisor: Supervisor, knotd: string): Promise<DnsServer> {
  const folder = join(supervisor.folder, "dns");
  for (const part of ["run", "db", "zones"]) await mkdir(join(folder, part), { recursive: true });
  const port = await freePort();
  const [acmeKey, recordsKey] = newKeys();
  const configuration = join(folder, "knot.conf");
  const configured = knotConfiguration({
    runFolder: join(folder, "run"),
    databaseFolder: join(folder, "db"),
    zoneFolder: join(folder, "zones"),
    listen: `127.0.0.1@${port}`,
    writers: "127.0.0.1",
    keys: [acmeKey, recordsKey],
    zoneFile: "written",
  });
  await writeFile(configuration, configured, { mode: 0o600 });
  await writeFile(join(folder, "zones", `${ZONE}.zone`), zoneFile);
  const order = { name: "knot", command: knotd, args: ["-c", configuration], ports: [port] };
  const running = await launch(supervisor, order);
  const resolver = resolverOf(`127.0.0.1:${port}`);
  return {
    ...running,
    address: "127.0.0.1",
    port,
    acmeKey,
    recordsKey,
    records: (name, type) => lookUp(resolver, name, type),
    serial: async () => (await resolver.resolveSoa(ZONE)).serial,
    async updates({ name }) {
      const log = await readFile(join(supervisor.folder, "knot.log"), "utf8");
      return log.split("\n").filter((line) => line.includes("DDNS, processing") && line.includes(` ${name}.`))
        .length;
    },
  };
}

/** Keys for cert-manager and for external-dns. */
export function newKeys(): readonly [TsigKey, TsigKey] {
  const newKey = (name: string) => ({ name, secret: randomBytes(32).toString("base64") });
  return [newKey("acme"), newKey("records")];
}

/** Asks that server, `HOST:PORT`, alone. */
export function resolverOf(server: string): Resolver {
  const resolver = new Resolver({ timeout: 1_000, tries: 2 });
  resolver.setServers([server]);
  return resolver;
}

export type RecordType = "A" | "AAAA" | "CNAME" | "TXT";

/** The values of the records, sorted; none where there is no such name. */
export async function lookUp(resolver: Resolver, name: string, type: RecordType): Promise<readonly string[]> {
  const found = await resolver.resolve(name, type).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENODATA" || error.code === "ENOTFOUND") return [];
    throw error;
  });
  return (found as (string | string[])[]).map((value) => [value].flat().join("")).sort();
}

/** What is in the zone at the start. */
export const zoneFile = `$TTL 60
@ SOA ns admin 1 3600 600 86400 1
@ NS ns
ns A 127.0.0.1
`;

export interface KnotOptions {
  readonly runFolder: string;
  readonly databaseFolder: string;
  /** Of the zone's file, `<zone>.zone`. */
  readonly zoneFolder: string;
  /** `ADDRESS@PORT` */
  readonly listen: string;
  /** From which addresses updates may come. */
  readonly writers: string;
  readonly keys: readonly TsigKey[];
  /** `written`: what changes goes to the file at once, and outlives the server as it does anywhere. */
  readonly zoneFile: "written" | "read-only";
}

/** The configuration of a knot for our zone. */
export function knotConfiguration(options: KnotOptions): string {
  const { runFolder, databaseFolder, zoneFolder, listen, writers, keys } = options;
  const [journal, sync] = options.zoneFile === "written" ? ["none", 0] : ["changes", -1];
  const names = keys.map(({ name }) => name).join(", ");
  const keyItems = keys.map(
    ({ name, secret }) => `  - id: ${name}\n    algorithm: hmac-sha256\n    secret: ${secret}\n`,
  );
  return `server:
    rundir: "${runFolder}"
    listen: ${listen}
    automatic-acl: off
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
database:
    storage: "${databaseFolder}"
log:
  - target: stderr
    any: debug
key:
${keyItems.join("")}acl:
  - id: writers
    address: ${writers}
    key: [${names}]
    action: [transfer, update]
template:
  - id: default
    storage: "${zoneFolder}"
    file: "%s.zone"
    acl: writers
    zonefile-load: whole
    journal-content: ${journal}
    zonefile-sync: ${sync}
zone:
  - domain: ${ZONE}
`;
}
