/**
 * What the raw side sends: what the function was seen to send, taken from the audit log and from the objects that it
 * made. So both sides ask the API server for the same, whatever the function comes to ask for.
 *
 * @module
 */
import type { KubernetesObject } from "../../functions/kubernetes/objects.ts";
import { isWrite, type TimedRequest } from "./audit-times.ts";
import type { Bench } from "./bench.ts";
import { startFunction } from "./processes.ts";
import { inPool } from "./progress.ts";
import { routeEvent } from "./workload.ts";

/** One request of a raw script. `absent`: a 404 is an answer too. */
export interface RawRequest {
  readonly method: string;
  readonly path: string;
  readonly contentType?: string;
  readonly body?: string;
  readonly absent?: boolean;
}

export interface Replay {
  /** What is read before anything is written. */
  readonly reads: readonly RawRequest[];
  /** Those of the reads that name one object; the others list a namespace. */
  readonly gets: readonly RawRequest[];
  /** Create-only applies of children. */
  readonly applies: readonly RawRequest[];
  /** What is read again after the writes. */
  readonly checks: readonly RawRequest[];
  /** Those of them that name one object. */
  readonly checkGets: readonly RawRequest[];
  /** Kubernetes Events. */
  readonly events: readonly RawRequest[];
}

/** The same again, from what the function sent. Needs the children that it made. */
export async function replayOf(
  bench: Pick<Bench, "admin">,
  requests: readonly TimedRequest[],
): Promise<Replay> {
  const all = requests.filter((request) => !isWrite(request) && request.resource !== "events");
  const firstWrite = Math.min(...requests.filter(isWrite).map(({ doneAt }) => doneAt));
  const reads = all.filter(({ doneAt }) => doneAt < firstWrite);
  const checks = all.filter((request) => !reads.includes(request));
  const events = requests.filter(({ verb, resource }) => verb === "create" && resource === "events");
  const applies: RawRequest[] = [];
  await inPool(
    requests.filter(({ verb, code }) => verb === "patch" && code === 201),
    16,
    async ({ uri }) => {
      applies.push({
        method: "PATCH",
        path: uri,
        contentType: "application/apply-patch+yaml",
        body: JSON.stringify(createOnly(await read(bench, uri))),
      });
    },
  );
  const toRead = ({ uri }: TimedRequest) => ({ method: "GET", path: uri, absent: true });
  return {
    reads: reads.map(toRead),
    gets: reads.filter(({ verb }) => verb === "get").map(toRead),
    applies,
    checks: checks.map(toRead),
    checkGets: checks.filter(({ verb }) => verb === "get").map(toRead),
    events: events.map(({ uri, body }) => ({
      method: "POST",
      path: uri,
      contentType: "application/json",
      body: JSON.stringify(body),
    })),
  };
}

/** What the function sends for an event about a new route, or once more about one that has its children. */
export async function learn(
  bench: Bench,
  change: "add" | "update",
): Promise<(route: KubernetesObject) => Replay> {
  const model = await bench.loneRoute();
  const ours = await startFunction(bench.folder, bench.env);
  try {
    if (change === "update") await ours.send(routeEvent(model, "add"));
    const mark = await bench.times.mark();
    await ours.send(routeEvent(model, change));
    const requests = await bench.times.requests("traefik-cert-rotater", mark);
    const { reads, gets, applies, checks, checkGets, events } = await replayOf(bench, requests);
    return (route) => {
      const to = (some: readonly RawRequest[]) => some.map((request) => moved(request, model, route));
      return {
        reads: to(reads),
        gets: to(gets),
        applies: to(applies),
        checks: to(checks),
        checkGets: to(checkGets),
        events: to(events),
      };
    };
  } finally {
    await ours.stop();
  }
}

/** The request about another route, which differs in its namespace, name and uid alone. */
function moved(request: RawRequest, from: KubernetesObject, to: KubernetesObject): RawRequest {
  const move = (text: string) =>
    text
      .replaceAll(from.metadata.namespace ?? "", to.metadata.namespace ?? "")
      .replaceAll(from.metadata.name, to.metadata.name)
      .replaceAll(from.metadata.uid ?? "", to.metadata.uid ?? "");
  return {
    ...request,
    path: move(request.path),
    ...(request.body === undefined ? {} : { body: move(request.body) }),
  };
}

async function read(bench: Pick<Bench, "admin">, uri: string): Promise<KubernetesObject> {
  const [path = ""] = uri.split("?", 1);
  return (await bench.admin.client.json({ path })) as KubernetesObject;
}

/** The object as it was applied: without what the API server adds. */
function createOnly({ apiVersion, kind, metadata, spec }: KubernetesObject): KubernetesObject {
  const { name, namespace = "", labels = {}, annotations = {}, ownerReferences = [] } = metadata;
  const applied = { name, namespace, labels, annotations, ownerReferences, resourceVersion: "0" };
  return { apiVersion, kind, metadata: applied, spec };
}
