/**
 * Stands in for a gateway of Knative Serving (net-kourier, net-istio, net-contour), none of which can be had as a Go
 * module. It does what Serving expects of one: it marks Ingress objects of its class ready, and passes requests on by
 * host, with the headers of the Ingress, to the Service of the revision, whose endpoints Serving points to the
 * activator or to pods. It does no TLS, splits no traffic, and does not probe before it says ready.
 *
 * Runs in a pod, see Dockerfile and manifests.ts.
 *
 * @module
 */
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import type { KubernetesObject, ObjectMeta } from "../../../functions/kubernetes/objects.ts";
import { type Admin, createAdmin } from "../../control-plane/admin.ts";
import type { Connection } from "../../control-plane/api-client.ts";
import { watch } from "../../control-plane/watch.ts";
import { createProxy } from "./proxy.ts";
import { type Backend, backends, isOurs } from "./routes.ts";

const kind = { apiVersion: "networking.internal.knative.dev/v1alpha1", kind: "Ingress" };

/** Follows the Ingress objects forever; `onChange` is reported all of them. */
async function follow(admin: Admin, onChange: (ingresses: Iterable<KubernetesObject>) => void) {
  const signal = new AbortController().signal;
  for await (const { objects, change } of watch(admin.client, await admin.resolver.path(kind), { signal })) {
    onChange(objects.values());
    for (const object of change === null ? objects.values() : [change.object])
      if (change?.type !== "DELETED" && isOurs(object)) await markReady(admin, object);
  }
}

async function markReady(admin: Admin, ingress: KubernetesObject): Promise<void> {
  const { namespace, name, generation } = ingress.metadata as ObjectMeta & { generation: number };
  const status = ingress.status as { observedGeneration?: number } | undefined;
  if (status?.observedGeneration === generation) return;
  const loadBalancer = { ingress: [{ domainInternal: process.env.GATEWAY_HOST }] };
  const lastTransitionTime = new Date().toISOString().replace(/\.\d+/, "");
  const conditions = ["LoadBalancerReady", "NetworkConfigured", "Ready"].map((type) => ({
    type,
    status: "True",
    lastTransitionTime,
  }));
  const next = {
    observedGeneration: generation,
    publicLoadBalancer: loadBalancer,
    privateLoadBalancer: loadBalancer,
    conditions,
  };
  await admin.patch({ ...kind, namespace, name }, { status: next }, { subresource: "status" });
}

function createServiceResolver(admin: Admin): (backend: Backend) => Promise<string> {
  const known = new Map<string, string>();
  return async ({ namespace, service }) => {
    const key = `${namespace}/${service}`;
    const found = known.get(key);
    if (found !== undefined) return found;
    const object = await admin.get({ apiVersion: "v1", kind: "Service", namespace, name: service });
    if (object === null) throw new Error(`there is no Service ${key}`);
    const { clusterIP } = object.spec as { clusterIP: string };
    known.set(key, clusterIP);
    return clusterIP;
  };
}

/** Of the pod's own account; read again each time, for the kubelet renews the token. */
async function ownConnection(): Promise<Connection> {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = process.env;
  const read = (name: string) => readFile(`/var/run/secrets/kubernetes.io/serviceaccount/${name}`, "utf8");
  return { url: `https://${host}:${port}`, caPem: await read("ca.crt"), token: await read("token") };
}

let hosts = new Map<string, Backend>();
let resolve: (backend: Backend) => Promise<string> = () => Promise.reject(new Error("not connected yet"));
createServer(
  createProxy(
    (host) => hosts.get(host),
    (backend) => resolve(backend),
  ),
).listen(Number(process.env.PORT));
process.once("SIGTERM", () => process.exit());
for (;;) {
  const admin = createAdmin(await ownConnection(), "gateway-fake");
  await follow(admin, (ingresses) => {
    hosts = backends(ingresses);
    // A Service that is made again gets another address.
    resolve = createServiceResolver(admin);
  }).catch((error: unknown) => console.error(String(error)));
  admin.close();
  // The kind comes with Serving; the API server may be away.
  await delay(500);
}
