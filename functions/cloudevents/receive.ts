/**
 * One request from its bytes to its answer: decode, find out what each event asks for, have it done, and answer for
 * all of them with the one status that loses nothing.
 *
 * @module
 */
import { type Answer, badRequest, doneButBlocked, plainText, tryAgain } from "../answer.ts";
import type { Logger } from "../log.ts";
import type { Outcome } from "../outcome.ts";
import type { WatchedKinds, Work } from "../work.ts";
import type { Authenticate } from "./authentication/authenticate.ts";
import type { EventHeaders } from "./binary.ts";
import { type BodySource, readBody } from "./body.ts";
import { decodeEvents, decodeWithoutBody } from "./decode.ts";
import { BodyTooLargeError, MalformedEventError } from "./errors.ts";
import type { ReceivedEvent } from "./received-event.ts";
import { toWork } from "./to-work.ts";
import { parseTraceparent } from "./trace-context.ts";

export interface ReceiverDependencies {
  /** Does the work. What it throws is taken for a bug: logged as an error, answered with 503. */
  handle(work: Work): Promise<Outcome>;
  readonly kinds: WatchedKinds;
  readonly log: Logger;
  /** Bytes of a request's body. */
  readonly bodyLimit: number;
  /** Decides who may send; null where everybody may. */
  readonly authenticate: Authenticate | null;
  /** Sees what becomes of events; null where nobody looks. */
  readonly observer?: EventObserver | null;
}

/** An event as it arrived, and the `traceparent` of the request that it came with. */
export interface ArrivedEvent {
  /** Null where it cannot be read. */
  readonly event: ReceivedEvent | null;
  readonly traceparent: string | null;
}

export interface EventObserver {
  /** Runs the work on one event, which gets the trace that the event belongs to. */
  event(arrived: ArrivedEvent, work: (traceId: string) => Promise<EventResult>): Promise<EventResult>;
  /** A request ended with this status before there was an event. */
  refused(status: number): void;
}

export type ReceivedRequest = BodySource & { readonly headers: EventHeaders };

/** How one event of a request ended. */
export type EventResult = Outcome | { readonly status: "malformed"; readonly reason: string };

/** Events of one batch that are worked on at a time. */
const BATCH_CONCURRENCY = 8;

/** The answer to a request on the event path: 204, 400 or 503, nothing else. Never throws. */
export async function receive(request: ReceivedRequest, dependencies: ReceiverDependencies): Promise<Answer> {
  try {
    const refusal = await refuse(request, dependencies);
    if (refusal !== null) return refused(refusal, dependencies);
    const entries = await readEvents(request, dependencies.bodyLimit);
    return answerTo(await workOff(entries, request.headers.get("traceparent") ?? null, dependencies));
  } catch (error) {
    return refused(answerToFailure(error, dependencies.log), dependencies);
  }
}

function refused(answer: Answer, { observer }: ReceiverDependencies): Answer {
  observer?.refused(answer.status);
  return answer;
}

async function readEvents(
  request: ReceivedRequest,
  bodyLimit: number,
): Promise<readonly (ReceivedEvent | MalformedEventError)[]> {
  const { headers } = request;
  try {
    return decodeEvents({ headers, body: await readBody(request, bodyLimit) });
  } catch (error) {
    const event = error instanceof BodyTooLargeError ? decodeWithoutBody(headers) : null;
    if (event === null) throw error;
    return [event];
  }
}

/** Before the body is read. 401 and 403 are never sent again; null where the sender may go on. */
async function refuse(
  { headers }: ReceivedRequest,
  { authenticate, log }: ReceiverDependencies,
): Promise<Answer | null> {
  const verdict =
    authenticate === null ? "allowed" : await authenticate(headers.get("authorization") ?? null);
  if (verdict === "allowed") return null;
  log.warn({ outcome: "refused", verdict }, "sender refused");
  switch (verdict) {
    case "unauthenticated":
      return plainText(401, "no valid token for this audience\n", { "www-authenticate": "Bearer" });
    case "forbidden":
      return plainText(403, "this sender is not on the list of allowed subjects\n");
    case "unknown":
      return tryAgain(null);
  }
}

/** 503 if anything must come again, even beside entries that never can: they cost one more 400, it costs nothing. */
function answerTo(results: readonly EventResult[]): Answer {
  let blocked = 0;
  let malformed: string | null = null;
  let isDone = true;
  let seconds: number | null = null;
  for (const result of results) {
    if (result.status === "malformed") malformed ??= result.reason;
    else if (result.status === "done") blocked += result.blocked ?? 0;
    else {
      isDone = false;
      if (result.retryAfterSeconds !== null) seconds = Math.max(seconds ?? 0, result.retryAfterSeconds);
    }
  }
  if (!isDone) return tryAgain(seconds);
  return malformed === null ? doneButBlocked(blocked) : badRequest(malformed);
}

function answerToFailure(error: unknown, log: Logger): Answer {
  if (error instanceof MalformedEventError) {
    log.warn(
      { outcome: "malformed", status: 400, error: error.name, reason: error.message },
      "request refused",
    );
    return badRequest(error.message);
  }
  log.error({ outcome: "retry", status: 503, err: error }, "request failed");
  return tryAgain(null);
}

async function workOff(
  entries: readonly (ReceivedEvent | MalformedEventError)[],
  traceparent: string | null,
  dependencies: ReceiverDependencies,
): Promise<readonly EventResult[]> {
  const results: EventResult[] = [];
  const queue = entries.values();
  const lanes = Array.from({ length: Math.min(BATCH_CONCURRENCY, entries.length) }, async () => {
    for (const entry of queue) results.push(await workOnTraced(entry, traceparent, dependencies));
  });
  await Promise.all(lanes);
  return results;
}

/** Every line of the work has the event's id and type, and the trace that it belongs to. */
function workOnTraced(
  entry: ReceivedEvent | MalformedEventError,
  traceparent: string | null,
  dependencies: ReceiverDependencies,
): Promise<EventResult> {
  const { observer = null, log } = dependencies;
  const event = entry instanceof MalformedEventError ? null : entry;
  const known = event === null ? {} : { eventId: short(event.id), type: short(event.type) };
  if (observer !== null) {
    return observer.event({ event, traceparent }, (traceId) =>
      log.within({ ...known, traceId }, () => workOn(entry, dependencies)),
    );
  }
  const trace = parseTraceparent(traceparent) ?? parseTraceparent(event?.extensions.traceparent);
  const fields = trace === null ? known : { ...known, traceId: trace.traceId };
  return log.within(fields, () => workOn(entry, dependencies));
}

async function workOn(
  entry: ReceivedEvent | MalformedEventError,
  { handle, kinds, log }: ReceiverDependencies,
): Promise<EventResult> {
  const started = performance.now();
  const timing = () => ({ durationMs: Math.round(performance.now() - started) });
  let asked: object = {};
  try {
    if (entry instanceof MalformedEventError) throw entry;
    const work = toWork(entry, kinds);
    asked = summary(work);
    const outcome: Outcome = work.kind === "ignore" ? { status: "done" } : await handle(work);
    const status = outcome.status === "done" ? 204 : 503;
    log[status === 204 ? "info" : "warn"](
      { ...asked, outcome: outcome.status, status, ...timing() },
      "event handled",
    );
    return outcome;
  } catch (error) {
    if (error instanceof MalformedEventError) {
      const fields = {
        outcome: "malformed",
        status: 400,
        error: error.name,
        reason: error.message,
      };
      log.warn({ ...fields, ...timing() }, "event refused");
      return { status: "malformed", reason: error.message };
    }
    log.error({ ...asked, outcome: "retry", status: 503, ...timing(), err: error }, "event failed");
    return { status: "retry", retryAfterSeconds: null };
  }
}

/** What was asked for, as fields of a log line. */
function summary(work: Work): object {
  switch (work.kind) {
    case "route":
      return { work: work.kind, hint: work.hint, object: objectName(work.route) };
    case "child":
      return { work: work.kind, hint: work.hint, object: objectName(work.child) };
    case "dependency":
      return { work: work.kind, object: objectName(work.dependency) };
    case "resync":
      return { work: work.kind, scope: work.scope };
    case "batch":
      return {
        work: work.kind,
        run: work.batch.run,
        cursor: work.batch.cursor,
        routes: work.batch.routes.length,
      };
    case "ignore":
      return { work: work.kind, why: work.why };
  }
}

function objectName(object: { group: string; kind: string; namespace: string; name: string }): string {
  const kind = object.group === "" ? object.kind : `${object.kind}.${object.group}`;
  return `${kind} ${object.namespace}/${object.name}`;
}

/** Ids and types come from outside and may be as long as the body. */
function short(text: string): string {
  return text.length > 256 ? `${text.slice(0, 256)}...` : text;
}
