/**
 * external-dns itself, which writes the records of DNSEndpoints to the DNS server.
 *
 * @module
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Cluster } from "../../control-plane/cluster.ts";
import { freePort } from "../../control-plane/free-port.ts";
import type { Supervisor } from "../../control-plane/supervised.ts";
import { type DnsServer, ZONE } from "./dns-server.ts";
import { launch, type Running } from "./listening.ts";

export type Source = "crd" | "traefik-proxy";

export interface ExternalDns extends Running {
  /** Where it tells its metrics. */
  readonly metricsUrl: string;
  /** Every record that it added or removed since its start, its own TXT records left out: `+A www.example.com`. */
  changes(): Promise<readonly string[]>;
}

export interface ExternalDnsOptions {
  /** What it makes records of; `crd` unless told. */
  readonly sources?: readonly Source[];
  /** Who it says it is in its TXT records, and the name of its process. */
  readonly owner?: string;
  readonly flags?: readonly string[];
}

export async function startExternalDns(
  supervisor: Supervisor,
  program: string,
  cluster: Cluster,
  dns: DnsServer,
  { sources = ["crd"], owner = "external-dns", flags = [] }: ExternalDnsOptions = {},
): Promise<ExternalDns> {
  const port = await freePort();
  const args = [
    `--kubeconfig=${cluster.kubeconfigPath}`,
    ...externalDnsArgs(dns, { sources, owner }),
    `--metrics-address=127.0.0.1:${port}`,
    "--log-level=debug",
    ...flags,
  ];
  const running = await launch(supervisor, { name: owner, command: program, args, ports: [port] });
  return {
    ...running,
    metricsUrl: `http://127.0.0.1:${port}/metrics`,
    changes: async () => changesIn(await readFile(join(supervisor.folder, `${owner}.log`), "utf8")),
  };
}

/** Its flags for writing records of these sources to that DNS server, as that owner. */
export function externalDnsArgs(
  dns: Pick<DnsServer, "address" | "port" | "recordsKey">,
  { sources, owner }: { readonly sources: readonly Source[]; readonly owner: string },
): readonly string[] {
  return [
    ...sources.map((source) => `--source=${source}`),
    "--provider=rfc2136",
    `--rfc2136-host=${dns.address}`,
    `--rfc2136-port=${dns.port}`,
    `--rfc2136-zone=${ZONE}`,
    `--rfc2136-tsig-keyname=${dns.recordsKey.name}`,
    `--rfc2136-tsig-secret=${dns.recordsKey.secret}`,
    "--rfc2136-tsig-secret-alg=hmac-sha256",
    "--rfc2136-axfr",
    "--rfc2136-min-ttl=1s",
    `--domain-filter=${ZONE}`,
    "--registry=txt",
    `--txt-owner-id=${owner}`,
    "--policy=sync",
    "--interval=1s",
    "--events",
    "--min-event-sync-interval=100ms",
  ];
}

function changesIn(log: string): string[] {
  const lines = log.matchAll(
    /(Adding|Removing) RR: (\S+?)\.?\s+\d+\s+(?:IN\s+|ANY\s+|NONE\s+)?(A|AAAA|CNAME)\s/g,
  );
  return [...lines].map(([, what, name, type]) => `${what === "Adding" ? "+" : "-"}${type} ${name}`);
}
