/**
 * The Go programs of a node, of Knative Serving and of its third-party controllers, all built from source.
 *
 * @module
 */
import { join } from "node:path";
import { kubernetesTool } from "../control-plane/binaries.ts";
import { cacheFolder } from "../control-plane/cache.ts";
import { buildGoTool, findBuiltGoTool, type GoTool } from "../control-plane/go-tools.ts";

const go = join(import.meta.dirname, "go");

/** What runs on the node itself. */
export const nodePrograms = ["kubelet", "kube-proxy", "kube-scheduler"] as const;
/** What runs in pods, one image each; `queue` is the queue-proxy beside every function. */
export const podPrograms = [
  "pause",
  "coredns",
  "controller",
  "webhook",
  "autoscaler",
  "activator",
  "queue",
] as const;

/** KEDA and its HTTP add-on, in pods. */
export const kedaPrograms = [
  "keda-http-interceptor",
  "keda-http-operator",
  "keda-http-scaler",
  "keda-operator",
] as const;
/** What every cluster has. */
export const platformPrograms = [...nodePrograms, ...podPrograms] as const;

/** What only tests start. */
export const testPrograms = [...kedaPrograms, "kube-router", "cert-manager"] as const;

export type Program = (typeof platformPrograms)[number] | (typeof testPrograms)[number];

const tools: Readonly<Record<Program, GoTool>> = {
  kubelet: kubernetesTool("kubelet", join(go, "kubernetes")),
  "kube-proxy": kubernetesTool("kube-proxy", join(go, "kubernetes")),
  "kube-scheduler": kubernetesTool("kube-scheduler", join(go, "kubernetes")),
  coredns: { name: "coredns", moduleDir: join(go, "coredns"), package: "." },
  pause: { name: "pause", moduleDir: join(go, "small"), package: "./pause" },
  controller: serving("controller"),
  webhook: serving("webhook"),
  autoscaler: serving("autoscaler"),
  activator: serving("activator"),
  queue: serving("queue"),
  "cert-manager": { name: "cert-manager", moduleDir: join(go, "cert-manager"), package: "." },
  "kube-router": {
    name: "kube-router",
    moduleDir: join(go, "kube-router"),
    package: "github.com/cloudnativelabs/kube-router/v2/cmd/kube-router",
  },
  "keda-operator": {
    name: "keda-operator",
    moduleDir: join(go, "keda"),
    package: "github.com/kedacore/keda/v2/cmd/operator",
  },
  "keda-http-interceptor": kedaHttp("interceptor"),
  "keda-http-operator": kedaHttp("operator"),
  "keda-http-scaler": kedaHttp("scaler"),
};

function serving(name: string): GoTool {
  return { name, moduleDir: join(go, "knative"), package: `knative.dev/serving/cmd/${name}` };
}

function kedaHttp(name: string): GoTool {
  const moduleDir = join(go, "keda-http-add-on");
  return { name: `keda-http-${name}`, moduleDir, package: `github.com/kedacore/http-add-on/${name}` };
}

/** Those of the programs that are not in the cache folder. */
export async function unbuiltPrograms<Name extends Program>(
  names: readonly Name[],
): Promise<readonly Name[]> {
  const paths = await Promise.all(names.map((name) => findBuiltGoTool(tools[name])));
  return names.filter((_, index) => paths[index] === null);
}

/** The path of each program; builds what is not built yet, with progress on stderr. Throws `GoToolError`. */
export async function findPrograms<Name extends Program>(
  names: readonly Name[],
): Promise<Readonly<Record<Name, string>>> {
  const missing = await unbuiltPrograms(names);
  if (missing.length > 0)
    process.stderr.write(
      `${missing.join(", ")}: built once from source, then kept in ${cacheFolder()}. ` +
        "With nothing downloaded yet, that takes about 15 minutes on two cores.\n",
    );
  const paths: Partial<Record<Name, string>> = {};
  for (const name of names) {
    const queued = missing.slice(missing.indexOf(name) + 1);
    paths[name] = await buildGoTool(tools[name], { queued: missing.includes(name) ? queued : [] });
  }
  return paths as Record<Name, string>;
}

/** The path of a program of ours that only a bench runs in a pod. */
export function podProgram(name: "hello"): Promise<string> {
  return buildGoTool({ name, moduleDir: join(go, "small"), package: `./${name}` });
}
