/**
 * One wake, from the request to the children, with the times of the steps between.
 *
 * @module
 */
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { KubernetesObject } from "../../../functions/kubernetes/objects.ts";
import type { Cluster } from "../../control-plane/cluster.ts";
import { watch } from "../../control-plane/watch.ts";
import { CERTIFICATES, ENDPOINTS, ingressRoute, ROUTES } from "../../integration/harness/objects.ts";
import { ofService } from "../harness/pods.ts";
import { knativeService } from "../harness/product.ts";
import { sendEvent } from "../harness/request.ts";
import { podLogsFolder } from "../layout.ts";
import { containerTimes } from "./containerd-log.ts";
import type { Variant } from "./variants.ts";

/** Milliseconds since the request was sent. */
export interface Sample {
  readonly podCreated: number;
  readonly scheduled: number;
  readonly sandboxBegun: number;
  readonly sandboxReady: number;
  readonly functionStarted: number;
  readonly queueProxyStarted: number;
  readonly listening: number;
  /** The function's first request to the API server; for those that send none, the answer. */
  readonly firstRead: number;
  /** The answer, and both children where there are any. */
  readonly done: number;
}

const { namespace } = knativeService;

/** A wake that takes longer has failed, in milliseconds. */
const timeout = 60_000;

/** Takes one sample; the Service must have no pod. `routes` is the namespace for the route that is sent. */
export async function takeSample(
  cluster: Cluster,
  variant: Variant,
  routes: string,
  route: string,
): Promise<Sample> {
  const { admin, auditLog, folder } = cluster;
  const containerdLog = join(folder, "containerd.log");
  const [{ size: offset }, mark] = await Promise.all([stat(containerdLog), auditLog.mark()]);
  await admin.apply(ingressRoute({ namespace: routes, name: route }));
  const stopped = new AbortController();
  const signal = AbortSignal.any([stopped.signal, AbortSignal.timeout(timeout)]);
  const pod = followWake(cluster, variant.name, signal);
  const children = variant.reconciles
    ? [CERTIFICATES, ENDPOINTS].map((kind) => appears(cluster, kind, routes, signal))
    : [];
  // The watches are open once their lists have been answered.
  await Promise.all([pod.open, ...children.map(({ open }) => open)]);
  try {
    const sent = now();
    const url = `http://${variant.name}.${namespace}.svc.cluster.local/`;
    const data = { ...ROUTES, namespace: routes, name: route };
    const answer = await sendEvent(url, "dev.knative.apiserver.ref.add", data);
    const answered = now();
    if (answer.status !== 204) throw new Error(`${variant.name} answered ${answer.status} ${answer.body}`);
    const written = await Promise.all(children.map(({ at }) => at));
    const { name, uid, created, scheduled, container } = await pod.done;
    const times = await containerTimes(containerdLog, offset, name, container);
    const logs = join(podLogsFolder, `${namespace}_${name}_${uid}`, container, "0.log");
    const reads = (await auditLog.entries(mark)).filter(({ user }) =>
      user.startsWith(`system:serviceaccount:${namespace}:`),
    );
    const done = Math.max(answered, ...written);
    const firstRead = variant.reconciles
      ? Math.min(...reads.map(({ receivedAt }) => micro(receivedAt)))
      : answered;
    const listening = await listeningAt(logs);
    const all = { podCreated: created, scheduled, ...times, listening, firstRead, done };
    return Object.fromEntries(
      Object.entries(all).map(([step, at]) => [step, at - sent]),
    ) as unknown as Sample;
  } finally {
    stopped.abort();
  }
}

/** With fractions: `Date.now()` has whole milliseconds only. */
function now(): number {
  return performance.timeOrigin + performance.now();
}

interface Wake {
  readonly name: string;
  readonly uid: string;
  readonly container: string;
  readonly created: number;
  readonly scheduled: number;
}

/** Follows the pods of a Service; resolves when the first one is ready. */
function followWake({ admin }: Cluster, service: string, signal: AbortSignal) {
  const open = Promise.withResolvers<void>();
  const done = Promise.withResolvers<Wake>();
  const follow = async () => {
    const path = await admin.resolver.path({ apiVersion: "v1", kind: "Pod", namespace });
    let created: number | null = null;
    let scheduled: number | null = null;
    for await (const { change } of watch(admin.client, path, {
      labelSelector: ofService(service),
      signal,
    })) {
      open.resolve();
      if (change === null) continue;
      created ??= now();
      const spec = change.object.spec as { nodeName?: string; containers: readonly { name: string }[] };
      if (spec.nodeName !== undefined) scheduled ??= now();
      const { name, uid = "" } = change.object.metadata;
      const container = spec.containers.find((each) => each.name !== "queue-proxy")?.name ?? "";
      if (scheduled !== null && isRunning(change.object))
        done.resolve({ name, uid, container, created, scheduled });
    }
  };
  follow().catch(fail(open, done));
  return { open: open.promise, done: done.promise };
}

/** Rejects those that are still open; whoever waits for none of them has failed of something else. */
function fail(
  ...waiting: readonly Pick<PromiseWithResolvers<unknown>, "promise" | "reject">[]
): (error: unknown) => void {
  for (const { promise } of waiting) promise.catch(() => {});
  return (error) => {
    for (const { reject } of waiting) reject(error);
  };
}

function isRunning({ status }: KubernetesObject): boolean {
  return (status as { phase?: string } | undefined)?.phase === "Running";
}

/** When the first object of the kind appears in the namespace after the list. */
function appears(
  { admin }: Cluster,
  kind: { readonly apiVersion: string; readonly kind: string },
  inNamespace: string,
  signal: AbortSignal,
) {
  const open = Promise.withResolvers<void>();
  const at = Promise.withResolvers<number>();
  const follow = async () => {
    const path = await admin.resolver.path({ ...kind, namespace: inNamespace });
    for await (const { change } of watch(admin.client, path, { signal })) {
      open.resolve();
      if (change?.type === "ADDED") at.resolve(now());
    }
  };
  follow().catch(fail(open, at));
  return { open: open.promise, at: at.promise };
}

/** When the container wrote that it listens; the log of a container has the time of each line. */
async function listeningAt(path: string): Promise<number> {
  const line = (await readFile(path, "utf8")).split("\n").find((text) => text.includes("listening"));
  if (line === undefined) throw new Error(`${path} has no line that says "listening"`);
  return micro(line.split(" ", 1)[0] ?? "");
}

/** RFC 3339 with more digits than JavaScript's dates read, as milliseconds since the epoch. */
function micro(time: string): number {
  const [, seconds = "", fraction = ""] = /^([^.]+)(\.\d+)?Z$/.exec(time) ?? [];
  return Date.parse(`${seconds}Z`) + Number(fraction === "" ? 0 : `0${fraction}`) * 1_000;
}
