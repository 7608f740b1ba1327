/**
 * What `status` and `plan` say in a cluster of the demo, with some routes and mistakes in it. What cert-manager and
 * external-dns would write into the status of a child is written here, for they do not run.
 *
 * @module
 */
import { readFile } from "node:fs/promises";
import { parse } from "yaml";
import type { Admin, Manifest } from "../../test/control-plane/admin.ts";
import { createNarrator } from "../../test/demo/narrator.ts";
import { startOwnPlatform } from "../../test/demo/platform.ts";
import { openStage } from "../../test/demo/stage.ts";
import { CERTIFICATES, ENDPOINTS, ROUTES } from "../../test/integration/harness/objects.ts";
import { runAsOnATerminal } from "./run.ts";

const NAMESPACE = "shop";

/** Name of the picture, command as typed, and what it printed. */
export type Screen = readonly [name: string, command: string, output: string];

export async function playInCluster(): Promise<readonly Screen[]> {
  const platform = await startOwnPlatform();
  const { admin, cluster } = platform;
  const silent = createNarrator(() => {}, false);
  const run = async (words: string) => {
    const env = { KUBECONFIG: cluster.kubeconfigPath };
    const output = await runAsOnATerminal("functions/cli/main.ts", words.split(" "), { env, codes: [0, 1] });
    // The port is another one in each run.
    return output.replaceAll(cluster.url, "https://127.0.0.1:6443");
  };
  try {
    for (const object of platform.installation.applied) await admin.apply(object);
    const stage = await openStage(platform, silent);
    await stage.startSources();
    await admin.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: NAMESPACE } });
    for (const name of ["my-ingress", "mistakes"]) await admin.apply(await example(name));
    for (const name of ["my-ingress", "shop"])
      await admin.waitFor({ ...ENDPOINTS, namespace: NAMESPACE, name }, (object) => object !== null);
    await stage.activator.quiet(1_000);
    await playTheNeighbours(admin, "my-ingress");
    const status = await run("status");
    await stage.stop();
    const route = { ...ROUTES, namespace: NAMESPACE, name: "my-ingress" };
    await admin.patch(route, { spec: { routes: [await secondHost()] } });
    const narrow = "plan -n shop --name my-ingress";
    return [
      ["status", "npx traefik-cert-rotater status", status],
      ["plan", `npx traefik-cert-rotater ${narrow}`, await run(narrow)],
    ];
  } finally {
    await platform.end();
  }
}

async function example(name: string): Promise<Manifest> {
  const object = parse(await readFile(`examples/${name}.yaml`, "utf8")) as Manifest;
  return { ...object, metadata: { ...object.metadata, namespace: NAMESPACE } };
}

/** The rule of the example with a host more. */
async function secondHost(): Promise<object> {
  const { spec } = (await example("my-ingress")) as Manifest & { spec: { routes: { match: string }[] } };
  const [rule] = spec.routes;
  return { ...rule, match: `(${rule?.match}) || Host(\`shop.example.com\`)` };
}

async function playTheNeighbours(admin: Admin, name: string): Promise<void> {
  const certificate = { ...CERTIFICATES, namespace: NAMESPACE, name: `${name}-tls` };
  const endpoint = { ...ENDPOINTS, namespace: NAMESPACE, name };
  const ready = {
    type: "Ready",
    status: "True",
    reason: "Ready",
    lastTransitionTime: new Date().toISOString(),
  };
  const generation = (await admin.get(endpoint))?.metadata.generation ?? 1;
  const subresource = "status";
  await admin.patch(certificate, { status: { conditions: [ready] } }, { subresource });
  await admin.patch(endpoint, { status: { observedGeneration: generation } }, { subresource });
}
