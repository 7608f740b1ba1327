/**
 * Stands in for the adapter of Knative Eventing's ApiServerSource (`apiserver_receive_adapter`, about v1.22), which
 * is not run, like all of Knative Eventing: the Go module proxy, from which all else is built, refuses
 * `knative.dev/eventing` and its forks. It does what was read from the real one's code and seen of it:
 * types, attributes, headers and bodies; one serial, blocking stream for each resource (and namespace, where
 * namespaces are listed); its list of statuses that are sent again, and when; all else dropped. It says nothing about
 * objects that exist before it starts or that it missed. It is not a Knative source in any other respect: no
 * controller, no OIDC, no filters.
 *
 * @module
 */
import { EventEmitter, once } from "node:events";
import { Agent } from "node:http";
import type { LookupFunction } from "node:net";
import { type ApiClient, type Connection, createApiClient } from "../control-plane/api-client.ts";
import type { Change } from "../control-plane/watch.ts";
import { collectionPath, type SourceConfig } from "./config.ts";
import { type Delivery, deliver, retryDelays } from "./deliver.ts";
import { toEvent } from "./event.ts";
import { reflect } from "./reflector.ts";

export interface SourceOptions {
  /** How to reach the API server, as the source's own ServiceAccount. */
  readonly connection: Connection;
  readonly config: SourceConfig;
  /** How the host of the sink's URL is resolved; as the machine does unless given. */
  readonly lookup?: LookupFunction;
  /** Waiting times before each retry, in milliseconds; those of the real adapter unless given. */
  readonly delays?: readonly number[];
  /** Called with what a log line of the adapter would say: resources skipped, lists refused, events dropped. */
  readonly log?: (message: string) => void;
}

export interface ApiServerSource {
  /** What became of every event so far, in the order in which they ended. */
  readonly deliveries: readonly Delivery[];
  /** Waits for the first event, past or to come, that satisfies `condition`. Throws after `timeout` ms (30,000). */
  delivery(condition: (delivery: Delivery) => boolean, timeout?: number): Promise<Delivery>;
  /** Stops at once, in the middle of a send too, as a killed adapter would. */
  stop(): Promise<void>;
}

/**
 * Starts a source and waits until every change from now on will be sent. Throws if a group and version is not served,
 * as the real adapter exits then; a kind that is missing in a served group is logged and skipped. Throws too when a
 * resource cannot be listed for 30 s (the real one tries forever).
 */
export async function startApiServerSource(options: SourceOptions): Promise<ApiServerSource> {
  const { connection, config, log = () => {} } = options;
  const client = createApiClient(connection, "apiserver_receive_adapter");
  const agent = new Agent({ keepAlive: true, ...(options.lookup && { lookup: options.lookup }) });
  const stopped = new AbortController();
  const deliveries: Delivery[] = [];
  const emitter = new EventEmitter().setMaxListeners(0);
  const loops: Promise<void>[] = [];
  const stop = async () => {
    stopped.abort();
    await Promise.all(loops);
    agent.destroy();
    client.close();
  };
  const send = async (change: Change) => {
    const message = toEvent(change, config, connection.url);
    const { delays = retryDelays } = options;
    const version = Number(change.object.metadata.resourceVersion);
    const sending = { agent, delays, signal: stopped.signal };
    const delivery = await deliver(message, version, new URL(config.sink), sending);
    deliveries.push(delivery);
    if (delivery.outcome === "dropped")
      log(`dropped ${delivery.type} ${delivery.subject}: ${delivery.statuses}`);
    emitter.emit("delivery");
  };
  try {
    const streams = await streamsOf(client, config, log);
    const listed = streams.map(
      (stream) =>
        new Promise<void>((onList) => {
          const onProblem = (error: unknown) => log(`${stream.path}: ${error}`);
          const signal = stopped.signal;
          loops.push(reflect({ ...stream, client, signal, onList, onProblem, onChange: send }));
        }),
    );
    await within(30_000, Promise.all(listed), "listing what the source watches");
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    deliveries,
    async delivery(condition, timeout = 30_000) {
      const signal = AbortSignal.timeout(timeout);
      for (let seen = 0; ; seen++) {
        while (seen >= deliveries.length) await once(emitter, "delivery", { signal });
        const delivery = deliveries[seen];
        if (delivery !== undefined && condition(delivery)) return delivery;
      }
    },
    stop,
  };
}

async function within<T>(milliseconds: number, work: Promise<T>, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} took more than ${milliseconds} ms`)), milliseconds);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/** One stream for each resource that the API server has, and for each namespace where those are listed. */
async function streamsOf(
  client: ApiClient,
  { resources, namespaces }: SourceConfig,
  log: (message: string) => void,
): Promise<{ path: string; selector: string }[]> {
  const streams = await Promise.all(
    resources.map(async (watched) => {
      const { group, version, plural } = watched.resource;
      const path = group === "" ? `/api/${version}` : `/apis/${group}/${version}`;
      const list = (await client.json({ path })) as { resources: { name: string; namespaced: boolean }[] };
      const served = list.resources.find(({ name }) => name === plural);
      if (served === undefined) log(`${path} has no ${plural}: skipped`);
      if (served === undefined) return [];
      const scopes = served.namespaced && namespaces !== "all" ? namespaces : [null];
      return scopes.map((scope) => ({ path: collectionPath(watched, scope), selector: watched.selector }));
    }),
  );
  return streams.flat();
}
