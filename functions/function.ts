/**
 * The function put together: everything between a configuration and an HTTP listener. The process adds a server and
 * signals; tests add a server of their own.
 *
 * @module
 */
import type { RequestListener } from "node:http";
import { DEFAULT_BODY_LIMIT } from "./app.ts";
import { createAuthenticate } from "./cloudevents/authentication/authenticate.ts";
import { readSenderToken } from "./cloudevents/authentication/sender-token.ts";
import { createRouteBatchSender } from "./cloudevents/send-route-batch.ts";
import type { Configuration } from "./config/configuration.ts";
import { InFlight } from "./in-flight.ts";
import { createClient } from "./kubernetes/client.ts";
import type { Credentials } from "./kubernetes/credentials.ts";
import { createTransport } from "./kubernetes/transport.ts";
import { createListener } from "./listener.ts";
import type { Logger } from "./log.ts";
import { createEventRecorder } from "./reconcile/apply/events.ts";
import { createExecutor, observeOnly } from "./reconcile/apply/execute.ts";
import { withKeyLock } from "./reconcile/apply/key-lock.ts";
import { VerifiedWrites } from "./reconcile/apply/verified.ts";
import { createDispatcher } from "./reconcile/dispatch.ts";
import { joiningReads } from "./reconcile/observe/joined-reads.ts";
import { type ConfigMapName, confirming } from "./reconcile/resync/confirm.ts";
import { settingsOf } from "./reconcile/route/context.ts";
import { type Observers, UNSEEN } from "./telemetry/telemetry.ts";

export interface FunctionOptions {
  readonly configuration: Configuration;
  readonly credentials: Credentials;
  /** `<release namespace>/<release>` of this installation. */
  readonly instance: string;
  /** Who stands in Kubernetes Events as their reporter: the pod's name. */
  readonly reportingInstance: string;
  readonly log: Logger;
  /** The installation's ConfigMap, on which somebody with rights confirms deletions. */
  readonly configMap?: ConfigMapName | null;
  /** Where parts of a large resync go, for other replicas to pick up; null: everything is done here. */
  readonly sink: URL | null;
  /** What looks at the parts while they work; nobody, unless given. */
  readonly observers?: Observers;
  /** Whether routes are reconciled ahead of their events in a burst; unless given, they are. */
  readonly looksAhead?: boolean;
}

export interface AssembledFunction {
  /** For `http.createServer`. */
  readonly listener: RequestListener;
  /** What the listener has begun and not ended, a resync whose caller has hung up included. */
  readonly inFlight: InFlight;
}

/** Wires the function. Talks to nobody until the first request. */
export function createFunction(options: FunctionOptions): AssembledFunction {
  const { configuration, credentials, instance, reportingInstance, log, sink, configMap = null } = options;
  const { observers = UNSEEN, looksAhead = true } = options;
  const client = createClient(credentials, observers.transport(createTransport(credentials)));
  const { integrations, mode, oidc } = configuration;
  const observes = mode === "observe";
  const inFlight = new InFlight();
  const track = <T>(work: Promise<T>) => inFlight.track(work);
  const dispatcher = createDispatcher({
    client: joiningReads(client, integrations),
    lookAhead: looksAhead ? { watch: client.watch, track, isDraining: () => inFlight.isDraining } : null,
    execute: observes
      ? observeOnly
      : observers.execute(withKeyLock(createExecutor(client), integrations, client)),
    verified: new VerifiedWrites(Date.now),
    ...settingsOf(configuration),
    instance,
    now: Date.now,
    events: observers.recorder(
      createEventRecorder({
        client,
        log,
        reportingInstance,
        observes,
        now: Date.now,
        track,
      }),
    ),
    log,
    observer: observers.reconcile,
    sendRouteBatch:
      sink === null
        ? null
        : createRouteBatchSender({
            sink,
            log,
            readToken: readSenderToken,
            traceparent: observers.traceparent,
          }),
  });
  const handle = confirming(dispatcher.handle, {
    client,
    authenticates: oidc !== null,
    configMap,
    log,
    now: Date.now,
  });
  const listener = createListener({
    kinds: dispatcher.kinds,
    handle: (work) => track(handle(work)),
    isDraining: () => inFlight.isDraining,
    observer: observers.events,
    log,
    bodyLimit: DEFAULT_BODY_LIMIT,
    authenticate:
      oidc === null
        ? null
        : createAuthenticate({
            oidc,
            readJson: client.readJson,
            now: Date.now,
            onFailure: (err) =>
              log.warn({ err }, "no sender can be let in: the cluster's keys cannot be read"),
          }),
  });
  return { listener, inFlight };
}
