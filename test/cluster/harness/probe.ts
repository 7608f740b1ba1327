/**
 * Pods that try TCP connections, and pods that accept them: whether a NetworkPolicy lets packets through.
 *
 * @module
 */
import type { KubernetesObject } from "../../../functions/kubernetes/objects.ts";
import type { Admin } from "../../control-plane/admin.ts";
import { isReady } from "../conditions.ts";
import { productImage } from "../images/product.ts";

type Labels = Readonly<Record<string, string>>;

const kind = { apiVersion: "v1", kind: "Pod" } as const;

/** Starts a pod that accepts connections on these ports; returns its address. It is ready on the first of them. */
export async function listen(
  admin: Admin,
  target: { readonly namespace: string; readonly name: string },
  labels: Labels,
  ports: readonly number[],
): Promise<string> {
  const script = `for (const port of ${JSON.stringify(ports)}) require("net").createServer((s) => s.end()).listen(port)`;
  const readinessProbe = { tcpSocket: { port: ports[0] }, periodSeconds: 1 };
  await createPod(admin, target, labels, script, { readinessProbe });
  const pod = await admin.waitFor({ ...kind, ...target }, isReady, 60_000);
  const { podIP } = (pod?.status ?? {}) as { podIP?: string };
  return podIP ?? "";
}

/**
 * From a pod with these labels: which of the addresses (`host:port`) accept a TCP connection. Engines apply policies
 * to a new pod some time after its start, so the pod tries until the answer is `expected` twice in a row, or for 20 s.
 */
export async function reachable(
  admin: Admin,
  { namespace, labels = {} }: { readonly namespace: string; readonly labels?: Labels },
  addresses: readonly string[],
  expected: readonly string[],
): Promise<readonly string[]> {
  const name = `probe-${process.pid}-${++probes}`;
  const script = `
    const connects = (address) => new Promise((resolve) => {
      const [host, port] = address.split(":");
      const socket = require("net").connect({ host, port, timeout: 1000 });
      const end = (result) => { socket.destroy(); resolve(result); };
      socket.on("connect", () => end(true)).on("error", () => end(false)).on("timeout", () => end(false));
    });
    const addresses = ${JSON.stringify(addresses)};
    const expected = ${JSON.stringify(JSON.stringify(expected))};
    (async () => {
      let told = "";
      for (let times = 0; times < 2 && process.uptime() < 20; times = told === expected ? times + 1 : 0) {
        const results = await Promise.all(addresses.map(connects));
        told = JSON.stringify(addresses.filter((_, index) => results[index]));
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      require("fs").writeFileSync("/dev/termination-log", told);
    })();`;
  await createPod(admin, { namespace, name }, labels, script, {});
  const ended = (object: KubernetesObject | null) => messageOf(object) !== undefined;
  try {
    const pod = await admin.waitFor({ ...kind, namespace, name }, ended, 60_000);
    return JSON.parse(messageOf(pod) ?? "[]");
  } finally {
    await admin.delete({ ...kind, namespace, name });
  }
}

let probes = 0;

function messageOf(pod: KubernetesObject | null): string | undefined {
  const status = pod?.status as
    | { containerStatuses?: { state: { terminated?: { exitCode: number; message?: string } } }[] }
    | undefined;
  const terminated = status?.containerStatuses?.[0]?.state.terminated;
  return terminated && (terminated.message ?? `exit code ${terminated.exitCode} without a message`);
}

async function createPod(
  admin: Admin,
  metadata: { readonly namespace: string; readonly name: string },
  labels: Labels,
  script: string,
  container: object,
): Promise<void> {
  const own = {
    name: "probe",
    image: productImage,
    command: ["/nodejs/bin/node", "--eval", script],
    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
    ...container,
  };
  await admin.create({
    ...kind,
    metadata: { ...metadata, labels },
    spec: {
      restartPolicy: "Never",
      automountServiceAccountToken: false,
      terminationGracePeriodSeconds: 1,
      securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
      containers: [own],
    },
  });
}
