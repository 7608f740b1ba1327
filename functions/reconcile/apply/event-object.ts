/**
 * What an Event on a route says (events.k8s.io/v1), within the limits of the API server. Pure.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { capProblems } from "../../cap-problems.ts";
import { visible } from "../../hidden-characters.ts";
import { apiVersionOf, type KubernetesObject, type ResourceDefinition } from "../../kubernetes/objects.ts";
import { type Problem, problemText } from "../../problem.ts";
import { resourceOfRoute } from "../../traefik/resources.ts";
import type { RouteDescription } from "../../traefik/route-description.ts";
import type { Change } from "./report.ts";

export const EVENT: ResourceDefinition = {
  group: "events.k8s.io",
  version: "v1",
  plural: "events",
  kind: "Event",
};
const REPORTING_CONTROLLER = "traefik-cert-rotater.io/function";

/** Limit of the API server for `note`, in bytes. */
const MAX_NOTE_BYTES = 1024;
/** Limit of the API server for `reportingInstance`, in bytes. */
const MAX_INSTANCE_BYTES = 128;

/** The route that an Event stands on. */
export type EventSubject = Pick<RouteDescription, "route" | "uid">;

export interface EventDraft {
  readonly type: "Normal" | "Warning";
  /** It lasts until somebody acts: recorded at most once in a while, on one Event. */
  readonly standing: boolean;
  readonly reason: string;
  readonly action: string;
  readonly note: string;
}

/** One for all that was changed, and one for each problem. `observes`: the changes were not made. */
export function draftsOf(
  changes: readonly Change[],
  problems: readonly Problem[],
  observes: boolean,
): readonly EventDraft[] {
  return [...draftOfChanges(changes, observes), ...capProblems(problems).map(draftOfProblem)];
}

function draftOfChanges(changes: readonly Change[], observes: boolean): EventDraft[] {
  if (changes.length === 0) return [];
  const note = changes.map(({ action, kind, name }) => `${action} ${kind} ${name}`).join(", ");
  if (observes) {
    const observed = `Would have ${note} (mode observe)`;
    return [{ type: "Normal", standing: false, reason: "Observed", action: "Observe", note: observed }];
  }
  const actions = new Set(changes.map(({ action }) => action));
  const [only] = actions;
  const reason = actions.size === 1 && only !== undefined ? capitalized(only) : "Reconciled";
  return [{ type: "Normal", standing: false, reason, action: "Reconcile", note: capitalized(note) }];
}

function draftOfProblem(problem: Problem): EventDraft {
  return {
    type: problem.note === true ? "Normal" : "Warning",
    standing: true,
    reason: problem.reason,
    action: "Reconcile",
    note: problemText(problem),
  };
}

/** `now` is in milliseconds. One name for one fact, so that a repeat finds the Event that is there. */
export function eventOf(
  { route, uid }: EventSubject,
  { type, reason, action, note }: EventDraft,
  reportingInstance: string,
  now: number,
): KubernetesObject {
  const { namespace, name } = route;
  const hash = createHash("sha256").update(`${uid}\n${reason}\n${note}`).digest("hex").slice(0, 16);
  const event = {
    apiVersion: apiVersionOf(EVENT),
    kind: EVENT.kind,
    metadata: { name: `${name.slice(0, 230).replace(/[.-]+$/, "")}.${hash}`, namespace },
    eventTime: microTime(now),
    type,
    reason,
    action,
    note: cut(visible(note), MAX_NOTE_BYTES),
    regarding: { apiVersion: apiVersionOf(resourceOfRoute(route)), kind: route.kind, namespace, name, uid },
    reportingController: REPORTING_CONTROLLER,
    reportingInstance: cut(reportingInstance, MAX_INSTANCE_BYTES),
  };
  return event;
}

/** RFC 3339 with microseconds, as MicroTime wants. */
export function microTime(now: number): string {
  return new Date(now).toISOString().replace(/Z$/, "000Z");
}

/** Cut at a character's border; the API server counts bytes. */
function cut(text: string, maxBytes: number): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= maxBytes) return text;
  return `${bytes
    .subarray(0, maxBytes - 4)
    .toString("utf8")
    .replace(/\uFFFD+$/, "")}…`;
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
