/**
 * Gives images to the node's containerd.
 *
 * @module
 */
import { run } from "../host/command.ts";
import { containerdSocket } from "../layout.ts";

/** Imports archives one after the other; the kubelet then finds the images and pulls none. */
export async function importImages(archives: readonly string[]): Promise<void> {
  for (const archive of archives)
    await run("ctr", ["--address", containerdSocket, "--namespace", "k8s.io", "images", "import", archive]);
}
