/**
 * Several replicas of the function on one cluster in memory, behind a fake broker: every change becomes an event, any
 * replica gets it, several are in flight, and some come twice. `turn` decides who goes on; a scheduler of fast-check
 * there tries orders that a real machine would need days for.
 *
 * @module
 */
import { parseConfiguration } from "../functions/config/parse.ts";
import { INTEGRATIONS } from "../functions/integrations/index.ts";
import type { KubernetesClient } from "../functions/kubernetes/client.ts";
import type { KubernetesObject, ResourceDefinition } from "../functions/kubernetes/objects.ts";
import { createLogger } from "../functions/log.ts";
import type { Outcome } from "../functions/outcome.ts";
import type { Dispatcher } from "../functions/reconcile/dispatch.ts";
import { routeResources } from "../functions/traefik/resources.ts";
import type { RouteReference } from "../functions/traefik/route-description.ts";
import type { Work } from "../functions/work.ts";
import { createMemoryCluster, type MemoryCluster } from "./memory-cluster.ts";
import { createMemoryDispatcher } from "./memory-dispatcher.ts";

export interface ReplicasOptions {
  readonly count: number;
  /** Waited for before each request and each answer of the API server. */
  readonly turn: () => Promise<unknown>;
  /** A whole number from 0 up to what is given, not included: which replica, whether twice. */
  readonly choose: (below: number) => number;
  /** A slow writer: its writes wait for up to so many turns, and others are faster. */
  readonly slowness?: number;
  readonly hostClaims?: "strict" | "resync" | "off";
  /** By how many changes the API server's cache may be behind; 30 unless given. */
  readonly lag?: number;
  /** True: as behind the source itself, one event of a kind at a time, in order, and the replicas look ahead. */
  readonly isSerial?: boolean;
  /** False: changes are events only after `startSource`. */
  readonly startsSource?: boolean;
}

const { configuration } = parseConfiguration(
  { integrations: { certManager: {}, externalDNS: { targetIPs: ["192.0.2.7"] } } },
  INTEGRATIONS,
);
export const [CERTIFICATES, ENDPOINTS] = configuration.integrations.map(({ resource }) => resource) as [
  ResourceDefinition,
  ResourceDefinition,
];

export class Replicas {
  readonly cluster: MemoryCluster;
  readonly #options: ReplicasOptions;
  readonly #dispatchers: readonly Dispatcher[];
  readonly #running = new Set<Promise<unknown>>();
  /** By kind, the end of all events so far. */
  readonly #lanes = new Map<string, Promise<void>>();
  /** How often a replica began to look ahead. */
  watches = 0;
  #now = 0;
  #turns = 0;

  constructor(options: ReplicasOptions) {
    this.#options = options;
    const { choose, lag = 30 } = options;
    this.cluster = createMemoryCluster(undefined, () => choose(lag + 1));
    this.#dispatchers = Array.from({ length: options.count }, () => this.#createDispatcher());
    if (options.startsSource !== false) this.startSource();
  }

  /** From here on each change is an event; as with the real source, none is made for what is there already. */
  startSource(): void {
    this.cluster.watch((change, resource, object) => this.#notify(change, resource, object));
  }

  #createDispatcher(): Dispatcher {
    const client = this.#inTurn(this.cluster.client);
    const { isSerial = false } = this.#options;
    const track = <T>(work: Promise<T>) => {
      const running: Promise<unknown> = work.then(
        () => this.#running.delete(running),
        () => this.#running.delete(running),
      );
      this.#running.add(running);
      return work;
    };
    return createMemoryDispatcher(client, configuration, {
      lookAhead: isSerial ? { watch: client.watch, track, isDraining: () => false } : null,
      instance: "tests/replicas",
      hostClaims: this.#options.hostClaims ?? "resync",
      // Who looks ahead compares times: those of a serial source are as long as the work takes.
      now: () => (isSerial ? this.#turns : 1000 * this.#now++),
      log: createLogger("error", { write: () => undefined }),
    });
  }

  #notify(change: "add" | "update" | "delete", resource: ResourceDefinition, object: KubernetesObject): void {
    const { group, kind } = resource;
    const { namespace = "", name } = object.metadata;
    const isRoute = routeResources({ legacyGroup: true, udp: true }).some(
      (route) => route.group === group && route.kind === kind,
    );
    const isChild = [CERTIFICATES, ENDPOINTS].some((child) => child.kind === kind);
    if (isRoute)
      this.send({ kind: "route", hint: change, route: { group, kind, namespace, name } as RouteReference });
    else if (isChild) this.send({ kind: "child", hint: change, child: { group, kind, namespace, name } });
  }

  /** Puts an event into the broker, which delivers it some time, and now and then twice. */
  send(work: Work): void {
    this.#send(work);
    if (this.#options.choose(8) === 0) this.#send(work);
  }

  #send(work: Work): void {
    if (this.#options.isSerial !== true) {
      this.#deliver(work);
      return;
    }
    const kind = work.kind === "route" ? work.route.kind : work.kind === "child" ? work.child.kind : "";
    const before = this.#lanes.get(kind) ?? Promise.resolve();
    const handled = before.then(async () => {
      while ((await this.#handle(work)) === "retry") await this.#options.turn();
    });
    this.#lanes.set(kind, handled);
    const running = handled.finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  /** Waits until no event is on its way or being handled. */
  async untilIdle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  #deliver(work: Work): void {
    const running = this.#options
      .turn()
      .then(() => this.#handle(work))
      .then((status) => {
        if (status === "retry") this.#deliver(work);
      })
      .finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  async #handle(work: Work): Promise<Outcome["status"]> {
    const dispatcher = this.#dispatchers[this.#options.choose(this.#dispatchers.length)] as Dispatcher;
    return (await dispatcher.handle(work)).status;
  }

  /** A client whose requests and answers take their turn. */
  #inTurn(client: KubernetesClient): KubernetesClient {
    const { choose, slowness = 1 } = this.#options;
    const turn = () => {
      this.#turns++;
      return this.#options.turn();
    };
    return new Proxy(client, {
      get: (target, name: keyof KubernetesClient) => {
        const method = target[name] as (...parameters: unknown[]) => Promise<unknown>;
        const isWrite = name === "apply" || name === "delete";
        return async (...parameters: unknown[]) => {
          if (name === "watch") this.watches++;
          for (let left = isWrite ? choose(slowness) : 0; left > 0; left--) await turn();
          await turn();
          try {
            return await method(...parameters);
          } finally {
            await turn();
          }
        };
      },
    });
  }
}
