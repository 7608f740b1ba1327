/**
 * What reconciling needs from outside: passed in once, by `main.ts` and by tests.
 *
 * @module
 */
import type { Integration } from "../../integrations/integration.ts";
import type { KubernetesClient } from "../../kubernetes/client.ts";
import type { Logger } from "../../log.ts";
import type { Problem } from "../../problem.ts";
import type { CompileRegexp } from "../../traefik/rule/rule.ts";
import type { EventRecorder } from "../apply/events.ts";
import type { Execute } from "../apply/execute.ts";
import type { OnOptOut, Selector } from "../plan/opt-out.ts";
import type { HandOut } from "../resync/fan-out.ts";

export interface ReconcileContext {
  /** Reads only; children are written by `execute`. */
  readonly client: Pick<KubernetesClient, "get" | "getMetadata" | "list">;
  readonly execute: Execute;
  readonly integrations: readonly Integration[];
  readonly selector: Selector & { readonly legacyGroup: boolean };
  /** `<release namespace>/<release>` of this installation. */
  readonly instance: string;
  readonly onOptOut: OnOptOut;
  /** Why the namespace may not have the host; null where it may. */
  readonly refuseHost: (namespace: string, host: string) => Problem | null;
  /** Whether hosts that another namespace has are refused at events too, not only in resyncs. */
  readonly hostClaims: "resync" | "strict";
  readonly events: EventRecorder;
  readonly log: Logger;
  /** Sends part of a large resync to other instances; null where there is nowhere to send to. */
  readonly handOut: HandOut | null;
  /** Milliseconds since the epoch; the system's clock unless given. */
  readonly now?: () => number;
  /** Loads the RE2 port; asked for only when a rule has a regular expression. */
  readonly loadRegexp: () => Promise<CompileRegexp>;
}
