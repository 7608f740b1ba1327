/**
 * Replicas of Traefik itself, each with the certificates of the cluster's Secrets.
 *
 * @module
 */
import type { Cluster } from "../../control-plane/cluster.ts";
import { freePort } from "../../control-plane/free-port.ts";
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
  const [port, adminPort] = [await freePort(), await freePort()];
  const args = [
    "--global.checknewversion=false",
    "--global.sendanonymoususage=false",
    "--log.level=INFO",
    `--entrypoints.websecure.address=127.0.0.1:${port}`,
    `--entrypoints.traefik.address=127.0.0.1:${adminPort}`,
    // A backend that is always there.
    "--ping=true",
    "--providers.kubernetescrd=true",
    "--providers.kubernetescrd.allowexternalnameservices=true",
  ];
  const env = { KUBECONFIG: cluster.kubeconfigPath };
  return { ...(await launch(supervisor, { name, command: program, args, env, ports: [port] })), port };
}
