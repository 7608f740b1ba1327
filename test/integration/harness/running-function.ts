/**
 * The function of a release, run in this process as the chart's ServiceAccount, with nothing but the chart's RBAC.
 *
 * @module
 */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Configuration } from "../../../functions/config/configuration.ts";
import { parseConfiguration } from "../../../functions/config/parse.ts";
import { createFunction } from "../../../functions/function.ts";
import type { IntegrationDefinition } from "../../../functions/integrations/definition.ts";
import { INTEGRATIONS } from "../../../functions/integrations/index.ts";
import type { Credentials } from "../../../functions/kubernetes/credentials.ts";
import { createLogger } from "../../../functions/log.ts";
import type { Cluster } from "../../control-plane/cluster.ts";
import { type CloudEvent, post } from "./cloud-events.ts";
import type { Release } from "./release.ts";

export interface RunningFunction {
  /** Such as `http://127.0.0.1:41234/`. */
  readonly url: string;
  /** Its log so far, parsed. */
  readonly logs: readonly LogLine[];
  /** Sends an event and returns the answer. */
  send(event: CloudEvent): Promise<{ readonly status: number; readonly retryAfter: string | null }>;
  /** Events that have come and are not answered yet. */
  inFlight(): number;
  /** Waits until nothing is in flight, a resync whose caller has hung up included. */
  idle(): Promise<void>;
  stop(): Promise<void>;
}

export interface LogLine {
  readonly level: string;
  readonly msg: string;
  readonly [field: string]: unknown;
}

export interface FunctionSettings {
  /** URL of what stands in front of the API server, and the authority of its certificate. */
  readonly apiServer?: { readonly url: string; readonly caPem: string };
  /** Instead of a token that is made once: asked for with every request, `fresh` after a 401. */
  readonly authorization?: Credentials["authorization"];
  /** What the function makes of its configuration file, where a test needs what no file can say. */
  readonly configured?: (configuration: Configuration) => Configuration;
  /** The integrations there are; those of the product unless given. */
  readonly integrations?: readonly IntegrationDefinition[];
  /**
   * Whether events that come back to back are a burst, as they are to the product. Unless given, each is on its own: a
   * test that sends one after the other asks what comes of each, its requests and its Kubernetes Events included.
   */
  readonly looksAhead?: boolean;
}

export async function startFunction(
  cluster: Cluster,
  release: Release,
  settings: FunctionSettings = {},
): Promise<RunningFunction> {
  const { url: apiServer, caPem } = settings.apiServer ?? cluster;
  const authorization = settings.authorization ?? bearer(await release.functionToken());
  const { configuration } = parseConfiguration(
    JSON.parse(await release.configuration()),
    settings.integrations ?? INTEGRATIONS,
  );
  const logs: LogLine[] = [];
  const { listener, inFlight } = createFunction({
    looksAhead: settings.looksAhead ?? false,
    sink: null,
    configMap: release.configMap,
    configuration: settings.configured?.(configuration) ?? configuration,
    credentials: { server: new URL(apiServer), tls: { ca: caPem }, authorization },
    instance: release.instance,
    reportingInstance: "integration-test",
    log: createLogger("debug", { write: (line) => void logs.push(JSON.parse(line) as LogLine) }),
  });
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return {
    url,
    logs,
    send: (event) => post(url, event),
    inFlight: () => inFlight.count,
    idle: () => inFlight.drain(),
    async stop() {
      await inFlight.drain();
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

function bearer(token: string): Credentials["authorization"] {
  return async () => `Bearer ${token}`;
}
