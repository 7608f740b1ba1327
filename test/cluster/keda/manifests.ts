/**
 * The manifests of KEDA and of its HTTP add-on, made by kustomize from the folders in their own Go modules, as their
 * releases are.
 *
 * @module
 */
import { join } from "node:path";
import type { Manifest } from "../../control-plane/admin.ts";
import { findGo } from "../../control-plane/go-tools.ts";
import { kustomize } from "../../control-plane/kustomize.ts";
import type { kedaPrograms } from "../components.ts";
import { run } from "../host/command.ts";
import { imageOf } from "../images/platform.ts";

const go = join(import.meta.dirname, "..", "go");

/** Versions are those of go.mod there. */
const modules = {
  keda: { folder: join(go, "keda"), path: "github.com/kedacore/keda/v2" },
  http: { folder: join(go, "keda-http-add-on"), path: "github.com/kedacore/http-add-on" },
} as const;

type KedaProgram = (typeof kedaPrograms)[number];

/** Our program for each Deployment that is run. */
const deployments: Readonly<Record<string, KedaProgram>> = {
  "keda-operator": "keda-operator",
  "keda-add-ons-http-interceptor": "keda-http-interceptor",
  "keda-add-ons-http-operator": "keda-http-operator",
  "keda-add-ons-http-scaler": "keda-http-scaler",
};

/**
 * Not run: KEDA's metrics adapter, by which an autoscaler goes from one pod to several (and which the ScaledObject of
 * the interceptor would need), and its admission webhooks. From none to one and back is the operator's own work.
 */
const leftOut = ["APIService", "ValidatingWebhookConfiguration", "ScaledObject"];

/** In the order in which they are applied. */
export async function readKedaManifests(): Promise<Manifest[]> {
  const objects = [...(await build(modules.keda)), ...(await build(modules.http))];
  return objects.filter(({ kind }) => !leftOut.includes(kind)).flatMap(adapt);
}

async function build({ folder, path }: (typeof modules)[keyof typeof modules]): Promise<Manifest[]> {
  const command = await findGo(path, folder);
  const { Dir } = JSON.parse(await run(command, ["-C", folder, "mod", "download", "-json", path]));
  return kustomize(join(Dir, "config", "default"));
}

interface Deployment extends Manifest {
  readonly spec: { readonly template: { readonly spec: { readonly containers: readonly [Container] } } };
}

interface Container {
  readonly args: readonly string[];
  readonly [field: string]: unknown;
}

/** With our images; none for a Deployment that is not run. */
function adapt(object: Manifest): readonly Manifest[] {
  if (object.kind !== "Deployment") return [object];
  const program = deployments[object.metadata.name ?? ""];
  if (program === undefined) return [];
  const { spec } = object as Deployment;
  const { command: _, ...container } = spec.template.spec.containers[0];
  // There is nothing to patch where the webhooks and the adapter are left out.
  const none =
    program === "keda-operator"
      ? ["--enable-webhook-patching=false", "--enable-apiservice-patching=false"]
      : [];
  const own = {
    ...container,
    image: imageOf(program),
    imagePullPolicy: "Never",
    args: [...container.args, ...none],
  };
  const template = { ...spec.template, spec: { ...spec.template.spec, containers: [own] } };
  return [{ ...object, spec: { ...spec, template } }];
}
