/**
 * What a resync did, in numbers: its memory must not grow with the cluster.
 *
 * @module
 */
import type { Report, Retry } from "../apply/report.ts";

export class Summary {
  routes = 0;
  children = 0;
  created = 0;
  updated = 0;
  deleted = 0;
  problems = 0;
  /** Deletions that the deletion limit blocked. */
  blocked = 0;
  /** Uids of children whose deletion may come of the configuration: only a resync of everything can decide. */
  readonly deferred: string[] = [];
  /** Routes that went to other replicas. */
  fannedOut = 0;
  retry: Retry | null = null;

  add({ changes, problems, retry }: Pick<Report, "changes" | "problems" | "retry">): void {
    for (const { action } of changes) this[action]++;
    this.problems += problems.filter(({ note }) => note !== true).length;
    this.retry ??= retry;
  }

  /** For one log line. */
  toFields(): Readonly<Record<string, number | string>> {
    const { routes, children, created, updated, deleted, problems, blocked: held, fannedOut, retry } = this;
    const fields = { routes, children, created, updated, deleted, problems, held, handedOut: fannedOut };
    return retry === null ? fields : { ...fields, retry: retry.why };
  }
}
