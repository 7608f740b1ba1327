/**
 * Records Kubernetes Events on a route: what was done to its children, and what is wrong with it. They come after the
 * fact and never change an answer, nor hold it up for long: a failure to record is logged and forgotten.
 *
 * @module
 */
import type { KubernetesClient } from "../../kubernetes/client.ts";
import { ConflictError, KubernetesError } from "../../kubernetes/errors.ts";
import type { KubernetesObject, ObjectReference } from "../../kubernetes/objects.ts";
import type { Logger } from "../../log.ts";
import type { Problem } from "../../problem.ts";
import { isRecord } from "../../schema/unknown.ts";
import { draftsOf, EVENT, type EventDraft, type EventSubject, eventOf, microTime } from "./event-object.ts";
import type { Change } from "./report.ts";

/** One problem is repeated on its Event at most this often. */
const REPEAT_AFTER_MS = 30 * 60 * 1000;
/**
 * An answer waits for its Events no longer than this. They come before it as a rule, for once it is sent, a platform
 * that scales to zero may stop the pod.
 */
const PATIENCE_MS = 1_000;
/** Problems remembered by one process, so that a resync need not ask for each Event. */
const MAX_REMEMBERED = 10_000;

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

export function createEventRecorder(options: EventRecorderOptions): EventRecorder {
  const { log, observes, reportingInstance, track = (work) => work } = options;
  const lastRecorded = new Map<string, number>();

  const write = async (subject: EventSubject, draft: EventDraft): Promise<void> => {
    const now = options.now();
    const event = eventOf(subject, draft, reportingInstance, now);
    const key = `${event.metadata.namespace}/${event.metadata.name}`;
    if (draft.standing && now - (lastRecorded.get(key) ?? Number.NEGATIVE_INFINITY) < REPEAT_AFTER_MS) return;
    try {
      await createOrRepeat(options, event, draft.standing, now);
      if (lastRecorded.size >= MAX_REMEMBERED) lastRecorded.clear();
      lastRecorded.set(key, now);
    } catch (error) {
      const what = { route: subject.route, reason: draft.reason };
      if (error instanceof KubernetesError)
        log.debug({ ...what, error: error.message }, "Event not recorded");
      else log.error({ ...what, err: error }, "Event not recorded");
    }
  };

  return {
    record: (subject, changes, problems) => {
      const drafts = draftsOf(changes, problems, observes);
      if (drafts.length === 0) return Promise.resolve();
      // One after the other: a route that has much to report takes one of the requests that are possible at a time.
      const all = async () => {
        for (const draft of drafts) await write(subject, draft);
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
  event: KubernetesObject,
  standing: boolean,
  now: number,
): Promise<void> {
  const { name, namespace = "" } = event.metadata;
  const reference = { resource: EVENT, namespace, name };
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
