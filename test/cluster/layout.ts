/**
 * Where a test cluster keeps its files, and its addresses. There is one at a time on a machine.
 *
 * @module
 */
import { join } from "node:path";

/** Everything the cluster writes is below it. Not in /tmp, which may be memory. */
export const stateFolder = "/var/tmp/traefik-cert-rotater-cluster";

/** Who runs the node, for `down` and `status`: see host/record.ts. */
export const recordPath = join(stateFolder, "node.json");
/** Coordinates of the control plane; appears when the node's programs have been started. */
export const coordinatesPath = join(stateFolder, "coordinates.json");
/** What the node's first process says. */
export const nodeLogPath = join(stateFolder, "node.log");
/** The node's own `/run`. */
export const runFolder = join(stateFolder, "run");
/** Folders of the machine that the node reads, but what it writes there goes to `path`. */
export const shadowed = [
  { folder: "/var/lib", path: join(stateFolder, "lib") },
  { folder: "/var/log", path: join(stateFolder, "log") },
] as const;
export const kubeletFolder = join(stateFolder, "kubelet");
/** Images, and file systems of containers. */
export const containerdFolder = join(stateFolder, "containerd");
/** What containers print, as `<namespace>_<pod>_<uid>/<container>/<attempt>.log`. */
export const podLogsFolder = join(stateFolder, "pod-logs");
/** How registries are reached, as `<host>:<port>/hosts.toml`; read by containerd at each pull. */
export const registriesFolder = join(stateFolder, "registries");
/** Where the node's first process takes orders, see node/control.ts. */
export const controlSocket = join(stateFolder, "control.sock");
/** Temporary files of the node's programs: the folder of the control plane is here. */
export const temporaryFolder = join(stateFolder, "tmp");
/** As the machine sees it. */
export const containerdSocket = join(runFolder, "containerd/containerd.sock");

/** All cgroups of pods are below one of this name. */
export const cgroup = "traefik-cert-rotater-cluster";

export const nodeName = "node";

/**
 * From a block for measurements between hosts (RFC 2544), which no network of a machine should have. The node and the
 * machine are the two ends of a cable.
 */
export const addresses = {
  machine: "198.18.0.2",
  node: "198.18.0.1",
  cableBits: 30,
  pods: "198.18.1.0/24",
  services: "198.19.0.0/16",
  /** The first address of `services`: Service `kubernetes`. */
  apiService: "198.19.0.1",
  dnsService: "198.19.0.10",
} as const;

/** The ends of that cable: Linux allows 15 characters. */
export const cable = { machine: "tcr-cluster", node: "machine" } as const;

export const apiServerPort = 6443;
