/**
 * What is measured side by side, each as a Knative Service with the chart's own container: same resources, security
 * context, probes, account and configuration; only image and command differ.
 *
 * @module
 */
import { join } from "node:path";
import type { Admin } from "../../control-plane/admin.ts";
import { mustGet } from "../../integration/harness/objects.ts";
import { podProgram } from "../components.ts";
import { isReady } from "../conditions.ts";
import { knativeService } from "../harness/product.ts";
import { archiveFiles } from "../images/archive.ts";
import { type Build, buildArchive } from "../images/build.ts";
import { imageOf } from "../images/platform.ts";

export interface Variant {
  /** Also the name of its Knative Service. */
  readonly name: string;
  readonly title: string;
  /** Whether it writes children: then their appearance ends the sample, else the answer does. */
  readonly reconciles: boolean;
}

export const ours: Variant = { name: knativeService.name, title: "the function", reconciles: true };
export const floor: Variant = { name: "floor", title: "static Go, hello", reconciles: false };
export const bare: Variant = { name: "bare", title: "bare node:http", reconciles: false };
export const unbundled: Variant = {
  name: "unbundled",
  title: "unbundled, ordinary libraries",
  reconciles: true,
};

export const variants: readonly Variant[] = [ours, floor, bare, unbundled];

const common = {
  file: "test/cluster/bench/Dockerfile",
  ignoreFile: "test/cluster/bench/Dockerfile.dockerignore",
  inputs: [
    "package.json",
    "package-lock.json",
    "tsconfig.json",
    "functions",
    "traefik-cert-rotation/files",
    "test/cluster/bench",
  ],
};
const builds: Readonly<Record<string, Build>> = {
  bare: { ...common, image: imageOf("bare"), target: "bare" },
  unbundled: { ...common, image: imageOf("unbundled"), target: "unbundled" },
};

/** Archives of the images that only the bench needs; `folder` takes that of the Go program. */
export async function benchArchives(folder: string): Promise<string[]> {
  const archive = join(folder, "floor.tar");
  const files = [{ from: await podProgram("hello"), to: "/bin/hello" }];
  await archiveFiles(imageOf("floor"), files, { entrypoint: ["/bin/hello"], user: "65532" }, archive);
  const archives = [archive];
  for (const build of Object.values(builds)) archives.push(await buildArchive(build));
  return archives;
}

const commands: Readonly<Record<string, { command: readonly string[]; args: readonly string[] }>> = {
  floor: { command: ["/bin/hello"], args: [] },
  bare: { command: ["/nodejs/bin/node", "/app/bare.cjs"], args: [] },
  unbundled: {
    command: ["/nodejs/bin/node", "/app/js/test/cluster/bench/unbundled/main.js"],
    args: ["/etc/traefik-cert-rotater/config.json"],
  },
};

interface ServiceSpec {
  readonly template: {
    readonly metadata: object;
    readonly spec: { readonly containers: readonly object[] };
  };
}

/** Creates the Knative Services beside the product's, from its own, and waits until they are ready. */
export async function createVariants(admin: Admin): Promise<void> {
  const { apiVersion, kind, namespace } = knativeService;
  const { template } = (await mustGet(admin, knativeService)).spec as ServiceSpec;
  for (const [name, { command, args }] of Object.entries(commands)) {
    const [container] = template.spec.containers;
    const own = { ...container, image: imageOf(name), command, args };
    const spec = { template: { ...template, spec: { ...template.spec, containers: [own] } } };
    const labels = { "networking.knative.dev/visibility": "cluster-local" };
    await admin.apply({ apiVersion, kind, metadata: { namespace, name, labels }, spec });
    await admin.waitFor({ ...knativeService, name }, isReady, 120_000);
  }
}

export async function deleteVariants(admin: Admin): Promise<void> {
  for (const name of Object.keys(commands)) await admin.delete({ ...knativeService, name });
}
