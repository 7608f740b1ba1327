/**
 * What reconciling needs from outside: passed in once, by `function.ts` and by tests.
 *
 * @module
 */
import type { Configuration, OnOptOut } from "../../config/configuration.ts";
import type { Integration } from "../../integrations/integration.ts";
import type { KubernetesClient } from "../../kubernetes/client.ts";
import type { Logger } from "../../log.ts";
import type { Problem } from "../../problem.ts";
import type { RouteKinds } from "../../traefik/resources.ts";
import type { CompileRegexp } from "../../traefik/rule/regexp.ts";
import type { RuleSyntax } from "../../traefik/rule/syntax.ts";
import type { SendRouteBatch } from "../../work.ts";
import type { EventRecorder } from "../apply/events.ts";
import type { Execute } from "../apply/execute.ts";
import type { VerifiedWrites } from "../apply/verified.ts";
import type { Reads } from "../observe/view.ts";
import { refusalOf } from "../plan/host-policy.ts";
import type { Selector } from "../plan/opt-out.ts";
import type { Identity } from "../plan/ownership.ts";

/** Looks on. */
export interface ReconcileObserver {
  /** Runs the planning of one integration's children for one route. */
  planning<T>(integration: string, work: () => Promise<T>): Promise<T>;
  resynced(resync: EndedResync): void;
}

export interface EndedResync {
  /** What it was to look at: everything, one namespace, or what depends on an object that changed. */
  readonly scope: "everything" | "namespace" | "dependency";
  readonly seconds: number;
  /** Nothing is to be tried again. */
  readonly isComplete: boolean;
  readonly routes: number;
  /** Deletions that the deletion limit held back. */
  readonly held: number;
  /** What it found missing or different, by what was done about it. */
  readonly repairs: Readonly<Record<"create" | "update" | "delete" | "hand_out", number>>;
}

export interface LookAheadAccess {
  readonly watch: KubernetesClient["watch"];
  /** Keeps the process until the work has ended. */
  readonly track: <T>(work: Promise<T>) => Promise<T>;
  /** The process ends: nothing more is begun ahead. */
  readonly isDraining: () => boolean;
}

export interface ReconcileContext extends Identity {
  /** Reads only; children are written by `execute`. */
  readonly client: Reads;
  readonly execute: Execute;
  /** Looks ahead where events come back to back; null where each event is on its own. */
  readonly lookAhead: LookAheadAccess | null;
  /** Children that this process has made and verified. */
  readonly verified: VerifiedWrites;
  readonly integrations: readonly Integration[];
  readonly selector: Selector & RouteKinds;
  /** What Traefik reads a rule without `syntax` as. */
  readonly defaultRuleSyntax: RuleSyntax;
  readonly onOptOut: OnOptOut;
  /** Why the namespace may not have the host; null where it may. */
  readonly refuseHost: (namespace: string, host: string) => Problem | null;
  /** When hosts that another namespace has are refused: at every event, in resyncs only, or never. */
  readonly hostClaims: "strict" | "resync" | "off";
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly events: EventRecorder;
  readonly log: Logger;
  /** Null where nobody looks. */
  readonly observer?: ReconcileObserver | null;
  /** Sends part of a large resync to other replicas; null where there is nowhere to send to. */
  readonly sendRouteBatch: SendRouteBatch | null;
  /** Loads the RE2 port; asked for only when a rule has a regular expression. */
  readonly loadRegexp: () => Promise<CompileRegexp>;
}

/** What of it an installation's configuration decides. */
export function settingsOf({ hostPolicy, ...configuration }: Configuration) {
  const { integrations, selector, defaultRuleSyntax, onOptOut, hostClaims, takeOverFrom } = configuration;
  return {
    integrations,
    selector,
    defaultRuleSyntax,
    onOptOut,
    hostClaims,
    takeOverFrom,
    refuseHost: (namespace: string, host: string) => refusalOf(hostPolicy, namespace, host),
    loadRegexp: async () => (await import("../../traefik/rule/regexp.lazy.ts")).compileRegexp,
  };
}
