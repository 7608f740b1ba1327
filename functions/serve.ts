/**
 * The process of the function, `node serve.cjs [--config FILE] [--port N]`: configuration, credentials, server, signals.
 * It is what a pod runs, without the rest of the CLI, and what it imports is paid on every cold start (ADR 0002).
 *
 * @module
 */
import "./signals.ts";
import "./require-node.ts";
import { createServer, type RequestListener, type Server } from "node:http";
import { hostname } from "node:os";
import { loadConfiguration } from "./config/load.ts";
import { createFunction } from "./function.ts";
import { visible } from "./hidden-characters.ts";
import type { InFlight } from "./in-flight.ts";
import { DEFAULT_INSTANCE } from "./instance.ts";
import { INTEGRATIONS } from "./integrations/index.ts";
import { findCredentials } from "./kubernetes/find-credentials.ts";
import { createLogger, type Logger } from "./log.ts";
import { configMapOf, parseServeArguments, type ServeOptions, sinkOf } from "./serve-arguments.ts";
import { takeSignals } from "./signals.ts";
import type { TelemetryOptions } from "./telemetry/telemetry.lazy.ts";
import { hasReceiver, type Telemetry } from "./telemetry/telemetry.ts";

const DEFAULT_PORT = 8080;
/** Under the 30 s that Kubernetes gives a pod to end unless configured otherwise. */
const DEFAULT_GRACE_SECONDS = 25;

/** Starts the function; what keeps it from starting goes to standard error in one piece, and the exit code is 2. */
export async function start(options: ServeOptions): Promise<void> {
  try {
    await serve(options, process.env);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    process.stderr.write(`cannot start: ${visible(why)}\n`);
    process.exit(2);
  }
}

/**
 * Starts the function and returns once it listens. It ends the process on SIGTERM or SIGINT, after what is in flight.
 *
 * Environment: `PORT`, `INSTANCE` (`<release namespace>/<release>`), `CONFIG_MAP` (`<namespace>/<name>` of
 * the installation's), `GRACE_SECONDS`, `K_SINK`, and those of `findCredentials`.
 *
 * @throws InvalidConfigurationError, NoCredentialsError: it cannot start, and the message says what to do
 */
async function serve(options: ServeOptions, env: NodeJS.ProcessEnv): Promise<void> {
  const { configuration, warnings } = await loadConfiguration(options.config, INTEGRATIONS);
  const log = createLogger(configuration.logLevel);
  for (const warning of warnings) log.warn({ config: options.config }, warning);

  const credentials = await findCredentials(env);
  const instance = env.INSTANCE ?? DEFAULT_INSTANCE;
  const [configMap, sink] = [configMapOf(env), sinkOf(env)];
  // Telemetry is loaded once the function listens; a request that comes first waits for the rest.
  const { promise: assembled, resolve: assemble } = Promise.withResolvers<RequestListener>();
  const server = createServer(async (request, response) => (await assembled)(request, response));
  const port = await listen(server, options.port ?? Number(env.PORT ?? DEFAULT_PORT));
  const listeningAfterMs = performance.now();
  log.info({ port, server: credentials.server.href }, "listening");
  // What the first request to the API server needs is loaded while the platform finds out that somebody listens.
  setImmediate(() => process.getBuiltinModule("node:https"));
  const telemetry = hasReceiver(configuration, env)
    ? await loadTelemetry({ configuration, env, instance, server: credentials.server, log, listeningAfterMs })
    : null;
  const { listener, inFlight } = createFunction({
    configuration,
    credentials,
    instance,
    reportingInstance: env.POD_NAME ?? hostname(),
    log,
    configMap,
    sink,
    ...(telemetry === null ? {} : { observers: telemetry.observers }),
  });
  assemble(listener);
  const graceSeconds = Number(env.GRACE_SECONDS ?? DEFAULT_GRACE_SECONDS);
  endGracefully({ server, inFlight, log, telemetry }, graceSeconds);
}

async function loadTelemetry(options: TelemetryOptions): Promise<Telemetry> {
  return (await import("./telemetry/telemetry.lazy.ts")).startTelemetry(options);
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : port);
    });
  });
}

interface Running {
  readonly server: Server;
  readonly inFlight: InFlight;
  readonly log: Logger;
  readonly telemetry: Telemetry | null;
}

/** A resync goes on when its caller has hung up, so open connections alone do not say what is in flight. */
function endGracefully({ server, inFlight, log, telemetry }: Running, graceSeconds: number): void {
  const end = async (signal: NodeJS.Signals) => {
    if (inFlight.isDraining) return;
    log.info({ signal, inFlight: inFlight.count }, "stopping");
    setTimeout(() => {
      log.warn({ inFlight: inFlight.count }, "stopped with work in flight; the next resync repairs it");
      process.exit(0);
    }, graceSeconds * 1000).unref();
    const closed = new Promise((resolve) => server.close(resolve));
    await inFlight.drain();
    // Their answers are on the way; keep-alive connections would stay open forever.
    const closing = setInterval(() => server.closeIdleConnections(), 20);
    await closed;
    clearInterval(closing);
    await telemetry?.end();
    process.exit(0);
  };
  takeSignals(end);
  process.on("unhandledRejection", (error) => log.error({ err: error }, "a promise was rejected unseen"));
}

if (import.meta.main) {
  const parsed = parseServeArguments(process.argv.slice(2), process.env);
  if ("options" in parsed) void start(parsed.options);
  else {
    process.stderr.write(`${visible(parsed.usage)}\n`);
    process.exitCode = 2;
  }
}
