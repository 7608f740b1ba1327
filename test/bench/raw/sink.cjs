/**
 * A sink that does only what it must: for the event of a new route it reads the route, creates its children side by
 * side, and answers; for an update of anything it reads the object and answers. Children are texts in which namespace and
 * uid of a model, and its name where that is given, are replaced by the route's. Listens on loopback; in a pod, which has a
 * SINK_PORT, on all addresses.
 */
"use strict";
const { createServer } = require("node:http");
const { connect, send, sendAll } = require("./requests.cjs");

const connection = connect(process.env);
const { model, applies } = JSON.parse(process.argv[2]);

async function answer({ type, subject, namespace, name }) {
  if (type.endsWith(".ref.update")) return send(connection, { method: "GET", path: subject });
  if (!type.endsWith(".ref.add") || !subject.includes("/ingressroutes/")) return;
  const path = `/apis/traefik.io/v1alpha1/namespaces/${namespace}/ingressroutes/${name}`;
  const route = JSON.parse(await send(connection, { method: "GET", path }));
  const move = (text) =>
    text
      .replaceAll(model.namespace, namespace)
      .replaceAll(model.uid, route.metadata.uid)
      .replaceAll(model.name ?? name, name);
  await sendAll(
    connection,
    applies.map((request) => ({ ...request, path: move(request.path), body: move(request.body) })),
  );
}

const server = createServer((request, response) => {
  // A probe.
  if (request.method === "GET") return void response.end();
  const chunks = [];
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", async () => {
    const { namespace, name } = JSON.parse(Buffer.concat(chunks).toString("utf8"));
    const { "ce-type": type, "ce-subject": subject } = request.headers;
    try {
      await answer({ type, subject, namespace, name });
      response.writeHead(204).end();
    } catch (error) {
      response.writeHead(400).end(String(error));
    }
  });
});
const { SINK_PORT } = process.env;
server.listen(Number(SINK_PORT ?? 0), SINK_PORT === undefined ? "127.0.0.1" : "0.0.0.0", () =>
  process.stdout.write(`${JSON.stringify({ msg: "listening", port: server.address().port })}\n`),
);
// The first process of a container does not end of a signal that it does not handle.
process.on("SIGTERM", () => process.exit());
