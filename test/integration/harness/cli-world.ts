/**
 * A world and the command line beside it, which goes by the world's configuration.
 *
 * @module
 */
import { sharedControlPlane } from "../../control-plane/shared.ts";
import { bundleCli, type Cli, type CliResult } from "./cli.ts";
import { startWorld, type World } from "./world.ts";

export interface CliWorld {
  readonly world: World;
  readonly cli: Cli;
  /** Path of the configuration file of the world's release. */
  readonly config: string;
  /** Runs a command against the world's cluster, for its release. */
  run(...words: readonly string[]): Promise<CliResult>;
  stop(): Promise<void>;
}

/** Records point at one static address. */
export async function startCliWorld(): Promise<CliWorld> {
  const values = { integrations: { externalDNS: { targetIPs: ["192.0.2.7"] } } };
  const [world, cli] = await Promise.all([
    sharedControlPlane().then((cluster) => startWorld(cluster, { values })),
    bundleCli(),
  ]);
  const { cluster, release } = world;
  const config = await cli.write("config.json", await release.configuration());
  return {
    world,
    cli,
    config,
    run: (...words) =>
      cli.run([...words, "--config", config, "--instance", release.instance], {
        KUBECONFIG: cluster.kubeconfigPath,
      }),
    async stop() {
      await world.stop();
      await cli.remove();
    },
  };
}
