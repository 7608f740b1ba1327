/**
 * The resync as an event: what it asks for, and what an answer to it means.
 *
 * @module
 */
import { BLOCKED_HEADER } from "../../answer.ts";
import { RESYNC_TYPE } from "../../cloudevents/to-work.ts";
import { isNamespaceName, isObjectName } from "../../schema/object-names.ts";
import { UsageError } from "../terminal/terminal.ts";

/** What a resync is about. */
export interface ResyncScope {
  readonly namespace?: string;
  readonly name?: string;
  readonly confirmDeletions?: boolean;
}

/** What the command was given. */
export interface ResyncOptions extends ResyncScope {
  readonly to?: string;
  readonly installation?: string;
  readonly context?: string;
  /** How long to try, the time that the resync itself takes included. */
  readonly timeoutSeconds: number;
}

/** @throws {UsageError} where a name cannot be one */
export function checkScope({ namespace, name }: ResyncScope): void {
  if (namespace !== undefined && !isNamespaceName(namespace)) {
    throw new UsageError(`--namespace ${namespace} is not the name of a namespace`);
  }
  if (name !== undefined && !isObjectName(name))
    throw new UsageError(`--name ${name} is not the name of an object`);
  if (name !== undefined && namespace === undefined) throw new UsageError("--name needs --namespace");
}

/** For people. */
export function whatOf({ namespace, name }: ResyncScope): string {
  if (namespace === undefined) return "all routes";
  return name === undefined ? `all routes in ${namespace}` : `${namespace}/${name}`;
}

export function eventOf(
  { namespace, name, confirmDeletions }: ResyncScope,
  extensions: Readonly<Record<string, string>>,
) {
  return {
    type: RESYNC_TYPE,
    source: "/traefik-cert-rotater/cli",
    data: {
      ...(namespace === undefined ? {} : { namespace }),
      ...(name === undefined ? {} : { name }),
      ...(confirmDeletions === true ? { confirmDeletions } : {}),
    },
    extensions,
  };
}

/** How many deletions the answer says were blocked. */
export function blockedBy(headers: Readonly<Record<string, string | readonly string[] | undefined>>): number {
  const blocked = Number(headers[BLOCKED_HEADER] ?? 0);
  return Number.isSafeInteger(blocked) && blocked > 0 ? blocked : 0;
}

/** @param unconfirmed why a confirmation that was asked for could not be given; null where none was, or it was given */
export function blockedText(blocked: number, unconfirmed: string | null): string {
  const advice =
    unconfirmed === null
      ? "if they are to go, run: traefik-cert-rotater resync --confirm-deletions"
      : `--confirm-deletions needs a kubeconfig that may annotate the installation's ConfigMap: ${unconfirmed}`;
  return (
    `${blocked} children are no longer wanted, which are too many to delete at once, so none was deleted; all else was ` +
    `done. Look at them with traefik-cert-rotater plan, and correct the configuration where it is at fault; ${advice}`
  );
}
