/**
 * The function as a plain pod: the chart's container, without Knative around it.
 *
 * @module
 */
import type { KubernetesObject } from "../../../functions/kubernetes/objects.ts";
import type { Admin } from "../../control-plane/admin.ts";
import { mustGet } from "../../integration/harness/objects.ts";
import { isReady } from "../conditions.ts";
import { knativeService } from "./product.ts";

interface PodSpec {
  readonly containers: readonly Readonly<Record<string, unknown>>[];
}

/** Creates the pod; `args` replace those of the chart. */
export async function createFunctionPod(admin: Admin, name: string, args?: readonly string[]): Promise<void> {
  const { spec } = await mustGet(admin, knativeService);
  const template = (spec as { template: { spec: PodSpec & Record<string, unknown> } }).template.spec;
  const {
    containerConcurrency: _,
    timeoutSeconds: __,
    responseStartTimeoutSeconds: ___,
    containers,
    ...rest
  } = template;
  const [container] = containers;
  const { readinessProbe: ____, livenessProbe: _____, ...kept } = container ?? {};
  const own = {
    ...kept,
    readinessProbe: { httpGet: { path: "/health/readiness", port: 8080 }, periodSeconds: 1 },
    ...(args && { args }),
  };
  await admin.create({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { namespace: knativeService.namespace, name },
    spec: { ...rest, restartPolicy: "Never", containers: [own] },
  });
}

const target = (name: string) =>
  ({ apiVersion: "v1", kind: "Pod", namespace: knativeService.namespace, name }) as const;

/** Waits until the pod is ready and returns its URL. */
export async function readyUrl(admin: Admin, name: string): Promise<string> {
  const pod = await admin.waitFor(target(name), isReady, 60_000);
  const { podIP } = (pod?.status ?? {}) as { podIP?: string };
  return `http://${podIP}:8080/`;
}

/** Waits until the pod's container has ended and returns its exit code. */
export async function exitCode(admin: Admin, name: string): Promise<number | undefined> {
  const codeOf = (pod: KubernetesObject | null) => {
    const status = pod?.status as
      | { containerStatuses?: { state: { terminated?: { exitCode: number } } }[] }
      | undefined;
    return status?.containerStatuses?.[0]?.state.terminated?.exitCode;
  };
  return codeOf(await admin.waitFor(target(name), (pod) => codeOf(pod) !== undefined, 60_000));
}

/** Removes the pod at once. */
export async function deleteFunctionPod(admin: Admin, name: string): Promise<void> {
  await admin.delete(target(name));
}
