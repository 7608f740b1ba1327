/**
 * A guide for moving in, as a test follows it: the bundled CLI against the cluster, and what must be the same before
 * and after.
 *
 * @module
 */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { parseYaml } from "../../../functions/config/yaml.lazy.ts";
import type { KubernetesObject } from "../../../functions/kubernetes/objects.ts";
import type { Admin, Manifest } from "../../control-plane/admin.ts";
import type { Cluster } from "../../control-plane/cluster.ts";
import { startControlPlane } from "../../control-plane/control-plane.ts";
import { loadCrds } from "../../control-plane/crds.ts";
import { bundleCli, type Cli, type CliResult } from "./cli.ts";
import { resyncEvent } from "./cloud-events.ts";
import { CERTIFICATES, ENDPOINTS } from "./objects.ts";
import { installRelease, type Release } from "./release.ts";
import { type RunningFunction, startFunction } from "./running-function.ts";

/** A cluster of its own, for what runs in it is seen from every namespace. */
export interface Guide {
  readonly cluster: Cluster;
  readonly admin: Admin;
  readonly cli: Cli;
  /** A namespace for routes of no class. */
  place(): Promise<Place>;
  stop(): Promise<void>;
}

export interface Place {
  readonly namespace: string;
  /** In that namespace alone, and for the installation that is made for it. */
  run(command: string, words?: readonly string[]): Promise<CliResult>;
  /** The file that `migrate --output values` writes. */
  values(words?: readonly string[]): Promise<string>;
  /** Installs the chart, or upgrades it, with the values of a file and has its function look at the whole namespace. */
  install(valuesFile: string): Promise<void>;
  /** All names that are served: `Certificate name`, and `DNSEndpoint name type targets`. */
  served(): Promise<readonly string[]>;
  /** Of each Certificate, what decides whether cert-manager issues again. */
  certificates(): Promise<readonly object[]>;
}

export async function startGuide(): Promise<Guide> {
  const [cluster, cli] = await Promise.all([
    startControlPlane({ crds: await loadCrds(), controllerManager: false }),
    bundleCli(),
  ]);
  const { admin } = cluster;
  const running: RunningFunction[] = [];
  return {
    cluster,
    admin,
    cli,
    async place() {
      const namespace = await admin.createNamespace("moving");
      let release: Release | null = null;
      const run: Place["run"] = (command, words = []) => {
        const instance = release === null ? [] : ["--instance", release.instance];
        const environment = { KUBECONFIG: cluster.kubeconfigPath };
        return cli.run([command, "--namespace", namespace, ...instance, ...words], environment);
      };
      return {
        namespace,
        run,
        values: async (words = []) => {
          const { stdout } = await run("migrate", ["--output", "values", ...words]);
          return await cli.write(`${namespace}-values.yaml`, stdout);
        },
        install: async (valuesFile) => {
          const values = (parseYaml(await readFile(valuesFile, "utf8")) ?? {}) as object;
          if (release === null) release = await installRelease(cluster, { values, ingressClass: null });
          else await release.upgrade(values);
          const app = await startFunction(cluster, release);
          running.push(app);
          const { status } = await app.send(resyncEvent({ namespace }));
          assert.equal(status, 204);
        },
        served: () => servedIn(admin, namespace),
        certificates: async () =>
          (await admin.list({ ...CERTIFICATES, namespace })).map(({ metadata, spec }) => ({
            name: metadata.name,
            uid: metadata.uid,
            generation: metadata.generation,
            spec,
          })),
      };
    },
    async stop() {
      for (const app of running) await app.stop();
      await cli.remove();
      await cluster.stop();
    },
  };
}

async function servedIn(admin: Admin, namespace: string): Promise<readonly string[]> {
  const certificates = await admin.list({ ...CERTIFICATES, namespace });
  const endpoints = await admin.list({ ...ENDPOINTS, namespace });
  const names = certificates.flatMap(({ spec }) => (spec as { dnsNames: readonly string[] }).dnsNames);
  const records = endpoints.flatMap(({ spec }) => (spec as { endpoints: readonly Record[] }).endpoints);
  const lines = [
    ...names.map((name) => `Certificate ${name}`),
    ...records.map(
      ({ dnsName, recordType, targets }) => `DNSEndpoint ${dnsName} ${recordType} ${targets.join()}`,
    ),
  ];
  return [...new Set(lines)].sort();
}

interface Record {
  readonly dnsName: string;
  readonly recordType: string;
  readonly targets: readonly string[];
}

/** Creates as a client of its own with that field manager does. */
export async function createAs(admin: Admin, manager: string, object: Manifest): Promise<KubernetesObject> {
  const { apiVersion, kind, metadata } = object;
  const path = await admin.resolver.path({ apiVersion, kind, namespace: metadata.namespace });
  const body = await admin.client.json({
    method: "POST",
    path: `${path}?fieldManager=${manager}`,
    body: object,
  });
  return body as KubernetesObject;
}

/** The Deployment of a former tool. */
export function deployment(
  namespace: string,
  name: string,
  image: string,
  args: readonly string[] = [],
): Manifest {
  const labels = { app: name };
  const spec = { containers: [{ name, image, args }] };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { namespace, name, labels },
    spec: { replicas: 1, selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
  };
}
