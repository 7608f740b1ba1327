/**
 * `node test/cluster/main.ts up|down|status`: a Kubernetes cluster of one node with Knative Serving, for tests.
 *
 * @module
 */
import { takeDown } from "./host/down.ts";
import { findCluster } from "./host/node.ts";
import { CannotRunHereError } from "./host/requirements.ts";
import { describeStatus } from "./host/status.ts";
import { bringUp } from "./host/up.ts";

async function up(): Promise<void> {
  const running = await findCluster();
  if (running !== null) {
    console.log(await describeStatus(running));
    return;
  }
  // What a killed one left.
  await takeDown();
  let interrupted = false;
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.once(signal, () => {
      interrupted = true;
      void takeDown().finally(() => process.exit(1));
    });
  try {
    console.log(await describeStatus(await bringUp()));
  } catch (error) {
    if (!interrupted) await takeDown();
    throw error;
  }
}

async function down(): Promise<void> {
  console.log((await takeDown()) ? "the cluster is gone" : "no cluster was running");
}

async function status(): Promise<void> {
  const cluster = await findCluster();
  console.log(cluster === null ? "no cluster is running" : await describeStatus(cluster));
  process.exitCode = cluster === null ? 1 : 0;
}

const commands: Readonly<Record<string, () => Promise<void>>> = { up, down, status };
const command = commands[process.argv[2] ?? ""];
if (command === undefined) {
  console.error("usage: npm run cluster -- up|down|status");
  process.exit(2);
}
try {
  await command();
  // Connections to the API server would keep the process.
  process.exit();
} catch (error) {
  console.error(error instanceof CannotRunHereError ? `${error.message}` : error);
  process.exit(1);
}
