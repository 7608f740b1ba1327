/**
 * `take-over`: gives children of a former installation, and children that lost their owners, to an installation.
 *
 * @module
 */
import { INTEGRATIONS } from "../../integrations/index.ts";
import { isInstanceName, isNamespaceName } from "../../schema/object-names.ts";
import { connect } from "../connection/connection.ts";
import { configurationOf, listInstallations } from "../installation/installation.ts";
import { checkInstance } from "../installation/instance.ts";
import { unservedOf } from "../installation/served.ts";
import { readInstallation } from "../installation/setting.ts";
import { type LabelledChild, listLabelled, takeableOf, takeOver } from "../installation/take-over.ts";
import { EXIT, type ExitCode, type Terminal, UsageError } from "../terminal/terminal.ts";

export interface TakeOverOptions {
  /** Installations whose children are taken over. */
  readonly from?: readonly string[];
  readonly namespace?: string;
  readonly installation?: string;
  readonly context?: string;
  readonly dryRun?: boolean;
}

/** @throws {UsageError | ClusterAccessError} */
export async function takeOverChildren(options: TakeOverOptions, terminal: Terminal): Promise<ExitCode> {
  const { from = [], namespace = null, dryRun = false } = options;
  checkOptions(options);
  const { client, server } = await connect(options.context ?? null, terminal.env);
  const installation = await readInstallation(client, options.installation ?? null, server);
  if (installation === null) {
    throw new UsageError(
      `nothing is installed in ${server} that could take over: install the release first, ` +
        "with the value takeOverFrom it then does so on its own",
    );
  }
  const { instance } = installation;
  const resources = INTEGRATIONS.map(({ resource }) => resource);
  const children = await listLabelled(client, resources, namespace, server);
  const { selector } = configurationOf(installation);
  const takeable = takeableOf(children, instance, from);
  const unserved = await unservedOf(client, takeable, selector, server);
  const taken = takeable.filter((child) => !unserved.has(child));
  const unmet = from.filter((name) => !children.some(({ maker }) => maker === name));
  terminal.out(`Children for installation ${instance} in ${server}\n\n`);
  for (const child of taken) terminal.out(`~ ${lineOf(child, instance)}\n`);
  if (taken.length > 0) terminal.out("\n");
  if (unserved.size > 0) {
    terminal.out(
      `note: ${counted(unserved.size)} made for routes of another class than ${selector.ingressClass} ` +
        "(selector.ingressClass), which this installation does not serve, and not taken over.\n",
    );
  }
  const others = countOthers(children, instance, from);
  for (const [name, count] of others) {
    terminal.out(`note: ${counted(count)} made by ${name}, and not taken over without --from ${name}.\n`);
  }
  for (const name of unmet) terminal.err(`error: no child here was made by ${name}\n`);
  const installed = await stillInstalled(client, from, instance);
  for (const name of installed) {
    terminal.err(
      `warning: ${name} is still installed here and will report what it no longer has: uninstall it next\n`,
    );
  }
  if (dryRun || taken.length === 0) {
    terminal.out(`${taken.length} to take over${dryRun ? " (dry run: nothing was written)" : ""}\n`);
    return unmet.length === 0 ? EXIT.fine : EXIT.problems;
  }
  let done = 0;
  for (const child of taken) {
    if (await takeOver(client, child, instance, server)) done++;
    else terminal.err(`warning: ${nameOf(child)} has gone meanwhile\n`);
  }
  terminal.out(`${done} taken over; the next resync goes on from there: traefik-cert-rotater resync\n`);
  return unmet.length === 0 ? EXIT.fine : EXIT.problems;
}

function checkOptions({ from = [], namespace, installation }: TakeOverOptions): void {
  for (const name of from) {
    if (!isInstanceName(name))
      throw new UsageError(`--from ${name} is no installation; give NAMESPACE/RELEASE`);
  }
  if (namespace !== undefined && !isNamespaceName(namespace))
    throw new UsageError(`--namespace ${namespace} is not the name of a namespace`);
  if (installation !== undefined) checkInstance(installation);
}

function lineOf(child: LabelledChild, instance: string): string {
  const facts = [
    ...(child.maker === instance ? [] : [`made by ${child.maker}`]),
    ...(child.lostOwner ? ["without its owner"] : []),
  ];
  return `${nameOf(child)}: ${facts.join(", ")}`;
}

function nameOf({ resource, object: { metadata } }: LabelledChild): string {
  return `${resource.kind} ${metadata.namespace}/${metadata.name}`;
}

function counted(count: number): string {
  return count === 1 ? "1 child was" : `${count} children were`;
}

/** How many children each other installation has that is not taken over from. */
function countOthers(
  children: readonly LabelledChild[],
  instance: string,
  from: readonly string[],
): readonly (readonly [string, number])[] {
  const makers = children.flatMap(({ maker }) => (maker === null ? [] : [maker]));
  const others = makers.filter((maker) => maker !== instance && !from.includes(maker));
  return [...Map.groupBy(others, (maker) => maker)].map(([maker, all]) => [maker, all.length] as const);
}

/** Where ConfigMaps of other namespaces may not be listed, nothing is known of them. */
async function stillInstalled(
  client: Parameters<typeof listInstallations>[0],
  from: readonly string[],
  instance: string,
): Promise<readonly string[]> {
  const others = from.filter((name) => name !== instance);
  if (others.length === 0) return [];
  const all = await listInstallations(client, null).catch(() => []);
  return others.filter((name) => all.some((installation) => installation.instance === name));
}
