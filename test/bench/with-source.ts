/**
 * The stand-in for the ApiServerSources of an installation, in front of one sink.
 *
 * @module
 */
import { type ApiServerSource, startApiServerSource } from "../api-server-source/api-server-source.ts";
import type { WatchedResource } from "../api-server-source/config.ts";
import type { Bench } from "./bench.ts";

const watched = (group: string, version: string, plural: string, selector = ""): WatchedResource => ({
  resource: { group, version, plural },
  selector,
});
const ours = "kubernetes.io/managed-by=Traefik-cert-rotater";
const RESOURCES: readonly WatchedResource[] = [
  watched("traefik.io", "v1alpha1", "ingressroutes"),
  watched("cert-manager.io", "v1", "certificates", ours),
  watched("externaldns.k8s.io", "v1alpha1", "dnsendpoints", ours),
];

/** Runs with a source that sends every change from now on to the sink. */
export async function withSource<T>(
  { connection }: Bench,
  sink: string,
  run: (source: ApiServerSource) => Promise<T>,
): Promise<T> {
  const source = await startApiServerSource({
    connection,
    config: {
      resources: RESOURCES,
      mode: "Reference",
      namespaces: "all",
      sink,
      extensions: {},
      namespace: "bench",
    },
  });
  try {
    return await run(source);
  } finally {
    await source.stop();
  }
}
