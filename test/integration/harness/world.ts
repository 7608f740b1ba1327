/**
 * What most suites need: a release of the chart, its function and, if wanted, its sources, and a namespace for routes.
 *
 * @module
 */
import type { Admin, Manifest } from "../../control-plane/admin.ts";
import { type AuditEntry, type AuditMark, isWrite } from "../../control-plane/audit-log.ts";
import type { Cluster } from "../../control-plane/cluster.ts";
import { changeEvent } from "./cloud-events.ts";
import { ingressRoute, type RouteOptions } from "./objects.ts";
import { installRelease, type Release, type ReleaseOptions } from "./release.ts";
import { type FunctionSettings, type RunningFunction, startFunction } from "./running-function.ts";
import { type RunningSources, startSources } from "./running-sources.ts";

export interface World {
  readonly cluster: Cluster;
  readonly admin: Admin;
  readonly release: Release;
  readonly app: RunningFunction;
  /** A namespace for routes. */
  readonly namespace: string;
  /** Starts the release's sources, which end with the world. */
  listen(): Promise<RunningSources>;
  /** An IngressRoute of the release's class in the namespace. */
  route(options: Partial<RouteOptions> & { name: string }): Manifest;
  /** Sends what a source would send about the object, and returns the status. */
  sendEvent(
    verb: "add" | "update" | "delete",
    object: { apiVersion: string; kind: string },
    name: string,
  ): Promise<number>;
  /** What the function asked of the API server since the mark. */
  requests(since: AuditMark): Promise<AuditEntry[]>;
  /** `verb resource namespace/name` of what the function changed since the mark, sorted. */
  writes(since: AuditMark): Promise<string[]>;
  stop(): Promise<void>;
}

export async function startWorld(
  cluster: Cluster,
  options: ReleaseOptions & { readonly function?: FunctionSettings } = {},
): Promise<World> {
  const { admin, auditLog } = cluster;
  const release = await installRelease(cluster, options);
  const app = await startFunction(cluster, release, options.function);
  const namespace = await admin.createNamespace("routes");
  const running: RunningSources[] = [];
  const requests = async (since: AuditMark) =>
    (await auditLog.entries(since)).filter(({ user }) => user === release.user);
  return {
    cluster,
    admin,
    release,
    app,
    namespace,
    async listen() {
      const sources = await startSources(cluster, release, app.url);
      running.push(sources);
      return sources;
    },
    route: (route) => ingressRoute({ namespace, ingressClass: release.ingressClass, ...route }),
    async sendEvent(verb, { apiVersion, kind }, name) {
      return (await app.send(changeEvent(verb, { apiVersion, kind, namespace, name }))).status;
    },
    requests,
    async writes(since) {
      const entries = (await requests(since)).filter(isWrite);
      return entries
        .map(({ verb, resource, namespace, name }) => `${verb} ${resource} ${namespace}/${name}`)
        .sort();
    },
    async stop() {
      await Promise.all(running.map((sources) => sources.stop()));
      await app.stop();
    },
  };
}
