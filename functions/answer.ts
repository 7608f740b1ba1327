/**
 * What goes back over HTTP: less than a `Response`, because the first use of that global loads Node's whole Fetch
 * implementation, which costs more than everything else a wake needs (see ADR 0002).
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

/** On an answer: so many deletions were held back. A header, for a body would make a Broker try again. */
export const HELD_HEADER = "traefik-cert-rotater-held";

/** Done but for deletions that a person must confirm. */
export function doneButHeld(held: number): Answer {
  return held === 0 ? DONE : { ...DONE, headers: { [HELD_HEADER]: String(held) } };
}

/** Malformed: sending it again cannot help. */
export function badRequest(reason: string): Answer {
  return plainText(400, `${reason}\n`);
}

/** Passing fault: the sender shall send the same again, not before so many seconds if that is known. */
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
