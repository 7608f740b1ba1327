/**
 * Tools that do today what this product would do, as their Deployments show them. Pure.
 *
 * @module
 */
import type { KubernetesObject } from "../../kubernetes/objects.ts";
import { isRecord } from "../../schema/unknown.ts";

export interface FormerTool {
  /** Such as `Switchboard`. */
  readonly name: string;
  readonly namespace: string;
  readonly deployment: string;
  /** It has replicas. */
  readonly isRunning: boolean;
}

/** How external-dns is started, of all its Deployments together. */
export interface ExternalDNS {
  readonly isThere: boolean;
  readonly sources: readonly string[];
  /** `key` and `value` of each filter; the value is null where any will do. */
  readonly annotationFilter: Filter | null;
  readonly labelFilter: Filter | null;
}

export interface Filter {
  readonly key: string;
  readonly value: string | null;
}

/** By what the image is called: the name of the Deployment is anybody's choice. */
const TOOLS: readonly { readonly name: string; readonly image: RegExp }[] = [
  { name: "Switchboard", image: /\/switchboard(?:[:@]|$)/ },
  { name: "traefik-certmanager", image: /\/traefik-certmanager(?:[:@]|$)/ },
];

export function formerTools(deployments: readonly KubernetesObject[]): readonly FormerTool[] {
  return deployments.flatMap((deployment) => {
    const images = containersOf(deployment).map(({ image }) => String(image));
    const tool = TOOLS.find(({ image }) => images.some((name) => image.test(name)));
    if (tool === undefined) return [];
    const { namespace = "default", name } = deployment.metadata;
    return [{ name: tool.name, namespace, deployment: name, isRunning: replicasOf(deployment) > 0 }];
  });
}

export function externalDNSOf(deployments: readonly KubernetesObject[]): ExternalDNS {
  const found = deployments.filter(
    (deployment) =>
      replicasOf(deployment) > 0 &&
      containersOf(deployment).some(({ image }) => /\/external-dns(?:[:@]|$)/.test(String(image))),
  );
  const words = found
    .flatMap(containersOf)
    .flatMap(({ args, command }) => [command, args].filter(Array.isArray).flat())
    .filter((word): word is string => typeof word === "string");
  return {
    isThere: found.length > 0,
    sources: valuesOf(words, "source"),
    annotationFilter: filterOf(valuesOf(words, "annotation-filter")[0]),
    labelFilter: filterOf(valuesOf(words, "label-filter")[0]),
  };
}

/** Values of `--option=value` and of `--option value`. */
function valuesOf(words: readonly string[], option: string): readonly string[] {
  return words.flatMap((word, index) => {
    if (word.startsWith(`--${option}=`)) return [word.slice(option.length + 3)];
    const next = words[index + 1];
    return word === `--${option}` && next !== undefined ? [next] : [];
  });
}

/** Of a selector with one simple term; null for all others, which nobody can guess a value from. */
function filterOf(selector: string | undefined): Filter | null {
  const [, key, value] = /^\s*([\w./-]+)\s*(?:==?\s*([\w.-]+)\s*)?$/.exec(selector ?? "") ?? [];
  return key === undefined ? null : { key, value: value ?? null };
}

function replicasOf({ spec }: KubernetesObject): number {
  const replicas = isRecord(spec) ? spec.replicas : undefined;
  return typeof replicas === "number" ? replicas : 1;
}

function containersOf({ spec }: KubernetesObject): readonly Record<string, unknown>[] {
  const template = isRecord(spec) ? spec.template : undefined;
  const pod = isRecord(template) ? template.spec : undefined;
  const containers = isRecord(pod) ? pod.containers : undefined;
  return Array.isArray(containers) ? containers.filter(isRecord) : [];
}
