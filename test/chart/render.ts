/**
 * Renders the chart with the real `helm template` and gives back objects.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { parseAllDocuments } from "yaml";
import { runHelm } from "../control-plane/helm.ts";

export const chart = fileURLToPath(new URL("../../traefik-cert-rotation", import.meta.url));

export interface Rendered {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
}

export interface Release {
  readonly name: string;
  readonly namespace: string;
}

const standardRelease: Release = { name: "traefik-cert-rotation", namespace: "traefik-cert-rotation" };

/** The objects of the chart with these values; `flags` are more of Helm's. Rejects with what Helm says. */
export async function render(
  values: object = {},
  release: Release = standardRelease,
  flags: readonly string[] = [],
): Promise<Rendered[]> {
  const { name, namespace } = release;
  const output = await helm(
    ["template", name, chart, "--namespace", namespace, "--skip-tests", ...flags],
    values,
  );
  return parseAllDocuments(output)
    .map((document) => document.toJS() as Rendered | null)
    .filter((object) => object !== null);
}

const VERSIONS: Readonly<Record<string, string>> = {
  IngressRoute: "traefik.io/v1alpha1",
  Certificate: "cert-manager.io/v1",
  DNSEndpoint: "externaldns.k8s.io/v1alpha1",
};

/** Flags that tell Helm which kinds the cluster serves, besides those that the chart cannot do without, as Argo CD does. */
export function servedKinds(...kinds: readonly string[]): readonly string[] {
  const served = kinds.flatMap((kind) => {
    const kindsOfGroup = kind === "IngressRoute" ? [kind, "IngressRouteTCP", "IngressRouteUDP"] : [kind];
    return kindsOfGroup.map((each) => `${VERSIONS[kind]}/${each}`);
  });
  const needed = [
    "apps/v1/Deployment",
    "serving.knative.dev/v1/Service",
    "sources.knative.dev/v1/ApiServerSource",
  ];
  return [...needed, ...served].flatMap((version) => ["--api-versions", version]);
}

/** Runs Helm with the values; resolves to its output, rejects with its errors. */
export async function helm(args: readonly string[], values: object = {}): Promise<string> {
  const { code, stdout, stderr } = await runHelm([...args, "--set-json", JSON.stringify(values)]);
  if (code !== 0) throw new Error(stderr);
  return stdout;
}

/** The one object of that kind, or the one whose name ends so. Throws unless there is exactly one. */
export function only(objects: readonly Rendered[], kind: string, suffix = ""): Rendered {
  const found = objects.filter((object) => object.kind === kind && object.metadata.name.endsWith(suffix));
  const [first] = found;
  if (first === undefined || found.length > 1) throw new Error(`${found.length} ${kind} *${suffix}`);
  return first;
}

/** What stands at the path, such as `spec.template.spec.containers.0.image`; undefined where nothing does. */
export function at(object: unknown, path: string): unknown {
  let current = object;
  for (const key of path.split(".")) {
    if (typeof current !== "object" || current === null) return undefined;
    current = (current as Readonly<Record<string, unknown>>)[key];
  }
  return current;
}

/** The same for keys that contain dots. */
export function annotation(object: unknown, path: string, key: string): unknown {
  return (at(object, path) as Readonly<Record<string, unknown>> | undefined)?.[key];
}
