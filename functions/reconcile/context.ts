/**
 * What reconciling needs from outside: passed in once, by `main.ts` and by tests.
 *
 * @module
 */
import type { Integration } from "../integrations/integration.ts";
import type { KubernetesClient } from "../kubernetes/client.ts";
import type { Logger } from "../log.ts";
import type { CompileRegexp } from "../traefik/rule.ts";
import type { EventRecorder } from "./events.ts";
import type { Selector } from "./opt-out.ts";

export interface ReconcileContext {
  readonly client: KubernetesClient;
  readonly integrations: readonly Integration[];
  readonly selector: Selector & { readonly legacyGroup: boolean };
  /** `<release namespace>/<release>` of this installation. */
  readonly instance: string;
  readonly events: EventRecorder;
  readonly log: Logger;
  /** Loads the RE2 port; asked for only when a rule has a regular expression. */
  readonly loadRegexp: () => Promise<CompileRegexp>;
}
