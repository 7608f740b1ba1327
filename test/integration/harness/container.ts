/**
 * A container of the chart, as a process on this machine.
 *
 * @module
 */

/** What the chart renders of a container, as far as it is used here. */
export interface Container {
  readonly command: readonly string[];
  readonly args: readonly string[];
  readonly env: readonly { readonly name: string; readonly value: string }[];
}

/** The container of a pod template. */
export function containerOf(object: { readonly spec?: unknown }): Container {
  const { template } = object.spec as { template: { spec: { containers: [Container] } } };
  return template.spec.containers[0];
}

/** Where the image's paths are here. */
export interface Paths {
  readonly app: string;
  readonly config?: string;
}

/** Command line and environment, with the image's paths resolved. */
export function toCommand(
  { command, args, env }: Container,
  { app, config = "" }: Paths,
): { program: string; args: string[]; env: Record<string, string> } {
  const resolve = (path: string) => {
    if (path === "/nodejs/bin/node") return process.execPath;
    return path.replace(/^\/app\//, `${app}/`).replace(/^\/etc\/traefik-cert-rotater\//, `${config}/`);
  };
  const [program = "", ...rest] = [...command, ...args].map(resolve);
  return { program, args: rest, env: Object.fromEntries(env.map(({ name, value }) => [name, value])) };
}
