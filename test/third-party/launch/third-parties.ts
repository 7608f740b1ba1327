/**
 * All third parties of a route, on a control plane: DNS server, ACME server, cert-manager, external-dns and two replicas
 * of Traefik. One that is not there stops no other; whoever asks for it is told why.
 *
 * @module
 */
import type { ControlPlane } from "../../control-plane/control-plane.ts";
import type { Found, Program } from "../programs.ts";
import { type AcmeServer, startAcmeServer } from "./acme-server.ts";
import { applyIssuer, type CertManagerOptions, startCertManager } from "./cert-manager.ts";
import { type DnsServer, startDnsServer } from "./dns-server.ts";
import { type ExternalDns, type ExternalDnsOptions, startExternalDns } from "./external-dns.ts";
import type { Running } from "./listening.ts";
import { type Replica, startReplica } from "./traefik.ts";

/** A part could not be built or fetched, or did not start. */
export class MissingPart extends Error {
  override readonly name = "MissingPart";
  readonly part: Program;

  constructor(part: Program, reason: string) {
    super(`${part} is not there: ${reason}`);
    this.part = part;
  }
}

/** Each part throws `MissingPart` where it is not there. */
export interface ThirdParties {
  readonly dns: DnsServer;
  readonly acme: AcmeServer;
  readonly certManager: Running;
  readonly externalDns: ExternalDns;
  readonly replicas: readonly Replica[];
  has(part: Program): boolean;
  /** Every part that should be there and is not. */
  readonly missing: readonly MissingPart[];
  /** Ends what runs in this process; the rest ends with the control plane. */
  stop(): Promise<void>;
}

export interface ThirdPartyOptions {
  readonly certManager?: CertManagerOptions;
  readonly externalDns?: ExternalDnsOptions;
}

const REPLICAS = ["traefik-0", "traefik-1"];

/** Starts them on a control plane that has their CRDs, and waits until the issuer has its account. */
export async function startThirdParties(
  controlPlane: ControlPlane,
  { paths, failures }: Found,
  options: ThirdPartyOptions = {},
): Promise<ThirdParties> {
  const { supervisor, admin } = controlPlane;
  const missing: MissingPart[] = [];
  const there = new Set<Program>();
  /** Starts a part with its program. What it needs of other parts it takes from them, whose absence is then its own. */
  const part = async <T>(name: Program, start: (path: string) => Promise<T>): Promise<() => T> => {
    try {
      const path = paths.get(name);
      if (path === undefined) throw new Error(failures.get(name) ?? "it was not asked for");
      const started = await start(path);
      there.add(name);
      return () => started;
    } catch (error) {
      const absent = new MissingPart(name, error instanceof Error ? error.message : String(error));
      if (paths.has(name) || failures.has(name)) missing.push(absent);
      return () => {
        throw absent;
      };
    }
  };
  const replicas = part("traefik", (path) =>
    Promise.all(REPLICAS.map((name) => startReplica(supervisor, path, controlPlane, name))),
  );
  const dns = await part("knot", (path) => startDnsServer(supervisor, path));
  const externalDns = part("external-dns", async (path) =>
    startExternalDns(supervisor, path, controlPlane, dns(), options.externalDns),
  );
  const acme = await part("pebble", async (path) => startAcmeServer(supervisor, path, dns().port));
  const certManager = await part("cert-manager", async (path) => {
    const running = await startCertManager(supervisor, path, controlPlane, dns(), options.certManager);
    await applyIssuer(admin, acme(), dns());
    return running;
  });
  const [replicasThere, externalDnsThere] = await Promise.all([replicas, externalDns]);
  return {
    get dns() {
      return dns();
    },
    get acme() {
      return acme();
    },
    get certManager() {
      return certManager();
    },
    get externalDns() {
      return externalDnsThere();
    },
    get replicas() {
      return replicasThere();
    },
    has: (name) => there.has(name),
    missing,
    async stop() {
      if (there.has("pebble")) await acme().front.stop();
    },
  };
}
