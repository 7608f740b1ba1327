/**
 * Who is measured, each with the same host, issuer and kind of key.
 *
 * @module
 */
import type { Manifest, Target } from "../../control-plane/admin.ts";
import type { AuditEntry } from "../../control-plane/audit-log.ts";
import { CERTIFICATES, ENDPOINTS, ROUTES } from "../../integration/harness/objects.ts";
import { until } from "../../integration/harness/until.ts";
import { ADDRESS, type RouteWorld, servedRoute } from "../harness/world.ts";
import { type ExternalDns, startExternalDns } from "../launch/external-dns.ts";
import { findPrograms } from "../programs.ts";
import { AUTHORITY } from "./authority.ts";
import type { Mode } from "./delivery.ts";

type Named = Target & { readonly name: string };

export interface Contender {
  readonly name: string;
  readonly isOurs: boolean;
  readonly what: "certificate" | "record";
  readonly delivery: Mode;
  /** Of the names of its objects, which no other contender has. */
  readonly prefix: string;
  /** What a user applies. */
  object(name: string): Manifest;
  target(name: string): Named;
  /** The name of the Certificate that comes of it. */
  readonly certificateOf: (name: string) => string;
  /** Whether a request is part of what it costs. */
  isOf(entry: AuditEntry): boolean;
  /** Starts what runs for it alone, if anything does. */
  begin(): Promise<void>;
  /** Waits until nothing of it is left. */
  end(names: readonly string[]): Promise<void>;
}

const ISSUER = {
  "cert-manager.io/cluster-issuer": AUTHORITY,
  "cert-manager.io/private-key-algorithm": "ECDSA",
};
const INGRESSES = { apiVersion: "networking.k8s.io/v1", kind: "Ingress" };
const TARGET = { "external-dns.kubernetes.io/target": ADDRESS };

/** How many objects are in one namespace at most. */
const PER_NAMESPACE = 50;

/** By the number at the end of each name, the namespace that the object is in. */
async function namespaces({ admin }: RouteWorld, objects: number): Promise<(name: string) => string> {
  const all: string[] = [];
  for (let from = 0; from < objects; from += PER_NAMESPACE) all.push(await admin.createNamespace("bench"));
  return (name) => all[Math.floor(Number(name.split("-").at(-1)) / PER_NAMESPACE)] ?? "";
}

/** All of them, for at most so many `objects` at once. */
export async function contenders(world: RouteWorld, objects: number): Promise<readonly Contender[]> {
  const { release } = world;
  const namespaceOf = await namespaces(world, objects);
  const isOurs = ({ user, userAgent }: AuditEntry) =>
    user === release.user || userAgent.includes("apiserversource");
  const nothing = async () => {};
  const ourObject = (annotations: Readonly<Record<string, string>>, secretName?: null) => (name: string) =>
    servedRoute({
      namespace: namespaceOf(name),
      name,
      annotations,
      ...(secretName === null && { secretName }),
    });
  const gone = (kind: Target) => async (names: readonly string[]) => {
    const stem = names[0]?.replace(/\d+$/, "") ?? "";
    await until(
      `every ${kind.kind} of ${names.length} is gone`,
      async () => !(await world.admin.list(kind)).some(({ metadata }) => metadata.name.startsWith(stem)),
      300_000,
    );
  };
  const recordsGone = async (names: readonly string[]) => {
    const last = names.at(-1) ?? "";
    for (const name of [names[0] ?? "", last])
      await until(
        `${name} has no record`,
        async () => (await world.parties.dns.records(`${name}.example.com`, "A")).length === 0,
        300_000,
      );
  };
  const sources = await externalDnsSources(world);
  return [
    ...(["source", "broker"] as const).map(
      (delivery): Contender => ({
        name:
          delivery === "source"
            ? "IngressRoute and this function"
            : "IngressRoute, a Broker and this function",
        isOurs: true,
        what: "certificate",
        delivery,
        prefix: `ours-${delivery}`,
        object: ourObject({ ...ISSUER, "traefik-cert-rotater.io/ignore": "external-dns" }),
        target: (name) => ({ ...ROUTES, namespace: namespaceOf(name), name }),
        certificateOf: (name) => `${name}-tls`,
        isOf: isOurs,
        begin: nothing,
        end: gone(CERTIFICATES),
      }),
    ),
    {
      name: "Ingress and cert-manager's shim",
      isOurs: false,
      what: "certificate",
      delivery: "source",
      prefix: "shim",
      object: (name) => ({
        ...INGRESSES,
        metadata: { namespace: namespaceOf(name), name, annotations: ISSUER },
        spec: {
          tls: [{ hosts: [`${name}.example.com`], secretName: `${name}-tls` }],
          rules: [{ host: `${name}.example.com` }],
        },
      }),
      target: (name) => ({ ...INGRESSES, namespace: namespaceOf(name), name }),
      certificateOf: (name) => `${name}-tls`,
      isOf: ({ userAgent }) => userAgent.includes("ingress-shim"),
      begin: nothing,
      end: gone(CERTIFICATES),
    },
    {
      name: "IngressRoute, this function and external-dns' CRD source",
      isOurs: true,
      what: "record",
      delivery: "source",
      prefix: "ours-dns",
      object: ourObject({}, null),
      target: (name) => ({ ...ROUTES, namespace: namespaceOf(name), name }),
      certificateOf: (name) => name,
      isOf: (entry) => isOurs(entry) || isExternalDns(entry),
      begin: () => sources.only("crd"),
      async end(names) {
        await gone(ENDPOINTS)(names);
        await recordsGone(names);
      },
    },
    {
      name: "IngressRoute and external-dns' Traefik source",
      isOurs: false,
      what: "record",
      delivery: "source",
      prefix: "proxy",
      object: ourObject({ ...TARGET, "traefik-cert-rotater.io/ignore": "all" }, null),
      target: (name) => ({ ...ROUTES, namespace: namespaceOf(name), name }),
      certificateOf: (name) => name,
      isOf: isExternalDns,
      begin: () => sources.only("traefik-proxy"),
      end: recordsGone,
    },
  ];
}

function isExternalDns({ userAgent }: AuditEntry): boolean {
  return /external-?dns/i.test(userAgent);
}

/** One external-dns for each source, of which only one runs at a time. */
async function externalDnsSources(
  world: RouteWorld,
): Promise<{ only(source: "crd" | "traefik-proxy"): Promise<void> }> {
  const { controlPlane, parties } = world;
  const { paths } = await findPrograms(["external-dns"]);
  let proxy: ExternalDns | null = null;
  let running: "crd" | "traefik-proxy" = "crd";
  return {
    async only(source) {
      if (source === running) return;
      running = source;
      if (source === "crd") {
        await proxy?.stop();
        await parties.externalDns.start();
        return;
      }
      await parties.externalDns.stop();
      if (proxy !== null) return proxy.start();
      proxy = await startExternalDns(
        controlPlane.supervisor,
        paths.get("external-dns") ?? "",
        controlPlane,
        parties.dns,
        { sources: ["traefik-proxy"], owner: "proxy" },
      );
    },
  };
}
