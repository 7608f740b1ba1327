/**
 * A plan for people: each object as a difference of YAML, and at the end what needs somebody.
 *
 * @module
 */
import { oneLine } from "../../hidden-characters.ts";
import { Pace } from "../../pace.ts";
import { APPLIED_ANNOTATION } from "../../reconcile/plan/child/applied.ts";
import { HOSTS_SINCE_ANNOTATION } from "../../reconcile/plan/child/hosts-since.ts";
import { isRecord } from "../../schema/unknown.ts";
import type { PlainObject } from "../cluster/applied-object.ts";
import type { ClusterPlan, PlannedChange } from "../cluster/cluster-plan.ts";
import { leftoverText, unpublishedText, vanishingText } from "../cluster/leftovers.ts";
import { reasonText } from "../cluster/problem-text.ts";
import type { PlannedAction } from "../cluster/write-recorder.ts";
import { sourceText } from "../installation/setting.ts";
import type { Colour, Paint } from "../terminal/colour.ts";
import { count } from "../terminal/words.ts";
import { diffLines, nearChanges } from "./line-diff.ts";

const SIGNS: Readonly<Record<PlannedAction, string>> = { create: "+", update: "~", adopt: "~", delete: "-" };
const COLOURS: Readonly<Record<string, Colour>> = { "+": "green", "-": "red", "~": "yellow" };
const BOOKKEEPING: readonly string[] = [APPLIED_ANNOTATION, HOSTS_SINCE_ANNOTATION];
/** Unchanged lines shown around changed ones. */
const CONTEXT = 2;

type FormatYaml = (value: unknown) => string;

export async function planText(clusterPlan: ClusterPlan, paint: Paint): Promise<string> {
  const { formatYaml } = await import("../../config/yaml.lazy.ts");
  const { server, instance, configurationFrom, routes, children, changes } = clusterPlan;
  const pace = new Pace();
  const differences: string[] = [];
  for (const change of changes) {
    differences.push(...changeLines(change, paint, formatYaml), "");
    const pause = pace.pause();
    if (pause !== null) await pause;
  }
  const lines = [
    `Plan for installation ${instance} in ${server}`,
    `Configuration: ${sourceText(configurationFrom)}`,
    `${count(routes, "route")} looked at${children === null ? "" : `, ${count(children, "child", "children")} there`}`,
    "",
    ...differences,
    ...attention(clusterPlan, paint),
    summary(clusterPlan),
  ];
  return `${lines.map(oneLine).join("\n")}\n`;
}

function changeLines(change: PlannedChange, paint: Paint, formatYaml: FormatYaml): readonly string[] {
  const { action, kind, namespace, name, before, after, secret, blocked } = change;
  const sign = SIGNS[action];
  const head = `${sign} ${action} ${kind} ${namespace}/${name}${purpose(change)}`;
  const lines = diffLines(yamlLines(before, formatYaml), yamlLines(after, formatYaml));
  const isVisible = lines.some(({ sign }) => sign !== " ");
  return [
    paint("bold", paint(COLOURS[sign] ?? "dim", head)),
    ...(blocked ? ["    ! blocked: see the deletion limit below"] : []),
    ...(secret === null ? [] : [paint("red", `    ! Secret ${secret.name}: ${secret.reason}`)]),
    ...(isVisible ? [] : [paint("dim", "      only this installation's own marks change")]),
    ...(isVisible ? nearChanges(lines, CONTEXT) : []).map(({ sign, text }) =>
      paint(COLOURS[sign] ?? "dim", `    ${sign} ${text}`),
    ),
  ];
}

function purpose({ routes, action }: PlannedChange): string {
  const names = routes.map(({ kind, name }) => `${kind} ${name}`).join(", ");
  if (names === "") return "";
  return action === "delete" ? ` (was for ${names})` : ` for ${names}`;
}

/** What of an object concerns people: not how it is named, nor our own bookkeeping. */
function yamlLines(object: PlainObject | null, formatYaml: FormatYaml): readonly string[] {
  if (object === null) return [];
  const { labels, annotations, ownerReferences } = object.metadata;
  const noted = isRecord(annotations)
    ? Object.fromEntries(Object.entries(annotations).filter(([key]) => !BOOKKEEPING.includes(key)))
    : {};
  const shown = {
    ...(isRecord(labels) ? { labels: sorted(labels) } : {}),
    ...(Object.keys(noted).length > 0 ? { annotations: sorted(noted) } : {}),
    ...(Array.isArray(ownerReferences) ? { owners: ownerReferences.map(ownerText).sort() } : {}),
    spec: sorted(object.spec),
  };
  return formatYaml(shown).trimEnd().split("\n");
}

/** With keys in one order at any depth, for the order of keys is no difference. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isRecord(value)) return value;
  const fields = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(fields.map(([key, field]) => [key, sorted(field)]));
}

/** With group and uid: a route that was made again, or moved from one group to the other, is another owner. */
function ownerText(owner: unknown): string {
  if (!isRecord(owner)) return String(owner);
  const { apiVersion, kind, name, uid, controller } = owner;
  const group = String(apiVersion).split("/")[0];
  return `${kind} ${name} of ${group}, uid ${String(uid).slice(0, 8)}${controller === true ? ", controller" : ""}`;
}

function attention(clusterPlan: ClusterPlan, paint: Paint): readonly string[] {
  const { changes, problems, notes, failures, blocked, losses, unpublished } = clusterPlan;
  const secrets = changes.flatMap(({ namespace, secret }) =>
    secret === null ? [] : [`Secret ${namespace}/${secret.name}: ${secret.reason}`],
  );
  const lines = [
    ...section("Secrets that would be overwritten", secrets, paint, "red"),
    ...section(
      "Names that would vanish",
      [...losses.vanishing.map(vanishingText), ...unpublished.map(unpublishedText)],
      paint,
      "red",
    ),
    ...section("Left by the former tool", losses.leftovers.map(leftoverText), paint, "red"),
    ...section("Problems", problems.map(reasonText), paint, "red"),
    ...section("Could not be read", failures, paint, "red"),
    ...section("The deletion limit", blocked === 0 ? [] : [limitText(clusterPlan)], paint, "red"),
    ...section("Notes", notes, paint, "yellow"),
  ];
  return lines;
}

function limitText({ blocked, children }: ClusterPlan): string {
  return (
    `a resync would delete ${blocked} of ${children} children, so it deletes none. ` +
    "If that is right, run: traefik-cert-rotater resync --confirm-deletions"
  );
}

function section(title: string, items: readonly string[], paint: Paint, colour: Colour): readonly string[] {
  if (items.length === 0) return [];
  return [paint("bold", paint(colour, title)), ...items.map((item) => `  ${item}`), ""];
}

function summary({ changes, problems, failures, losses, unpublished }: ClusterPlan): string {
  const of = (action: PlannedAction) => changes.filter((change) => change.action === action).length;
  const secrets = changes.filter(({ secret }) => secret !== null).length;
  const { vanishing, leftovers } = losses;
  const gone = [...vanishing, ...unpublished].reduce((sum, { names }) => sum + names.length, 0);
  const parts = [
    `${of("create")} to create`,
    `${of("update")} to change`,
    `${of("adopt")} to adopt`,
    `${of("delete")} to delete`,
    count(problems.length + failures.length, "problem"),
    ...(secrets === 0 ? [] : [`${count(secrets, "Secret")} would be overwritten`]),
    ...(gone === 0 ? [] : [`${count(gone, "name")} would vanish`]),
    ...(leftovers.length === 0 ? [] : [`${count(leftovers.length, "leftover")}`]),
  ];
  const isNothing = changes.length === 0 && failures.length === 0;
  return `${isNothing ? "Nothing to do: " : ""}${parts.join(", ")}`;
}
