/**
 * The process of the function, `node serve.cjs [--config FILE] [--port N]`: configuration, credentials, server, signals.
 * It is what a pod runs, without the rest of the CLI, and what it imports is paid on every cold start (ADR 0002).
 *
 * @module
 */
import "./signals.ts";
import "./require-node.ts";
import { createServer, type Server } from "node:http";
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

const DEFAULT_PORT = 8080;
/** Under the 30 s that Kubernetes gives a pod to end unless told otherwise. */
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
  const { listener, inFlight } = createFunction({
    configuration,
    credentials,
    instance: env.INSTANCE ?? DEFAULT_INSTANCE,
    reportingInstance: env.POD_NAME ?? hostname(),
    log,
    configMap: configMapOf(env),
    sink: sinkOf(env),
  });
  const server = createServer(listener);
  const port = await listen(server, options.port ?? Number(env.PORT ?? DEFAULT_PORT));
  log.info({ port, server: credentials.server.href }, "listening");
  endGracefully(server, inFlight, log, Number(env.GRACE_SECONDS ?? DEFAULT_GRACE_SECONDS));
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

/** A resync goes on when its caller has hung up, so open connections alone do not say what is in flight. */
function endGracefully(server: Server, inFlight: InFlight, log: Logger, graceSeconds: number): void {
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
