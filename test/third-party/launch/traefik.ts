/**
 * Replicas of Traefik itself, each with the certificates of the cluster's Secrets.
 *
 * @module
 */
import type { Cluster } from "../../control-plane/cluster.ts";
import { twoFreePorts } from "../../control-plane/free-port.ts";
import type { Supervisor } from "../../control-plane/supervised.ts";
import { launch, type Running } from "./listening.ts";

export interface Replica extends Running {
  /** Of its HTTPS entry point on loopback. */
  readonly port: number;
}

export async function startReplica(
  supervisor: Supervisor,
  program: string,
  cluster: Cluster,
  name: string,
): Promise<Replica> {
  const [port, adminPort] = await twoFreePorts();
  const args = traefikArgs(`127.0.0.1:${port}`, `127.0.0.1:${adminPort}`);
  const env = { KUBECONFIG: cluster.kubeconfigPath };
  return { ...(await launch(supervisor, { name, command: program, args, env, ports: [port] })), port };
}

/** The flags of a replica that listens at these addresses, `HOST:PORT`, for HTTPS and for its own pages. */
export function traefikArgs(address: string, ownAddress: string): readonly string[] {
  return [
    "--global.checknewversion=false",
    "--global.sendanonymoususage=false",
    "--log.level=INFO",
    `--entrypoints.websecure.address=${address}`,
    `--entrypoints.traefik.address=${ownAddress}`,
    // A backend that is always there.
    "--ping=true",
    "--providers.kubernetescrd=true",
    "--providers.kubernetescrd.allowexternalnameservices=true",
  ];
}
