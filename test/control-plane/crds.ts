/**
 * The CustomResourceDefinitions of the third-party controllers, out of their own Go modules at pinned versions.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import type { KubernetesObject } from "../../functions/kubernetes/objects.ts";
import { cached } from "./cache.ts";
import { downloadModule, type GoModule } from "./go-tools.ts";

/** A CustomResourceDefinition, as far as tests look into it. */
export interface CustomResourceDefinition extends KubernetesObject {
  readonly spec: {
    readonly group: string;
    readonly names: { readonly kind: string; readonly plural: string };
    readonly versions: readonly { readonly name: string; readonly served: boolean }[];
  };
}

interface Module extends GoModule {
  readonly files: readonly string[];
}

const certManager = "deploy/crds/cert-manager.io";
const certManagerModule: GoModule = {
  path: "github.com/cert-manager/cert-manager",
  version: "v1.21.2",
  sum: "h1:UWgoYM+KLNtRlqmoWOKjKBOBUPVHeepQ6/ac3ERJW68=",
};

const modules = {
  traefik: {
    path: "github.com/traefik/traefik/v3",
    version: "v3.7.13",
    sum: "h1:T8wy9KuaFzCkmXCqAzDy7t73pBDR1DHrJe3pqXpNXTw=",
    files: ["docs/content/reference/dynamic-configuration/kubernetes-crd-definition-v1.yml"],
  },
  "cert-manager": {
    ...certManagerModule,
    files: ["certificates", "certificaterequests", "issuers", "clusterissuers"].map(
      (plural) => `${certManager}_${plural}.yaml`,
    ),
  },
  "cert-manager-acme": {
    ...certManagerModule,
    files: ["orders", "challenges"].map((plural) => `deploy/crds/acme.cert-manager.io_${plural}.yaml`),
  },
  "external-dns": {
    path: "sigs.k8s.io/external-dns",
    version: "v0.22.0",
    sum: "h1:+ASJ3KF7DLqHo2LsG8Qinuh2J389MS86I19i/r8ewUc=",
    files: ["config/crd/standard/dnsendpoints.externaldns.k8s.io.yaml"],
  },
  "knative-serving": {
    path: "knative.dev/serving",
    version: "v0.42.2",
    sum: "h1:yKieg3MeNvpVz+4JJPbvmpee3v3LK3zO5h5HJBtzaNk=",
    files: ["config/core/300-resources/service.yaml"],
  },
  "argo-cd": {
    path: "github.com/argoproj/argo-cd/v3",
    version: "v3.4.2",
    sum: "h1:S3j0K34uGW4geWiM88+0cHcCEtInn2Sa9U7/Sa18L7Y=",
    files: ["manifests/crds/application-crd.yaml"],
  },
  "flux-helm": {
    path: "github.com/fluxcd/helm-controller",
    version: "v1.4.0",
    sum: "h1:rkm8rmB6Na7eNc4pJOnvtXEaJ19iKluRtayHKjBxcUM=",
    files: ["config/crd/bases/helm.toolkit.fluxcd.io_helmreleases.yaml"],
  },
  "flux-source": {
    path: "github.com/fluxcd/source-controller",
    version: "v1.7.3",
    sum: "h1:gFfeBiNUgF0kFFGap/rrMeJqz+0Tod0ARENJO8w/UA8=",
    files: ["config/crd/bases/source.toolkit.fluxcd.io_ocirepositories.yaml"],
  },
  keda: {
    path: "github.com/kedacore/keda/v2",
    version: "v2.21.0",
    sum: "h1:R6z2HZvstK4RLUMxroNACzBj74xGxt3kG59b5Xc+Xps=",
    files: ["config/crd/bases/keda.sh_scaledobjects.yaml"],
  },
  "keda-http-add-on": {
    path: "github.com/kedacore/http-add-on",
    version: "v0.15.0",
    sum: "h1:6xqqvzFB/Yw9zBSsPD/T6DBTaOj6N4/NqbAs26E5XGA=",
    files: ["config/crd/bases/http.keda.sh_interceptorroutes.yaml"],
  },
} as const satisfies Record<string, Module>;

/** Kinds of Knative Eventing with a fake of ours in crds/. */
const eventingKinds = ["apiserversource", "pingsource", "sinkbinding", "broker", "trigger"];

/** Whose definitions there are. Those of `knative-eventing` are fakes; those of GitOps tools are loaded only by name. */
export type ThirdParty = keyof typeof modules | "knative-eventing";

export const thirdParties: readonly ThirdParty[] = [
  "traefik",
  "cert-manager",
  "external-dns",
  "knative-serving",
  "knative-eventing",
  "keda",
  "keda-http-add-on",
];

/**
 * Loads the definitions of the third parties named (all unless given). Throws `GoToolError` where Go is needed and
 * absent.
 */
export async function loadCrds(
  from: readonly ThirdParty[] = thirdParties,
): Promise<CustomResourceDefinition[]> {
  return (await Promise.all(from.map(load))).flat();
}

async function load(thirdParty: ThirdParty): Promise<CustomResourceDefinition[]> {
  if (thirdParty === "knative-eventing") {
    const files = eventingKinds.map((kind) => join(import.meta.dirname, "crds", `${kind}.yaml`));
    return (await Promise.all(files.map((file) => readFile(file, "utf8")))).flatMap(parse);
  }
  const module: Module = modules[thirdParty];
  const key = createHash("sha256").update(JSON.stringify(module)).digest("hex").slice(0, 12);
  const folder = await cached(`crds-${thirdParty}-${key}`, async (draft) => {
    await writeFile(join(draft, "crds.json"), JSON.stringify(await extract(module)));
  });
  return JSON.parse(await readFile(join(folder, "crds.json"), "utf8"));
}

async function extract(module: Module): Promise<CustomResourceDefinition[]> {
  const folder = await downloadModule(module);
  const texts = await Promise.all(module.files.map((file) => readFile(join(folder, file), "utf8")));
  return texts.flatMap(parse);
}

function parse(text: string): CustomResourceDefinition[] {
  return parseAllDocuments(text)
    .map((document) => document.toJS() as CustomResourceDefinition | null)
    .filter((object) => object !== null);
}
