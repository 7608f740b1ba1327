/**
 * The raw sink of `npm run bench` in the place of the function: the chart's own container, whose command alone is another,
 * as a Knative Service beside the product's, or in the Deployment that KEDA scales.
 *
 * @module
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { openAuditTimes } from "../../bench/audit-times.ts";
import { replayOf } from "../../bench/replay.ts";
import { routeManifest } from "../../bench/workload.ts";
import type { Admin } from "../../control-plane/admin.ts";
import type { Cluster } from "../../control-plane/cluster.ts";
import { CERTIFICATES, ENDPOINTS, mustGet, namesOf } from "../../integration/harness/objects.ts";
import type { RunningSources } from "../../integration/harness/running-sources.ts";
import { until } from "../../integration/harness/until.ts";
import { isReady } from "../conditions.ts";
import { knativeService, productUrl } from "../harness/product.ts";
import { sendEvent } from "../harness/request.ts";

const SCRIPTS = ["sink.cjs", "requests.cjs"];
const FOLDER = "/sink";
const { namespace } = knativeService;

export const rawService = { ...knativeService, name: "raw-sink" } as const;
export const rawUrl = `http://${rawService.name}.${namespace}.svc.cluster.local/`;

interface Container {
  readonly volumeMounts?: readonly object[];
  readonly env?: readonly object[];
}
interface Template {
  readonly spec: { readonly containers: readonly Container[]; readonly volumes?: readonly object[] };
}

/** What the function makes of a new route, for the sink to make the same; needs the function and its sources. */
export async function learnChildren(
  { admin, auditLogPath }: Cluster,
  sources: RunningSources,
): Promise<string> {
  // Its Service is ready a little before its address leads there.
  await until("the function answers", async () => {
    const answer = await sendEvent(productUrl, "io.traefik-cert-rotater.nothing").catch(() => null);
    return answer?.status === 204;
  });
  const times = openAuditTimes(auditLogPath);
  const name = await admin.createNamespace("model");
  const mark = await times.mark();
  const { metadata } = await admin.create(routeManifest(name, "web"));
  await sources.delivery(({ subject }) => subject.endsWith(`/namespaces/${name}/ingressroutes/web`));
  const { applies } = await replayOf({ admin }, await times.requests("traefik-cert-rotater", mark));
  if (applies.length !== 2) throw new Error(`${applies.length} children were made instead of 2`);
  const found = [
    ...(await namesOf(admin, { ...CERTIFICATES, namespace: name })),
    ...(await namesOf(admin, { ...ENDPOINTS, namespace: name })),
  ];
  if (found.length !== 2) throw new Error(`there are ${found.length} children instead of 2`);
  return JSON.stringify({ model: { namespace: name, uid: metadata.uid }, applies });
}

/** Brings the scripts into the cluster. */
export async function applyScripts(admin: Admin): Promise<void> {
  const texts = SCRIPTS.map(async (file) => [
    file,
    await readFile(join(import.meta.dirname, "../../bench/raw", file), "utf8"),
  ]);
  const data = Object.fromEntries(await Promise.all(texts));
  await admin.apply({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { namespace, name: rawService.name },
    data,
  });
}

/** The pods' template, in which the scripts run instead of the function. */
export function withScript<T extends Template>(template: T, input: string): T {
  const [container] = template.spec.containers;
  const own = {
    ...container,
    command: ["/nodejs/bin/node", `${FOLDER}/sink.cjs`],
    args: [input],
    env: [
      ...(container?.env ?? []),
      { name: "SINK_PORT", value: "8080" },
      { name: "SERVICE_ACCOUNT_DIRECTORY", value: "/var/run/secrets/kubernetes.io/serviceaccount" },
    ],
    volumeMounts: [...(container?.volumeMounts ?? []), { name: "sink", mountPath: FOLDER }],
  };
  const volumes = [...(template.spec.volumes ?? []), { name: "sink", configMap: { name: rawService.name } }];
  return { ...template, spec: { ...template.spec, containers: [own], volumes } };
}

/** The Knative Service beside the product's, ready. */
export async function createRawService(admin: Admin, input: string): Promise<void> {
  const { template } = (await mustGet(admin, knativeService)).spec as { readonly template: Template };
  const { apiVersion, kind, name } = rawService;
  const labels = { "networking.knative.dev/visibility": "cluster-local" };
  const spec = { template: withScript(template, input) };
  await admin.apply({ apiVersion, kind, metadata: { namespace, name, labels }, spec });
  await admin.waitFor(rawService, isReady, 120_000);
}
