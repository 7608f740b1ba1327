/**
 * Kubernetes Events (events.k8s.io/v1) on a route: what was done to its children, and what is wrong with it. They are
 * recorded after the fact and never change an answer, nor hold it up for long: a failure to record is logged and
 * forgotten.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { capProblems } from "../../cap-problems.ts";
import { visible } from "../../hidden-characters.ts";
import type { KubernetesClient } from "../../kubernetes/client.ts";
import { ConflictError, KubernetesError } from "../../kubernetes/errors.ts";
import {
  apiVersionOf,
  type KubernetesObject,
  type ObjectReference,
  type ResourceDefinition,
} from "../../kubernetes/objects.ts";
import type { Logger } from "../../log.ts";
import { type Problem, problemText } from "../../problem.ts";
import { isRecord } from "../../schema/unknown.ts";
import { resourceOfRoute } from "../../traefik/resources.ts";
import type { RouteDescription } from "../../traefik/route-description.ts";
import type { Change } from "./report.ts";

const EVENT: ResourceDefinition = { group: "events.k8s.io", version: "v1", plural: "events", kind: "Event" };
const REPORTING_CONTROLLER = "traefik-cert-rotater.io/function";

/** Limit of the API server for `note`, in bytes. */
const MAX_NOTE_BYTES = 1024;
/** Limit of the API server for `reportingInstance`, in bytes. */
const MAX_INSTANCE_BYTES = 128;
/** One problem is repeated on its Event at most this often. */
const REPEAT_AFTER_MS = 30 * 60 * 1000;
/**
 * An answer waits for its Events no longer than this. They come before it as a rule, for once it is sent, a platform
 * that scales to zero may stop the pod.
 */
const PATIENCE_MS = 1_000;
/** Problems remembered by one process, so that a resync need not ask for each Event. */
const MAX_REMEMBERED = 10_000;

/** The route that an Event stands on. */
export type EventSubject = Pick<RouteDescription, "route" | "uid">;

export interface EventRecorder {
  /** One Normal Event where something changed, one Warning for each problem (Normal for a note). */
  record(description: EventSubject, changes: readonly Change[], problems: readonly Problem[]): Promise<void>;
}

export interface EventRecorderOptions {
  readonly client: Pick<KubernetesClient, "get" | "create" | "mergePatch">;
  readonly log: Logger;
  /** The changes were not made (mode observe), and the Events say so. */
  readonly observes: boolean;
  /** Who reports: the pod's name. */
  readonly reportingInstance: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Keeps the process until what still goes on has ended; unset where nobody waits for it. */
  readonly track?: <T>(work: Promise<T>) => Promise<T>;
}

interface EventDraft {
  readonly type: "Normal" | "Warning";
  /** It lasts until somebody acts: recorded at most once in a while, on one Event. */
  readonly standing: boolean;
  readonly reason: string;
  readonly action: string;
  readonly note: string;
}

export function createEventRecorder(options: EventRecorderOptions): EventRecorder {
  const lastRecorded = new Map<string, number>();
  const { track = (work) => work } = options;

  const write = async (description: EventSubject, draft: EventDraft): Promise<void> => {
    const reference = referenceOf(description, draft);
    const key = `${reference.namespace}/${reference.name}`;
    const now = options.now();
    if (draft.standing && now - (lastRecorded.get(key) ?? Number.NEGATIVE_INFINITY) < REPEAT_AFTER_MS) return;
    try {
      await createOrRepeat(
        options,
        reference,
        eventOf(description, draft, options, reference.name, now),
        draft.standing,
        now,
      );
      remember(lastRecorded, key, now);
    } catch (error) {
      if (!(error instanceof KubernetesError)) {
        options.log.error(
          { route: description.route, reason: draft.reason, err: error },
          "Event not recorded",
        );
        return;
      }
      options.log.debug(
        { route: description.route, reason: draft.reason, error: error.message },
        "Event not recorded",
      );
    }
  };

  return {
    record: (description, changes, problems) => {
      const drafts = [
        ...draftOfChanges(changes, options.observes),
        ...capProblems(problems).map(draftOfProblem),
      ];
      if (drafts.length === 0) return Promise.resolve();
      // One after the other: a route that has much to report takes one of the requests that are possible at a time.
      const all = async () => {
        for (const draft of drafts) await write(description, draft);
      };
      return atMost(PATIENCE_MS, track(all()));
    },
  };
}

/** Waits for the work, but no longer than that; then it goes on by itself. */
async function atMost(milliseconds: number, work: Promise<void>): Promise<void> {
  const { promise: over, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, milliseconds);
  try {
    await Promise.race([work, over]);
  } finally {
    clearTimeout(timer);
  }
}

/** A problem's Event is looked for first, so that a resync over standing problems writes nothing. */
async function createOrRepeat(
  { client }: EventRecorderOptions,
  reference: ObjectReference,
  event: KubernetesObject,
  standing: boolean,
  now: number,
): Promise<void> {
  const known = standing ? await client.get(reference) : null;
  if (known !== null) return repeat(client, reference, known, now);
  try {
    await client.create(reference, event);
  } catch (error) {
    if (!(error instanceof ConflictError)) throw error;
    const existing = await client.get(reference);
    if (existing !== null) await repeat(client, reference, existing, now);
  }
}

async function repeat(
  client: EventRecorderOptions["client"],
  reference: ObjectReference,
  event: KubernetesObject & { readonly eventTime?: unknown; readonly series?: unknown },
  now: number,
): Promise<void> {
  const series = isRecord(event.series) ? event.series : {};
  const last = Date.parse(String(series.lastObservedTime ?? event.eventTime));
  if (now - last < REPEAT_AFTER_MS) return;
  const count = typeof series.count === "number" ? series.count + 1 : 2;
  await client.mergePatch(reference, { series: { count, lastObservedTime: microTime(now) } });
}

function remember(lastRecorded: Map<string, number>, key: string, now: number): void {
  if (lastRecorded.size >= MAX_REMEMBERED) lastRecorded.clear();
  lastRecorded.set(key, now);
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

/** One name for one fact, so that a repeat finds the Event that is there. */
function referenceOf({ route, uid }: EventSubject, { reason, note }: EventDraft): ObjectReference {
  const hash = createHash("sha256").update(`${uid}\n${reason}\n${note}`).digest("hex").slice(0, 16);
  return {
    resource: EVENT,
    namespace: route.namespace,
    name: `${route.name.slice(0, 230).replace(/[.-]+$/, "")}.${hash}`,
  };
}

function eventOf(
  { route, uid }: EventSubject,
  { type, reason, action, note }: EventDraft,
  { reportingInstance }: EventRecorderOptions,
  name: string,
  now: number,
): KubernetesObject {
  const { namespace } = route;
  return {
    apiVersion: apiVersionOf(EVENT),
    kind: EVENT.kind,
    metadata: { name, namespace },
    ...{
      eventTime: microTime(now),
      type,
      reason,
      action,
      note: cut(visible(note), MAX_NOTE_BYTES),
      regarding: {
        apiVersion: apiVersionOf(resourceOfRoute(route)),
        kind: route.kind,
        namespace,
        name: route.name,
        uid,
      },
      reportingController: REPORTING_CONTROLLER,
      reportingInstance: cut(reportingInstance, MAX_INSTANCE_BYTES),
    },
  };
}

/** RFC 3339 with microseconds, as MicroTime wants. */
function microTime(now: number): string {
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
