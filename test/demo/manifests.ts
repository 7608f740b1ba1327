/**
 * The plain manifests in knative/, as the demo installs them. Pure, but for reading the folder.
 *
 * @module
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse, parseAllDocuments } from "yaml";
import type { KubernetesObject } from "../../functions/kubernetes/objects.ts";
import type { Manifest } from "../control-plane/admin.ts";

/** The name of the installation in the manifests, and of its namespace. */
export const INSTALLATION = "traefik-cert-rotation";

export interface Installation {
  /** Namespace and name. */
  readonly name: string;
  /** What Kubernetes itself knows, in an order in which it can be applied. */
  readonly applied: readonly Manifest[];
  /** The demo plays these: what Knative would run, and what Kubernetes would run in pods. */
  readonly service: KubernetesObject;
  readonly sources: readonly KubernetesObject[];
  readonly cronJob: KubernetesObject;
}

/** The objects of `kubectl apply -k FOLDER`, in the order of its kustomization. */
export async function readManifests(folder: string): Promise<Manifest[]> {
  const read = (file: string) => readFile(join(folder, file), "utf8");
  const { resources } = parse(await read("kustomization.yaml")) as { resources: string[] };
  const texts = await Promise.all(resources.map(read));
  return texts.flatMap((text) => parseAllDocuments(text).map((document) => document.toJS() as Manifest));
}

/** Who plays which object. @throws where one is missing that the demo plays */
export function installationOf(objects: readonly Manifest[], name = INSTALLATION): Installation {
  const all = (kind: string, group: string) =>
    objects.filter((object) => object.kind === kind && object.apiVersion.startsWith(group)).map(asObject);
  const only = (kind: string, group: string) => {
    const [object] = all(kind, group);
    if (object === undefined) throw new Error(`the manifests have no ${kind}`);
    return object;
  };
  return {
    name,
    applied: objects.filter(({ apiVersion }) => !/knative\.dev\/|^batch\//.test(apiVersion)),
    service: only("Service", "serving.knative.dev/"),
    sources: all("ApiServerSource", "sources.knative.dev/"),
    cronJob: only("CronJob", "batch/"),
  };
}

/**
 * The same installation beside others: under another name, for routes of the class of that name only, which nobody
 * else has, and with Traefik's Service in its own namespace.
 */
export function apart(objects: readonly Manifest[], name: string): Manifest[] {
  const renamed = JSON.stringify(objects).replaceAll(INSTALLATION, name);
  return (JSON.parse(renamed) as Manifest[]).map((object) =>
    object.kind === "ConfigMap" ? confined(object, name) : object,
  );
}

interface Configuration {
  readonly selector: object;
  readonly integrations: { readonly externalDNS: object };
}

function confined(configMap: Manifest, name: string): Manifest {
  const { data } = configMap as Manifest & { readonly data: Readonly<Record<"config.json", string>> };
  const config = JSON.parse(data["config.json"]) as Configuration;
  const { selector, integrations } = config;
  const externalDNS = { ...integrations.externalDNS, targetService: { namespace: name, name: "traefik" } };
  const changed = {
    ...config,
    selector: { ...selector, ingressClass: name },
    integrations: { ...integrations, externalDNS },
  };
  return { ...configMap, data: { "config.json": JSON.stringify(changed) } };
}

/** A manifest that nobody applies: nothing that the API server would fill in is read of it. */
function asObject(manifest: Manifest): KubernetesObject {
  return manifest as Manifest & KubernetesObject;
}
