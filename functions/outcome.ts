/**
 * How the handling of one event ended, as far as its sender must know.
 *
 * @module
 */

/**
 * `done`: nothing is gained by sending the event again, also where a problem waits for somebody to act.
 * `retry`: a transient fault; the sender is to send the same event again, if known not before so many seconds.
 */
export type Outcome =
  | {
      readonly status: "done";
      /** Deletions that were due and blocked, for a person must confirm them. */
      readonly blocked?: number;
    }
  | { readonly status: "retry"; readonly retryAfterSeconds: number | null };
