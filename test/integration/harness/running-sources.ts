/**
 * The ApiServerSources of a release, played by the fake as the chart's ServiceAccount for sources.
 *
 * @module
 */
import type { LookupFunction } from "node:net";
import type { KubernetesObject } from "../../../functions/kubernetes/objects.ts";
import { type ApiServerSource, startApiServerSource } from "../../api-server-source/api-server-source.ts";
import { configOf, guessPlural } from "../../api-server-source/config.ts";
import type { Delivery } from "../../api-server-source/deliver.ts";
import type { Admin, Target } from "../../control-plane/admin.ts";
import type { Cluster } from "../../control-plane/cluster.ts";
import { mustGet } from "./objects.ts";
import type { Release } from "./release.ts";

export interface RunningSources {
  /** What became of all events so far, of all sources. */
  deliveries(): readonly Delivery[];
  /** Waits for the first event, past or to come, that satisfies `condition`, and returns how it ended. */
  delivery(condition: (delivery: Delivery) => boolean): Promise<Delivery>;
  /**
   * Makes the change and waits until the event about it has been answered: the first of the object's that is about
   * something later than this call. `object` is `<namespace>/<plural>/<name>`.
   */
  during(object: string, change: () => Promise<unknown>): Promise<Delivery>;
  /** Waits until the event about what the object is now has been answered: an echo of the function's own write, say. */
  caughtUp(object: Target & { readonly name: string }): Promise<void>;
  stop(): Promise<void>;
}

/** Starts them all; every change from now on is sent to `sink`, whose host `lookup` resolves, if given. */
export async function startSources(
  cluster: Cluster,
  release: Release,
  sink: string,
  lookup?: LookupFunction,
): Promise<RunningSources> {
  const objects = await release.sources();
  if (objects.length === 0) throw new Error(`release ${release.instance} has no ApiServerSource`);
  const sources = await Promise.all(objects.map((object) => start(cluster, object, sink, lookup)));
  const deliveries = () => sources.flatMap((source) => source.deliveries);
  const delivery = (condition: (delivery: Delivery) => boolean) =>
    Promise.any(sources.map((source) => source.delivery(condition)));
  return {
    deliveries,
    delivery,
    async during(object, change) {
      const before = await currentVersion(cluster.admin);
      await change();
      return delivery(
        ({ subject, version }) => version > before && subject.endsWith(`/namespaces/${object}`),
      ).catch((cause: unknown) => {
        throw new Error(`no event about ${object} was answered`, { cause });
      });
    },
    async caughtUp(object) {
      const { metadata } = await mustGet(cluster.admin, object);
      await delivery(
        ({ subject, version }) =>
          version >= Number(metadata.resourceVersion) &&
          subject.includes(`/namespaces/${metadata.namespace}/`) &&
          subject.endsWith(`/${guessPlural(object.kind)}/${object.name}`),
      );
    },
    async stop() {
      await Promise.all(sources.map((source) => source.stop()));
    },
  };
}

/** Every change made so far has at most this version, whatever its kind: they are revisions of one etcd. */
async function currentVersion({ client }: Admin): Promise<number> {
  const list = (await client.json({ path: "/api/v1/namespaces?limit=1" })) as {
    metadata: { resourceVersion: string };
  };
  return Number(list.metadata.resourceVersion);
}

async function start(
  cluster: Cluster,
  object: KubernetesObject,
  sink: string,
  lookup: LookupFunction | undefined,
): Promise<ApiServerSource> {
  const { serviceAccountName } = object.spec as { serviceAccountName: string };
  const token = await cluster.admin.token(object.metadata.namespace ?? "", serviceAccountName);
  return startApiServerSource({
    connection: { url: cluster.url, caPem: cluster.caPem, token },
    config: configOf(object, sink),
    ...(lookup && { lookup }),
  });
}
