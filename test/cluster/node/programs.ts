/**
 * Starts what makes a machine a node: containerd, kubelet, kube-proxy; and the scheduler.
 *
 * @module
 */
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { issue, type Subject } from "../../control-plane/certificates.ts";
import type { ControlPlane } from "../../control-plane/control-plane.ts";
import { kubeconfig } from "../../control-plane/kubeconfig.ts";
import type { nodePrograms } from "../components.ts";
import { addresses, kubeletFolder, nodeName } from "../layout.ts";
import { containerdConfig, kubeletConfig, kubeProxyConfig, podNetwork } from "./files.ts";

/** Whom each program is to the API server; its own authorization knows these names. */
const identities: Readonly<Record<string, Subject>> = {
  kubelet: { commonName: `system:node:${nodeName}`, organizations: ["system:nodes"] },
  "kube-proxy": { commonName: "system:kube-proxy" },
  "kube-scheduler": { commonName: "system:kube-scheduler" },
};

/** Starts them all, supervised by the control plane's supervisor; does not wait until the node is ready. */
export async function startPrograms(
  { supervisor, authority, url, folder }: ControlPlane,
  programs: Readonly<Record<(typeof nodePrograms)[number], string>>,
): Promise<void> {
  const file = (name: string) => join(folder, name);
  const serving = await issue(authority, { commonName: nodeName, hosts: [nodeName, addresses.node] });
  const kubeconfigs = Object.entries(identities).map(async ([name, subject]) => {
    const keyed = await issue(authority, subject);
    return [`${name}.kubeconfig`, kubeconfig({ url, caPem: authority.certPem, ...keyed })] as const;
  });
  const files: Record<string, string> = {
    ...Object.fromEntries(await Promise.all(kubeconfigs)),
    "kubelet.crt": serving.certPem,
    "kubelet.key": serving.keyPem,
    // No pod gets it: CoreDNS asks nobody, all others ask CoreDNS.
    "resolv.conf": "search .\n",
    "containerd.toml": containerdConfig(file("cni")),
    "kubelet.json": kubeletConfig(file),
    "kube-proxy.json": kubeProxyConfig(file("kube-proxy.kubeconfig")),
    "cni/10-pods.conflist": podNetwork(),
  };
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(file(name)), { recursive: true });
    await writeFile(file(name), content, { mode: 0o600 });
  }
  await supervisor.start("containerd", "containerd", ["--config", file("containerd.toml")]);
  await supervisor.start("kube-scheduler", programs["kube-scheduler"], [
    `--kubeconfig=${file("kube-scheduler.kubeconfig")}`,
    "--leader-elect=false",
    "--secure-port=0",
  ]);
  await supervisor.start("kube-proxy", programs["kube-proxy"], [`--config=${file("kube-proxy.json")}`]);
  await supervisor.start("kubelet", programs.kubelet, [
    `--config=${file("kubelet.json")}`,
    `--kubeconfig=${file("kubelet.kubeconfig")}`,
    `--root-dir=${kubeletFolder}`,
    `--hostname-override=${nodeName}`,
    `--node-ip=${addresses.node}`,
  ]);
}
