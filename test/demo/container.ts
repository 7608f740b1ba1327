/**
 * What a container of the manifests runs, as a process of this machine.
 *
 * @module
 */

interface Container {
  readonly command: readonly string[];
  readonly args: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value: string }[];
}

/**
 * Arguments for Node and the environment; `/app`, where the image has the bundles, becomes the folder `app`.
 *
 * @throws if the container is none of the manifests'
 */
export function programOf(container: unknown, app: string): { args: string[]; env: Record<string, string> } {
  const { command, args, env = [] } = container as Container;
  const [node, file = ""] = command;
  if (node !== "/nodejs/bin/node" || !file.startsWith("/app/"))
    throw new Error(`the manifests' container runs ${command.join(" ")}`);
  return {
    args: [file.replace("/app/", `${app}/`), ...args],
    env: Object.fromEntries(env.map(({ name, value }) => [name, value])),
  };
}
