/**
 * What a source watches and where it sends, and how that follows from an ApiServerSource object.
 *
 * @module
 */
import {
  apiVersionOf,
  type KubernetesObject,
  type ResourceDefinition,
} from "../../functions/kubernetes/objects.ts";

export interface SourceConfig {
  readonly resources: readonly WatchedResource[];
  /** `Reference` sends who changed, `Resource` the whole object. */
  readonly mode: "Reference" | "Resource";
  readonly namespaces: "all" | readonly string[];
  /** URL that events are POSTed to. */
  readonly sink: string;
  /** Extension attributes added to each event (`ceOverrides.extensions`). */
  readonly extensions: Readonly<Record<string, string>>;
  /** Namespace of the source itself, for header `Kn-Namespace`. */
  readonly namespace: string;
}

export interface WatchedResource {
  readonly resource: Omit<ResourceDefinition, "kind">;
  /** A label selector as the API takes it, such as `a=b,c in (d,e)`; empty for all. */
  readonly selector: string;
}

interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly { key: string; operator: string; values?: readonly string[] }[];
}

/** The `spec` of an ApiServerSource (sources.knative.dev/v1). */
interface SourceSpec {
  readonly resources: readonly { apiVersion: string; kind: string; selector?: LabelSelector }[];
  readonly mode?: "Reference" | "Resource";
  readonly namespaceSelector?: LabelSelector;
  readonly sink?: { readonly uri?: string };
  readonly ceOverrides?: { readonly extensions?: Readonly<Record<string, string>> };
}

/**
 * The configuration that Knative's controller would give to the adapter of this object. `sink` is the address that
 * the object's `sink.ref` would resolve to; a `sink.uri` is resolved against it. `namespaces` must be given for a
 * `namespaceSelector` that selects by label.
 */
export function configOf(
  source: KubernetesObject,
  sink: string,
  namespaces?: readonly string[],
): SourceConfig {
  const spec = source.spec as SourceSpec;
  const namespace = source.metadata.namespace ?? "default";
  return {
    resources: spec.resources.map(({ apiVersion, kind, selector }) => ({
      resource: resourceOf(apiVersion, kind),
      selector: selectorText(selector),
    })),
    mode: spec.mode ?? "Reference",
    namespaces: namespaces ?? namespacesOf(spec.namespaceSelector, namespace),
    sink: new URL(spec.sink?.uri ?? "", sink).href,
    extensions: spec.ceOverrides?.extensions ?? {},
    namespace,
  };
}

function namespacesOf(selector: LabelSelector | undefined, own: string): "all" | readonly string[] {
  if (selector === undefined) return [own];
  if (selectorText(selector) === "") return "all";
  throw new Error("namespaceSelector selects by label: say which namespaces those are");
}

function resourceOf(apiVersion: string, kind: string): WatchedResource["resource"] {
  const [first = "", second] = apiVersion.split("/");
  const [group, version] = second === undefined ? ["", first] : [first, second];
  return { group, version, plural: guessPlural(kind) };
}

/** Kubernetes' rule of thumb for the resource of a kind (`UnsafeGuessKindToResource` in apimachinery). */
export function guessPlural(kind: string): string {
  const singular = kind.toLowerCase();
  if (singular.endsWith("endpoints")) return singular;
  if (singular.endsWith("s")) return `${singular}es`;
  if (singular.endsWith("y")) return `${singular.slice(0, -1)}ies`;
  return `${singular}s`;
}

function selectorText({ matchLabels = {}, matchExpressions = [] }: LabelSelector = {}): string {
  const labels = Object.entries(matchLabels).map(([key, value]) => `${key}=${value}`);
  const expressions = matchExpressions.map(({ key, operator, values = [] }) => {
    if (operator === "Exists") return key;
    if (operator === "DoesNotExist") return `!${key}`;
    return `${key} ${operator.toLowerCase()} (${values.join(",")})`;
  });
  return [...labels, ...expressions].join(",");
}

/** The path of the collection in one namespace, or in all (null). */
export function collectionPath({ resource }: WatchedResource, namespace: string | null): string {
  const prefix = resource.group === "" ? "/api" : "/apis";
  const scope = namespace === null ? "" : `/namespaces/${namespace}`;
  return `${prefix}/${apiVersionOf({ ...resource, kind: "" })}${scope}/${resource.plural}`;
}
