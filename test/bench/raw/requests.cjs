/**
 * Bare requests to the API server over node:https with keep-alive: what anybody would write without a product around
 * it. CommonJS without types, for that starts fastest.
 */
"use strict";
const { readFileSync } = require("node:fs");
const { Agent, request } = require("node:https");

/** Credentials as a pod has them. */
function connect(env) {
  const directory = env.SERVICE_ACCOUNT_DIRECTORY;
  const agent = new Agent({
    keepAlive: true,
    maxSockets: 64,
    scheduling: "lifo",
    ca: readFileSync(`${directory}/ca.crt`),
  });
  return {
    agent,
    hostname: env.KUBERNETES_SERVICE_HOST,
    port: env.KUBERNETES_SERVICE_PORT,
    authorization: `Bearer ${readFileSync(`${directory}/token`, "utf8").trim()}`,
  };
}

/** Sends `{method, path, contentType?, body?}`; the text of the answer, whatever its status, except a failure. */
function send(connection, { method, path, contentType, body, absent }) {
  const { agent, hostname, port, authorization } = connection;
  const headers = { accept: "application/json", "user-agent": "raw", authorization };
  if (body !== undefined) {
    headers["content-type"] = contentType;
    headers["content-length"] = Buffer.byteLength(body);
  }
  return new Promise((resolve, reject) => {
    const outgoing = request({ agent, hostname, port, method, path, headers }, (response) => {
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("end", () => {
        const text = Buffer.concat(chunks).toString("utf8");
        const { statusCode } = response;
        if (statusCode < 300 || (absent && statusCode === 404)) resolve(text);
        else reject(new Error(`${method} ${path}: ${statusCode} ${text}`));
      });
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

function sendAll(connection, requests) {
  return Promise.all(requests.map((one) => send(connection, one)));
}

/**
 * Writes, then looks again: lists at an exact version are sent at that of the write in the same collection, as whoever
 * verifies a write does.
 */
async function writeAndCheck(connection, writes, checks) {
  const answers = await sendAll(connection, writes);
  const versionAt = (path) => {
    const [collection] = path.split("?", 1);
    const index = writes.findIndex((write) => write.path.startsWith(`${collection}/`));
    return index < 0 ? "0" : JSON.parse(answers[index]).metadata.resourceVersion;
  };
  const current = ({ path, ...rest }) => ({
    ...rest,
    path: path.replace(/\bresourceVersion=[1-9]\d*/, () => `resourceVersion=${versionAt(path)}`),
  });
  await sendAll(connection, checks.map(current));
}

/** Sends all, so many at a time. */
async function sendPooled(connection, requests, inFlight) {
  const queue = requests.values();
  const lanes = Array.from({ length: inFlight }, async () => {
    for (const one of queue) await send(connection, one);
  });
  await Promise.all(lanes);
}

/** A whole list, page by page, parsed; how many objects it has. */
async function list(connection, path, limit) {
  const separator = path.includes("?") ? "&" : "?";
  let count = 0;
  let token = "";
  do {
    const query = `${separator}limit=${limit}${token === "" ? "" : `&continue=${encodeURIComponent(token)}`}`;
    const page = JSON.parse(await send(connection, { method: "GET", path: path + query }));
    count += page.items.length;
    token = page.metadata.continue ?? "";
  } while (token !== "");
  return count;
}

module.exports = { connect, send, sendAll, writeAndCheck, sendPooled, list };
