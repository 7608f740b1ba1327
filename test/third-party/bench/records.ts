/**
 * Who makes records of IngressRoutes in the DNS server, in each case by external-dns in the end.
 *
 * @module
 */
import { setTimeout as delay } from "node:timers/promises";
import type { AuditEntry } from "../../control-plane/audit-log.ts";
import { ENDPOINTS, ROUTES } from "../../integration/harness/objects.ts";
import { until } from "../../integration/harness/until.ts";
import { ADDRESS, type RouteWorld, servedRoute } from "../harness/world.ts";
import { type ExternalDns, type Source, startExternalDns } from "../launch/external-dns.ts";
import { findPrograms } from "../programs.ts";
import { type Contender, gone, isOurs } from "./contenders.ts";

const TARGET = { "external-dns.kubernetes.io/target": ADDRESS };

/** external-dns looks once a second at most, whatever events come. */
const TICK_MS = 1_000;

/** With its default of five requests a second, it would take 18 s to write the status of a hundred DNSEndpoints first. */
export const EXTERNAL_DNS_FLAGS = ["--kube-api-qps=200", "--kube-api-burst=400"];

export async function recordContenders(
  world: RouteWorld,
  namespaceOf: (name: string) => string,
): Promise<readonly Contender[]> {
  const sources = await externalDnsSources(world);
  const object = (annotations: Readonly<Record<string, string>>) => (name: string) =>
    servedRoute({ namespace: namespaceOf(name), name, annotations, secretName: null });
  const common = {
    what: "record",
    delivery: "source",
    target: (name: string) => ({ ...ROUTES, namespace: namespaceOf(name), name }),
  } as const;
  return [
    {
      ...common,
      name: "IngressRoute, this function and external-dns' CRD source",
      side: "ours",
      prefix: "ours-dns",
      object: object({}),
      childOf: (name) => ({ ...ENDPOINTS, namespace: namespaceOf(name), name }),
      isOf: (entry) => isOurs(world)(entry) || isExternalDns(entry),
      begin: (phase) => sources.only("crd", phase),
      async end(names) {
        await gone(world, ENDPOINTS, names);
        await recordsGone(world, names);
      },
    },
    {
      ...common,
      name: "IngressRoute, external-dns' Traefik source",
      side: "peer",
      prefix: "proxy",
      object: object({ ...TARGET, "traefik-cert-rotater.io/ignore": "all" }),
      childOf: () => null,
      isOf: isExternalDns,
      begin: (phase) => sources.only("traefik-proxy", phase),
      end: (names) => recordsGone(world, names),
    },
  ];
}

async function recordsGone({ parties }: RouteWorld, names: readonly string[]): Promise<void> {
  for (const name of [names[0] ?? "", names.at(-1) ?? ""])
    await until(
      `${name} has no record`,
      async () => (await parties.dns.records(`${name}.example.com`, "A")).length === 0,
      300_000,
    );
}

function isExternalDns({ userAgent }: AuditEntry): boolean {
  return /external-?dns/i.test(userAgent);
}

/** One external-dns for each source, of which only one runs at a time. */
async function externalDnsSources(
  world: RouteWorld,
): Promise<{ only(source: Source, phase: number): Promise<void> }> {
  const { controlPlane, parties } = world;
  const { paths } = await findPrograms(["external-dns"]);
  const program = paths.get("external-dns") ?? "";
  let running: Source = "crd";
  const started = new Map<Source, ExternalDns>([["crd", parties.externalDns]]);
  const start = async (source: Source): Promise<ExternalDns> => {
    const options = { sources: [source], owner: "proxy", flags: EXTERNAL_DNS_FLAGS };
    const { supervisor } = controlPlane;
    const one = await startExternalDns(supervisor, program, controlPlane, parties.dns, options);
    started.set(source, one);
    return one;
  };
  return {
    async only(source, phase) {
      let one = started.get(source);
      if (source !== running) {
        await started.get(running)?.stop();
        await one?.start();
        running = source;
      }
      one ??= await start(source);
      await synced(one);
      await delay(phase * TICK_MS);
    },
  };
}

/** Waits until it has just looked at everything: its next look is a tick away. */
async function synced({ metricsUrl }: ExternalDns): Promise<void> {
  const last = async () => {
    const text = await (await fetch(metricsUrl)).text();
    return /^external_dns_controller_last_sync_timestamp_seconds (\S+)$/m.exec(text)?.[1] ?? "";
  };
  const before = await last();
  await until("external-dns has looked", async () => (await last()) !== before, 300_000);
}
