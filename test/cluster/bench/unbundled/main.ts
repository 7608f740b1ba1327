/**
 * The same function as most would write it, for comparison: the ordinary libraries out of node_modules, no bundle. What
 * it does with a route is the product's own code.
 *
 * @module
 */

import { createServer, type IncomingMessage } from "node:http";
import { hostname } from "node:os";
import { text } from "node:stream/consumers";
import { type CloudEventV1, HTTP } from "cloudevents";
import { Hono } from "hono";
import { pino } from "pino";
import { toWork } from "../../../../functions/cloudevents/to-work.ts";
import { loadConfiguration } from "../../../../functions/config/load.ts";
import { INTEGRATIONS } from "../../../../functions/integrations/index.ts";
import { createEventRecorder } from "../../../../functions/reconcile/apply/events.ts";
import { createExecutor } from "../../../../functions/reconcile/apply/execute.ts";
import { VerifiedWrites } from "../../../../functions/reconcile/apply/verified.ts";
import { createDispatcher } from "../../../../functions/reconcile/dispatch.ts";
import { settingsOf } from "../../../../functions/reconcile/route/context.ts";
import { createLibraryClient } from "./client.ts";

const { configuration } = await loadConfiguration(process.argv[2] ?? null, INTEGRATIONS);
const log = Object.assign(pino({ level: configuration.logLevel }), {
  within: <T>(_fields: object, work: () => T) => work(),
  apart: <T>(_fields: object, work: () => T) => work(),
});
const client = createLibraryClient();
const dispatcher = createDispatcher({
  ...settingsOf(configuration),
  client,
  execute: createExecutor(client),
  instance: process.env.INSTANCE ?? "bench/unbundled",
  verified: new VerifiedWrites(Date.now),
  lookAhead: null,
  now: Date.now,
  events: createEventRecorder({ client, log, reportingInstance: hostname(), observes: false, now: Date.now }),
  log,
  sendRouteBatch: null,
  loadRegexp: () => Promise.reject(new Error("not part of the comparison")),
});

const app = new Hono();
app.get("/health/*", ({ text: answer }) => answer("ready\n"));
app.post("/", async ({ req }) => {
  const event = HTTP.toEvent({ headers: req.header(), body: await req.text() }) as CloudEventV1<unknown>;
  const { id, source, type, subject = null, time = null, data } = event;
  const work = toWork({ id, source, type, subject, time, extensions: {}, data }, dispatcher.kinds);
  if (work.kind === "ignore") return new Response(null, { status: 204 });
  const { status } = await dispatcher.handle(work);
  return new Response(null, { status: status === "done" ? 204 : 503 });
});

createServer(async (incoming, outgoing) => {
  const response = await app.fetch(await toRequest(incoming));
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  outgoing.end(await response.text());
}).listen(8080, () => log.info("listening"));

process.on("SIGTERM", () => process.exit());

async function toRequest(incoming: IncomingMessage): Promise<Request> {
  const { method = "GET", url = "/", headers } = incoming;
  const entries = Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]);
  const body = method === "POST" ? { body: await text(incoming) } : {};
  return new Request(new URL(url, "http://localhost"), { method, headers: entries, ...body });
}
