/**
 * The chart's ways of serving, by `helm upgrade` from one to another.
 *
 * @module
 */
import { deepEqual } from "node:assert/strict";
import type { Release } from "../../integration/harness/release.ts";
import { type RunningSources, startSources } from "../../integration/harness/running-sources.ts";
import { isReady } from "../conditions.ts";
import { clusterLookup } from "./dns.ts";
import { knativeService } from "./product.ts";
import type { ClusterWorld } from "./world.ts";

/** Selects the pods of the function, in every mode. */
export const functionPods = "app.kubernetes.io/component=function";

/** What KEDA scales by in mode keda. */
export const scaledObject = (release: Release) => ofRelease(release, "keda.sh/v1alpha1", "ScaledObject");
const interceptorRoute = (release: Release) => ofRelease(release, "http.keda.sh/v1beta1", "InterceptorRoute");

function ofRelease({ namespace, name }: Release, apiVersion: string, kind: string) {
  return { apiVersion, kind, namespace, name };
}

type Served = Pick<ClusterWorld, "admin" | "cluster" | "release">;

/** Takes the release to mode keda, whose programs run (see ../keda/install.ts), and starts the sources of that mode. */
export async function serveByKeda({ admin, cluster, release }: Served): Promise<RunningSources> {
  await release.upgrade({ serving: { mode: "keda", keda: { cooldownPeriod: 20 } } });
  for (const target of [scaledObject(release), interceptorRoute(release)])
    await admin.waitFor(target, isReady, 60_000);
  return startSources(cluster, release, await sinkOf(release), clusterLookup);
}

/** Takes the release back to where the other tests expect it. */
export async function serveByKnative({ admin, release }: Served): Promise<void> {
  await release.upgrade({});
  await admin.waitFor(knativeService, isReady, 120_000);
}

/** Where all ApiServerSources of the release send to. */
export async function sinkOf(release: Release): Promise<string> {
  const uris = (await release.sources()).map(({ spec }) => (spec as { sink: { uri: string } }).sink.uri);
  const [uri = "", ...others] = new Set(uris);
  deepEqual(others, []);
  return uri;
}
