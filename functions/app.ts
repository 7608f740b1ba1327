/**
 * The HTTP surface: a fetch function without a server. Tests call `app.request()`.
 *
 * On the event path no status may make a sender retry what cannot succeed or drop what can: the source retries 404
 * and 413 and drops 500, so only 204, 400, 405 and 503 leave it.
 *
 * @module
 */
import { Hono } from "hono/tiny";
import { type Answer, plainText, toResponse, tryAgain } from "./answer.ts";
import { type ReceiverDependencies, receive } from "./cloudevents/receive.ts";

/** Bytes of a body that are kept. Sources in reference mode, our default, send a few hundred. */
export const DEFAULT_BODY_LIMIT = 1024 * 1024;

export interface AppDependencies extends ReceiverDependencies {
  /** True once the process has been asked to stop: it takes no new work from the platform, yet answers what comes. */
  isDraining(): boolean;
  /** How an answer becomes a response; the default is the Fetch API's. */
  respond?(answer: Answer): Response;
}

export type App = Hono;

/** Routes: events on `POST /`, the probes of Knative's function convention, and nothing else. */
export function createApp(dependencies: AppDependencies): App {
  const { log, isDraining, respond = toResponse } = dependencies;
  const app = new Hono();
  app.all("/", async ({ req }) => {
    if (req.method !== "POST") return respond(plainText(405, "events are sent by POST\n", { allow: "POST" }));
    return respond(await receive(req.raw, dependencies));
  });
  app.get("/health/liveness", () => respond(plainText(200, "alive\n")));
  app.get("/health/readiness", () =>
    respond(isDraining() ? plainText(503, "stopping\n") : plainText(200, "ready\n")),
  );
  app.notFound(() => respond(plainText(404, "nothing here; events are sent to /\n")));
  app.onError((error) => {
    log.error({ outcome: "retry", status: 503, err: error }, "request failed");
    return respond(tryAgain(null));
  });
  return app;
}
