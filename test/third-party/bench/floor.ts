/**
 * The least that can be done in the place of the function: a sink that reads the route of an event and creates its
 * Certificate, and looks at nothing else.
 *
 * @module
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startListener } from "../../bench/processes.ts";
import type { RouteWorld } from "../harness/world.ts";
import { AUTHORITY } from "./authority.ts";

/** Stand in the texts for what the route has. */
const model = {
  namespace: "model-namespace",
  name: "model-name",
  uid: "00000000-0000-4000-8000-000000000000",
};

const certificate = {
  apiVersion: "cert-manager.io/v1",
  kind: "Certificate",
  metadata: {
    namespace: model.namespace,
    name: `${model.name}-tls`,
    ownerReferences: [
      { apiVersion: "traefik.io/v1alpha1", kind: "IngressRoute", name: model.name, uid: model.uid },
    ],
  },
  spec: {
    dnsNames: [`${model.name}.example.com`],
    secretName: `${model.name}-secret`,
    issuerRef: { kind: "ClusterIssuer", name: AUTHORITY },
    privateKey: { algorithm: "ECDSA" },
  },
};

export interface Floor {
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts it with the rights of the function. */
export async function startFloor({ cluster, release }: RouteWorld): Promise<Floor> {
  const folder = await mkdtemp(join(tmpdir(), "tcr-floor-"));
  await writeFile(join(folder, "token"), await release.functionToken());
  await writeFile(join(folder, "ca.crt"), cluster.caPem);
  const { hostname, port } = new URL(cluster.url);
  const env = {
    KUBERNETES_SERVICE_HOST: hostname,
    KUBERNETES_SERVICE_PORT: port,
    SERVICE_ACCOUNT_DIRECTORY: folder,
  };
  const create = {
    method: "POST",
    path: `/apis/cert-manager.io/v1/namespaces/${model.namespace}/certificates`,
    contentType: "application/json",
    body: JSON.stringify(certificate),
  };
  const script = join(import.meta.dirname, "../../bench/raw/sink.cjs");
  const sink = await startListener(script, env, [JSON.stringify({ model, applies: [create] })]);
  return {
    url: `http://127.0.0.1:${sink.port}/`,
    async stop() {
      await sink.stop();
      await rm(folder, { recursive: true });
    },
  };
}
