/**
 * `resync`: asks the function to look at everything again. What the CronJob runs.
 *
 * @module
 */
import { setTimeout as sleep } from "node:timers/promises";
import { readSenderToken, TOKEN_FILE } from "../cloudevents/sender-token.ts";
import { RESYNC_TYPE } from "../cloudevents/to-work.ts";
import { isNamespaceName, isObjectName } from "../kubernetes/paths.ts";
import { NotAcceptedError, postUntilAnswered } from "./events/post.ts";
import { readSink } from "./events/sink.ts";
import { EXIT, type ExitCode, type Terminal, UsageError } from "./terminal/terminal.ts";

export interface ResyncOptions {
  readonly namespace?: string;
  readonly name?: string;
  readonly to?: string;
  readonly confirmDeletions?: boolean;
  /** The installation whose deletions are confirmed, and the kubeconfig's context that leads to it. */
  readonly instance?: string;
  readonly context?: string;
  /** How long to try, the time that the resync itself takes included. */
  readonly timeoutSeconds: number;
}

/** A confirmation outlasts the way to the function and a start from zero. */
const MIN_CONFIRMED_SECONDS = 300;

/** Sends the event until it is accepted or refused, and says which. */
export async function resync(
  options: ResyncOptions,
  terminal: Terminal,
  tokenFile = TOKEN_FILE,
): Promise<ExitCode> {
  const sink = readSink(options.to, terminal.env);
  const { toMessage } = await import("./events/cloudevent.lazy.ts");
  const { headers, body } = toMessage({
    type: RESYNC_TYPE,
    source: "/traefik-cert-rotater/cli",
    data: scopeOf(options),
    extensions: sink.extensions,
  });
  const identity = await authorization(tokenFile);
  const unconfirmed =
    options.confirmDeletions === true && identity.authorization === undefined
      ? await (await import("./confirm-deletions.ts")).confirmDeletions(
          { ...options, seconds: Math.max(MIN_CONFIRMED_SECONDS, options.timeoutSeconds) },
          terminal,
        )
      : null;
  const signal = AbortSignal.timeout(options.timeoutSeconds * 1_000);
  try {
    const reply = await postUntilAnswered(
      {
        url: sink.url,
        headers: { ...headers, ...identity },
        body,
        caCerts: sink.caCerts,
      },
      {
        signal,
        wait: (milliseconds) => sleep(milliseconds, undefined, { signal }),
        onRetry: (why, seconds) => terminal.err(`${sink.url.href}: ${why}; trying again in ${seconds} s\n`),
      },
    );
    if (reply.held > 0) {
      terminal.err(`${sink.url.href}: ${heldBack(reply.held, unconfirmed)}\n`);
      return EXIT.held;
    }
    if (reply.status >= 200 && reply.status < 300) {
      if (reply.status === 202 && unconfirmed !== null) terminal.err(`not confirmed: ${unconfirmed}\n`);
      terminal.out(`${sink.url.href} accepted the resync of ${whatOf(options)}\n`);
      return EXIT.fine;
    }
    terminal.err(
      `${sink.url.href} refused the resync: answer ${reply.status} ${reply.text}${hint(reply.status)}\n`,
    );
  } catch (error) {
    if (!(error instanceof NotAcceptedError)) throw error;
    const given = `${sink.url.href} did not accept the resync within ${options.timeoutSeconds} s`;
    terminal.err(`${given}: ${error.message}. If it began, it goes on all the same.\n`);
  }
  return EXIT.problems;
}

function heldBack(held: number, unconfirmed: string | null): string {
  return (
    `${held} children are no longer wanted, which are too many to delete at once, so none was deleted; all else was ` +
    "done. If the configuration is at fault, correct it. " +
    (unconfirmed === null
      ? "If they are to go, run: traefik-cert-rotater resync --confirm-deletions"
      : `--confirm-deletions needs a kubeconfig that may annotate the installation's ConfigMap: ${unconfirmed}`)
  );
}

function scopeOf({ namespace, name, confirmDeletions }: ResyncOptions): object {
  if (namespace !== undefined && !isNamespaceName(namespace)) {
    throw new UsageError(`--namespace ${namespace} is not the name of a namespace`);
  }
  if (name !== undefined && !isObjectName(name))
    throw new UsageError(`--name ${name} is not the name of an object`);
  if (name !== undefined && namespace === undefined) throw new UsageError("--name needs --namespace");
  return {
    ...(namespace === undefined ? {} : { namespace }),
    ...(name === undefined ? {} : { name }),
    ...(confirmDeletions === true ? { confirmDeletions } : {}),
  };
}

function whatOf({ namespace, name }: ResyncOptions): string {
  if (namespace === undefined) return "all routes";
  return name === undefined ? `all routes in ${namespace}` : `${namespace}/${name}`;
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
