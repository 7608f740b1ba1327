/**
 * Sends the event of a resync until it is accepted or refused, and says which. What the CronJob's pods do.
 *
 * @module
 */
import { setTimeout as sleep } from "node:timers/promises";
import { readSenderToken } from "../../cloudevents/authentication/sender-token.ts";
import { EXIT, type ExitCode, type Terminal, UsageError } from "../terminal/terminal.ts";
import { NotAcceptedError, postUntilAnswered, type Reply } from "./post.ts";
import { blockedBy, blockedText, eventOf, type ResyncScope, whatOf } from "./resync-event.ts";
import type { Sink } from "./sink.ts";

export interface SendOptions extends ResyncScope {
  /** How long to try, the time that the resync itself takes included. */
  readonly timeoutSeconds: number;
}

export interface Sending {
  readonly sink: Sink;
  readonly tokenFile: string;
  /** Confirms deletions on the cluster; null where that was done, else why it was not. */
  confirm(): Promise<string | null>;
}

export async function sendResync(
  options: SendOptions,
  { sink, tokenFile, confirm }: Sending,
  terminal: Terminal,
): Promise<ExitCode> {
  const { toMessage } = await import("./cloudevent.lazy.ts");
  const { headers, body } = toMessage(eventOf(options, sink.extensions));
  const { url, caCerts } = sink;
  const identity = await authorization(tokenFile);
  // The word of a sender with a token is enough.
  const needsConfirmation = options.confirmDeletions === true && identity.authorization === undefined;
  const unconfirmed = needsConfirmation ? await confirm() : null;
  const signal = AbortSignal.timeout(options.timeoutSeconds * 1_000);
  try {
    const reply = await postUntilAnswered(
      { url, headers: { ...headers, ...identity }, body, caCerts },
      {
        signal,
        wait: (milliseconds) => sleep(milliseconds, undefined, { signal }),
        onRetry: (why, seconds) => terminal.err(`${url.href}: ${why}; trying again in ${seconds} s\n`),
      },
    );
    return report(reply, { url, options, unconfirmed }, terminal);
  } catch (error) {
    if (!(error instanceof NotAcceptedError)) throw error;
    const given = `${url.href} did not accept the resync within ${options.timeoutSeconds} s`;
    terminal.err(`${given}: ${error.message}. If it began, it goes on all the same.\n`);
    return EXIT.problems;
  }
}

interface Sent {
  readonly url: URL;
  readonly options: SendOptions;
  /** Why deletions could not be confirmed on the cluster; null where they were, or need not be. */
  readonly unconfirmed: string | null;
}

function report(
  { status, headers, text }: Reply,
  { url, options, unconfirmed }: Sent,
  terminal: Terminal,
): ExitCode {
  if (status < 200 || status >= 300) {
    terminal.err(`${url.href} refused the resync: answer ${status} ${text}${hint(status)}\n`);
    return EXIT.problems;
  }
  const blocked = blockedBy(headers);
  if (blocked > 0) {
    terminal.err(`${url.href}: ${blockedText(blocked, unconfirmed)}\n`);
    return EXIT.blocked;
  }
  // A Broker says nothing of what the function will answer.
  if (status === 202 && unconfirmed !== null) {
    terminal.err(`note: deletions could not be confirmed from here: ${unconfirmed}\n`);
  }
  terminal.out(`${url.href} accepted the resync of ${whatOf(options)}\n`);
  return EXIT.fine;
}

async function authorization(tokenFile: string): Promise<Record<string, string>> {
  try {
    const token = await readSenderToken(tokenFile);
    return token === null ? {} : { authorization: `Bearer ${token}` };
  } catch (error) {
    throw new UsageError(`cannot read the token in ${tokenFile}: ${String(error)}`, { cause: error });
  }
}

function hint(status: number): string {
  if (status === 401)
    return ". The sender is not known: is its token mounted, with the audience of the function?";
  return status === 403
    ? ". The sender is known, but may not send: allow its subject (auth.oidc.subjects)"
    : "";
}
