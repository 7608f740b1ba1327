/**
 * Whether somebody who may has confirmed deletions. An event alone proves nothing where senders need no token, so then
 * the confirmation stands on an object of the cluster: only who has rights there can write it. Pure.
 *
 * @module
 */
import { isTimestamp } from "../../cloudevents/timestamp.ts";
import { shown } from "../../schema/shown.ts";
import { rfc3339 } from "../plan/child/hosts-since.ts";

/** On the ConfigMap of the installation: the time until which a resync event may lift the deletion limit. */
export const CONFIRMATION_ANNOTATION = "traefik-cert-rotater.io/confirm-deletions-until";

/** A confirmation is for the resync that is about to be asked for, not for all that come. */
const MAX_AHEAD_MS = 24 * 60 * 60_000;

/**
 * Why deletions are not confirmed; null where they are.
 *
 * @param until value of the annotation; undefined where there is none
 * @param now milliseconds since the epoch
 */
export function whyUnconfirmed(until: string | undefined, now: number): string | null {
  if (until === undefined) return `it has no annotation ${CONFIRMATION_ANNOTATION}`;
  const given = shown(until);
  if (!isTimestamp(until)) {
    return `its annotation ${CONFIRMATION_ANNOTATION} is ${given}, expected a time such as ${example(now)}`;
  }
  const time = Date.parse(until);
  if (time <= now) return `its annotation ${CONFIRMATION_ANNOTATION} is ${given}, which has passed`;
  if (time - now > MAX_AHEAD_MS) {
    return `its annotation ${CONFIRMATION_ANNOTATION} is ${given}, more than a day ahead; write ${example(now)}`;
  }
  return null;
}

function example(now: number): string {
  return rfc3339(now + 15 * 60_000);
}
