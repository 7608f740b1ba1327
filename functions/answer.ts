/**
 * What goes back over HTTP: less than a `Response`, because the first use of that global loads Node's whole Fetch
 * implementation, which costs more than everything else a cold start needs (see ADR 0002).
 *
 * @module
 */

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

/** Done: nothing to say. A body that is no CloudEvent would make a Broker try again. */
export const DONE: Answer = { status: 204, headers: {}, body: null };

/** On an answer: so many deletions were blocked. A header, for a body would make a Broker try again. */
export const BLOCKED_HEADER = "traefik-cert-rotater-held";

/** Done but for deletions that a person must confirm. */
export function doneButBlocked(blocked: number): Answer {
  return blocked === 0 ? DONE : { ...DONE, headers: { [BLOCKED_HEADER]: String(blocked) } };
}

/** Malformed: sending it again cannot help. */
export function badRequest(reason: string): Answer {
  return plainText(400, `${reason}\n`);
}

/** Transient fault: the sender is to send the same again, not before so many seconds if that is known. */
export function tryAgain(seconds: number | null): Answer {
  const headers: Record<string, string> =
    seconds === null ? {} : { "retry-after": String(Math.max(1, Math.ceil(seconds))) };
  return { status: 503, headers, body: null };
}

export function plainText(
  status: number,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return { status, headers: { "content-type": "text/plain; charset=utf-8", ...headers }, body };
}

/** The answer as the Fetch API has it. */
export function toResponse(answer: Answer): Response {
  return new Response(answer.body, { status: answer.status, headers: answer.headers });
}
