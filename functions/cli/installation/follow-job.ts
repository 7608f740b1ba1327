/**
 * Follows a Job to its end: the lines of its pods' logs as they come, and what keeps a pod from starting.
 *
 * @module
 */
import { KubernetesError } from "../../kubernetes/errors.ts";
import type { KubernetesObject } from "../../kubernetes/objects.ts";
import { exitCodeOf, hasBegun, hindranceOf, type JobState, stateOf } from "./job.ts";

/** What is asked of the cluster about one Job. */
export interface JobReader {
  /** Null once it is gone. */
  job(): Promise<KubernetesObject | null>;
  pods(): Promise<readonly KubernetesObject[]>;
  log(pod: string): Promise<string>;
}

export interface FollowOptions {
  /** Waits until it is worth asking again; rejects once the time is over. */
  readonly wait: () => Promise<void>;
  /** Called for each line of a pod's log. */
  readonly onLine: (line: string) => void;
  /** Called with what is in the way, when that changes. */
  readonly onHindrance: (text: string) => void;
}

export interface JobEnd {
  readonly state: JobState | { readonly state: "gone" };
  /** Of the last pod; null where none has ended. */
  readonly exitCode: number | null;
}

/** Resolves when the Job has ended, rejects with what `wait` rejects with. */
export async function followJob(reader: JobReader, options: FollowOptions): Promise<JobEnd> {
  const written = new Map<string, number>();
  let reported = "";
  const report = (text: string) => {
    if (text !== reported) options.onHindrance(text);
    reported = text;
  };
  for (;;) {
    try {
      const job = await reader.job();
      if (job === null) return { state: { state: "gone" }, exitCode: null };
      const state = stateOf(job);
      const pods = [...(await reader.pods())].sort(byAge);
      for (const pod of pods) {
        const hindrance = state.state === "running" ? hindranceOf(pod) : null;
        if (hindrance !== null) report(`Pod ${pod.metadata.name} does not start: ${hindrance}`);
        if (hasBegun(pod)) await writeLines(reader, pod.metadata.name, written, options.onLine, report);
      }
      if (state.state !== "running") return { state, exitCode: lastExitCode(pods) };
    } catch (error) {
      // The Job goes on, and the next look may succeed.
      if (!(error instanceof KubernetesError)) throw error;
      report(`${error.message}; looking again`);
    }
    await options.wait();
  }
}

/** Whole lines that have not been written yet. */
async function writeLines(
  reader: JobReader,
  pod: string,
  written: Map<string, number>,
  onLine: (line: string) => void,
  report: (text: string) => void,
): Promise<void> {
  try {
    const lines = (await reader.log(pod)).split("\n").slice(0, -1);
    for (const line of lines.slice(written.get(pod) ?? 0)) onLine(line);
    written.set(pod, Math.max(lines.length, written.get(pod) ?? 0));
  } catch (error) {
    // How it ends is known all the same.
    if (!(error instanceof KubernetesError)) throw error;
    report(`the log of Pod ${pod} cannot be read: ${error.message}`);
  }
}

function lastExitCode(pods: readonly KubernetesObject[]): number | null {
  return pods.map(exitCodeOf).findLast((code) => code !== null) ?? null;
}

function byAge({ metadata: one }: KubernetesObject, { metadata: other }: KubernetesObject): number {
  const key = ({ creationTimestamp = "", name }: typeof one) => `${creationTimestamp} ${name}`;
  return key(one) < key(other) ? -1 : 1;
}
