/**
 * Configuration of the node's programs.
 *
 * @module
 */
import {
  addresses,
  cgroup,
  containerdFolder,
  kubeletFolder,
  nodeName,
  podLogsFolder,
  registriesFolder,
} from "../layout.ts";

/** The image of the container that holds a pod's namespaces. */
export const pauseImage = "dev.local/pause:1";

/** containerd 1.6 and 1.7; `networks` is the folder of CNI configurations. */
export function containerdConfig(networks: string): string {
  return `version = 2
root = "${containerdFolder}"
# Lowering the score of a process in the kernel's choice of victims needs a right that sandboxes lack.
oom_score = 0
[plugins."io.containerd.grpc.v1.cri"]
  restrict_oom_score_adj = true
  disable_apparmor = true
  disable_hugetlb_controller = true
  tolerate_missing_hugetlb_controller = true
  sandbox_image = "${pauseImage}"
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
      SystemdCgroup = false
  [plugins."io.containerd.grpc.v1.cri".registry]
    config_path = "${registriesFolder}"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "${networks}"
[plugins."io.containerd.internal.v1.opt"]
  path = "${containerdFolder}/opt"
`;
}

/** A cable from the node to each pod: no bridge, so that all packets pass the node's packet filter. */
export function podNetwork(): string {
  const ranges = [[{ subnet: addresses.pods }]];
  const ipam = { type: "host-local", ranges, routes: [{ dst: "0.0.0.0/0" }] };
  return JSON.stringify({ cniVersion: "0.4.0", name: "pods", plugins: [{ type: "ptp", ipam }] });
}

/** `file` gives the path of a file of the control plane's folder. */
export function kubeletConfig(file: (name: string) => string): string {
  return JSON.stringify({
    apiVersion: "kubelet.config.k8s.io/v1beta1",
    kind: "KubeletConfiguration",
    address: addresses.node,
    containerRuntimeEndpoint: "unix:///run/containerd/containerd.sock",
    cgroupDriver: "cgroupfs",
    cgroupRoot: `/${cgroup}`,
    failCgroupV1: false,
    failSwapOn: false,
    oomScoreAdj: 0,
    makeIPTablesUtilChains: false,
    tlsCertFile: file("kubelet.crt"),
    tlsPrivateKeyFile: file("kubelet.key"),
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: file("ca.crt") },
    },
    authorization: { mode: "Webhook" },
    clusterDNS: [addresses.dnsService],
    clusterDomain: "cluster.local",
    resolvConf: file("resolv.conf"),
    podLogsDir: podLogsFolder,
    volumePluginDir: `${kubeletFolder}/volume-plugins`,
    // The machine's disk and memory are not ours to guard, and no image can be pulled again.
    evictionHard: { "memory.available": "100Mi", "nodefs.available": "1%", "imagefs.available": "1%" },
    imageGCHighThresholdPercent: 100,
    imageGCLowThresholdPercent: 99,
  });
}

export function kubeProxyConfig(kubeconfig: string): string {
  return JSON.stringify({
    apiVersion: "kubeproxy.config.k8s.io/v1alpha1",
    kind: "KubeProxyConfiguration",
    mode: "nftables",
    hostnameOverride: nodeName,
    clusterCIDR: addresses.pods,
    clientConnection: { kubeconfig },
    healthzBindAddress: "127.0.0.1:10256",
    metricsBindAddress: "127.0.0.1:10249",
    oomScoreAdj: 0,
    // Limits of the whole machine.
    conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: "0s", tcpCloseWaitTimeout: "0s" },
  });
}
