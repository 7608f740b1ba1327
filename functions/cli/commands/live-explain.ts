/**
 * `explain NAMESPACE/NAME`: the explanation of files for routes of a cluster, and their children as they are.
 *
 * @module
 */
import { oneLine } from "../../hidden-characters.ts";
import type { KubernetesObject } from "../../kubernetes/objects.ts";
import { inPieces } from "../../pace.ts";
import type { Problem } from "../../problem.ts";
import { listAll } from "../../reconcile/observe/listing.ts";
import { settingsOf } from "../../reconcile/route/context.ts";
import { isNamespaceName, isObjectName } from "../../schema/object-names.ts";
import { routeResources } from "../../traefik/resources.ts";
import type { RouteDescription } from "../../traefik/route-description.ts";
import { type ClusterOptions, type OpenCluster, openCluster } from "../cluster/cluster.ts";
import { type DryRun, dryRun } from "../cluster/dry-run.ts";
import { type LiveChild, listChildren, liveChildren, liveJson, liveText } from "../cluster/live-children.ts";
import { UNREAD_UDP, whereReadable } from "../cluster/reader.ts";
import { dependenciesOf, describeAll } from "../cluster/snapshot.ts";
import { derive, notesOf } from "../input/derive.ts";
import { inOrder } from "../input/problem-order.ts";
import { sourceText } from "../installation/setting.ts";
import { explainText } from "../output/explain-text.ts";
import { loadIndentYaml } from "../terminal/indented.ts";
import { EXIT, type ExitCode, type Terminal, UsageError } from "../terminal/terminal.ts";
import { explanationJson } from "./explain.ts";

export interface LiveExplainOptions extends ClusterOptions {
  readonly output: "text" | "json";
}

interface Wanted {
  readonly namespace: string;
  readonly name: string;
}

/** Explains each route of those names, HTTP and TCP. */
export async function explainLive(
  words: readonly string[],
  options: LiveExplainOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const wanted = words.map(parseWord);
  let code: ExitCode = EXIT.fine;
  for (const one of wanted) {
    const cluster = await openCluster({ ...options, namespace: one.namespace }, terminal);
    const isFine = await explainOne(one, cluster, options.output, terminal);
    if (!isFine) code = EXIT.problems;
  }
  return code;
}

/** @throws {UsageError} */
function parseWord(word: string): Wanted {
  const [namespace = "", name = "", ...rest] = word.split("/");
  if (isNamespaceName(namespace) && isObjectName(name) && rest.length === 0) return { namespace, name };
  throw new UsageError(`${word} names no route; give NAMESPACE/NAME, or a file with -f`);
}

async function explainOne(
  wanted: Wanted,
  cluster: OpenCluster,
  output: "text" | "json",
  terminal: Terminal,
): Promise<boolean> {
  const { reader, configuration, configurationFrom, instance, server } = cluster;
  const { integrations, selector, refuseHost } = settingsOf(configuration);
  const { namespace, name } = wanted;
  const all = await describeNamespace(cluster, namespace);
  const read = await dependenciesOf(cluster);
  const dependencies = new Map([...read.values()].flatMap((objects) => [...objects]));
  const run = await dryRun(
    { client: reader.client, configuration, instance },
    { namespace, name, confirmDeletions: false },
  );
  const listed = await Promise.all(integrations.map((each) => listChildren(reader.client, each, namespace)));
  const surroundings = { objects: listed.flat(), identity: cluster.identity };
  const deriver = { integrations, selector, dependencies, refuseHost, surroundings };
  const derivations = await inPieces(derive(all, deriver));
  const found = derivations.filter(({ description }) => description.route.name === name);
  const live = await Promise.all(found.map(({ description }) => liveChildren(cluster, description, run)));
  cluster.endProgress();
  const indentYaml = await loadIndentYaml();
  for (const [index, derivation] of found.entries()) {
    const problems = problemsOf(run, derivation.description);
    const located = {
      ...derivation,
      problems,
      origin: `${server}, installation ${instance}, configuration: ${sourceText(configurationFrom)}`,
    };
    const children: readonly LiveChild[] = live[index] ?? [];
    const text = explainText(located, { unknownTargets: [] }, indentYaml).trimEnd();
    terminal.out(
      output === "json"
        ? `${JSON.stringify({ ...explanationJson(located), live: children.map(liveJson), configuration: configurationFrom })}\n`
        : `${[text, ...children.flatMap((child) => liveText(child, indentYaml).map(oneLine))].join("\n")}\n\n`,
    );
  }
  return reportFindings(cluster, wanted, found.length, run, terminal);
}

function reportFindings(
  { reader, server, notes }: OpenCluster,
  { namespace, name }: Wanted,
  found: number,
  run: DryRun,
  terminal: Terminal,
): boolean {
  for (const note of notes()) terminal.err(`note: ${oneLine(note)}\n`);
  for (const failure of reader.failures) terminal.err(`${oneLine(failure)}\n`);
  if (found === 0 && reader.failures.size === 0) {
    const udp = reader.notes.has(UNREAD_UDP)
      ? "; whether there is an IngressRouteUDP you may not read"
      : ", nor an IngressRouteUDP";
    terminal.err(`there is no IngressRoute and no IngressRouteTCP ${namespace}/${name} in ${server}${udp}\n`);
  }
  return found > 0 && run.problems.length === 0 && run.incomplete === null && reader.failures.size === 0;
}

/** What the reconciler says of the route: more than its own text, for it has looked at what is there. */
function problemsOf({ problems, notes }: DryRun, description: RouteDescription): readonly Problem[] {
  const { kind, group, name } = description.route;
  const reported = [...problems, ...notes].filter(
    ({ route }) => route?.kind === kind && route.group === group && route.name === name,
  );
  return inOrder([...reported, ...notesOf(description)]);
}

/** All routes of the namespace: which of them share a child is known only from all. A kind not served has none. */
async function describeNamespace(
  cluster: OpenCluster,
  namespace: string,
): Promise<readonly RouteDescription[]> {
  const { client } = cluster.reader;
  const objects: KubernetesObject[] = [];
  for (const resource of routeResources(cluster.configuration.selector)) {
    objects.push(...(await whereReadable(listAll(client, { resource, namespace }), [])));
  }
  return describeAll(cluster, objects);
}
