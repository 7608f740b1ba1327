/**
 * Finds the programs of the control plane: in `KUBEBUILDER_ASSETS`, in the cache folder, or by building them.
 *
 * @module
 */
import { access, constants } from "node:fs/promises";
import { join } from "node:path";
import { cacheFolder } from "./cache.ts";
import { buildGoTool, findBuiltGoTool, type GoTool } from "./go-tools.ts";

export type BinaryName = "etcd" | "kube-apiserver" | "kube-controller-manager" | "helm" | "kustomize";

/** The version of `k8s.io/kubernetes` in go/kubernetes/go.mod; without it clients see v0.0.0-master. */
const kubernetesVersion = "1.36.3";

const go = join(import.meta.dirname, "go");
/** About how many minutes each takes on two cores that do nothing else, with nothing downloaded yet. */
const minutes: Readonly<Record<BinaryName, number>> = {
  etcd: 1,
  "kube-apiserver": 4,
  "kube-controller-manager": 2,
  helm: 2,
  kustomize: 1,
};
const tools: Readonly<Record<BinaryName, GoTool>> = {
  etcd: { name: "etcd", moduleDir: join(go, "etcd"), package: "go.etcd.io/etcd/server/v3" },
  "kube-apiserver": kubernetesTool("kube-apiserver"),
  "kube-controller-manager": kubernetesTool("kube-controller-manager"),
  helm: { name: "helm", moduleDir: join(go, "helm"), package: "helm.sh/helm/v4/cmd/helm" },
  kustomize: {
    name: "kustomize",
    moduleDir: join(go, "kustomize"),
    package: "sigs.k8s.io/kustomize/kustomize/v5",
  },
};

/** A command of `k8s.io/kubernetes`, which the Go module at `moduleDir` must have at the same version. */
export function kubernetesTool(name: string, moduleDir = join(go, "kubernetes")): GoTool {
  const [major, minor] = kubernetesVersion.split(".");
  const version = "-X k8s.io/component-base/version.git";
  return {
    name,
    moduleDir,
    package: `k8s.io/kubernetes/cmd/${name}`,
    ldflags: `-s -w ${version}Version=v${kubernetesVersion} ${version}Major=${major} ${version}Minor=${minor}`,
  };
}

/** Returns the path of each program asked for; builds only what is neither given nor cached. Throws `GoToolError`. */
export async function findBinaries<Name extends BinaryName>(
  names: readonly Name[],
  assets: string | undefined = process.env.KUBEBUILDER_ASSETS,
): Promise<Record<Name, string>> {
  const paths = await Promise.all(
    names.map(async (name) => (await given(name, assets)) ?? findBuiltGoTool(tools[name])),
  );
  const missing = names.filter((_, index) => paths[index] === null);
  if (missing.length > 0) process.stderr.write(announcement(missing));
  for (const [index, name] of missing.entries())
    paths[names.indexOf(name)] = await buildGoTool(tools[name], { queued: missing.slice(index + 1) });
  return Object.fromEntries(names.map((name, index) => [name, paths[index]])) as Record<Name, string>;
}

function announcement(names: readonly BinaryName[]): string {
  const sum = names.reduce((total, name) => total + minutes[name], 0);
  return (
    `${names.join(", ")}: built once from source, which takes about ${sum} minutes on two cores, then kept in ` +
    `${cacheFolder()}. A folder that has them already may be named in KUBEBUILDER_ASSETS.\n`
  );
}

async function given(name: string, assets: string | undefined): Promise<string | null> {
  const path = join(assets ?? "", name);
  const isExecutable = () =>
    access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
  return assets && (await isExecutable()) ? path : null;
}
