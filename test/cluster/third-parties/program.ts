/**
 * A third party's program in a pod: its Service, its files, its Deployment.
 *
 * @module
 */
import type { Admin } from "../../control-plane/admin.ts";
import { addOn } from "../add-on.ts";
import { waitUntilAvailable } from "../deployments.ts";
import { imageOf } from "../images/platform.ts";

/** Where its objects are. */
export interface Home {
  readonly namespace: string;
}

export interface ServicePort {
  readonly name: string;
  readonly port: number;
  readonly targetPort?: number;
  readonly protocol?: "TCP" | "UDP";
}

/** Makes a Service for the pods of that program; returns its address. */
export async function service(
  admin: Admin,
  { namespace }: Home,
  name: string,
  ports: readonly ServicePort[],
): Promise<string> {
  const { spec } = await admin.apply({
    apiVersion: "v1",
    kind: "Service",
    metadata: { namespace, name },
    spec: { selector: { app: name }, ports },
  });
  return (spec as { clusterIP: string }).clusterIP;
}

/** Makes the Secret whose entries are the program's files. */
export async function secret(
  admin: Admin,
  { namespace }: Home,
  name: string,
  files: Readonly<Record<string, string>>,
): Promise<void> {
  await admin.apply({ apiVersion: "v1", kind: "Secret", metadata: { namespace, name }, stringData: files });
}

export interface PodProgram {
  /** Also of its image, and of the Secret with its files. */
  readonly name: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** It is ready when it listens there. */
  readonly port: number;
  /** Where its Secret is; without it has none. */
  readonly folder?: string;
  /** Empty folders that it may write, by name of the volume. */
  readonly volumes?: Readonly<Record<string, string>>;
  readonly replicas?: number;
}

/** Starts the pods of the program and waits until they are available. */
export async function installProgram(admin: Admin, { namespace }: Home, program: PodProgram): Promise<void> {
  const { name, args, env = {}, port, folder, volumes = {}, replicas = 1 } = program;
  const files = folder === undefined ? [] : [{ name: "files", mountPath: folder, readOnly: true }];
  const written = Object.entries(volumes);
  const container = {
    name,
    image: imageOf(name),
    args,
    env: Object.entries(env).map(([key, value]) => ({ name: key, value })),
    readinessProbe: { tcpSocket: { port }, periodSeconds: 1 },
    volumeMounts: [...files, ...written.map(([volume, mountPath]) => ({ name: volume, mountPath }))],
  };
  const spec = {
    terminationGracePeriodSeconds: 1,
    securityContext: { runAsNonRoot: true, fsGroup: 65_532 },
    containers: [container],
    volumes: [
      ...files.map((volume) => ({ name: volume.name, secret: { secretName: name } })),
      ...written.map(([volume]) => ({ name: volume, emptyDir: {} })),
    ],
  };
  // What a chart of theirs would allow them is not what is tested.
  const rights = "cluster-admin";
  const objects = addOn({ name, namespace, labels: { app: name }, rights, spec, replicas });
  for (const object of objects) await admin.apply(object);
  await waitUntilAvailable(admin, namespace, name);
}
