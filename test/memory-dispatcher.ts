/**
 * A dispatcher as `function.ts` wires it, over a client in memory: it reports to nobody, and a line of its log at level
 * error is a failure, unless a test says otherwise.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { Configuration } from "../functions/config/configuration.ts";
import type { KubernetesClient } from "../functions/kubernetes/client.ts";
import { createLogger } from "../functions/log.ts";
import { createExecutor } from "../functions/reconcile/apply/execute.ts";
import { withKeyLock } from "../functions/reconcile/apply/key-lock.ts";
import { VerifiedWrites } from "../functions/reconcile/apply/verified.ts";
import { createDispatcher, type Dispatcher } from "../functions/reconcile/dispatch.ts";
import { type ReconcileContext, settingsOf } from "../functions/reconcile/route/context.ts";

/** `context` goes before what follows from the configuration. */
export function createMemoryDispatcher(
  client: KubernetesClient,
  configuration: Configuration,
  context: Partial<ReconcileContext> = {},
): Dispatcher {
  return createDispatcher({
    ...settingsOf(configuration),
    client,
    execute: withKeyLock(createExecutor(client), configuration.integrations, client),
    verified: new VerifiedWrites(Date.now),
    lookAhead: null,
    instance: "tests/memory",
    events: { record: async () => undefined },
    log: createLogger("error", { write: (line) => assert.fail(line) }),
    sendRouteBatch: null,
    now: () => 0,
    loadRegexp: async () => () => null,
    ...context,
  });
}
