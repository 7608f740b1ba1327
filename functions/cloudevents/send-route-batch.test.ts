import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { after, suite, test } from "node:test";
import { createLogger } from "../log.ts";
import type { RouteBatch } from "../work.ts";
import { decodeEvents } from "./decode.ts";
import type { ReceivedEvent } from "./received-event.ts";
import { createRouteBatchSender } from "./send-route-batch.ts";
import { toWork } from "./to-work.ts";

const batch: RouteBatch = {
  run: "run-1",
  cursor: 3,
  deadline: "2026-01-01T00:10:00.000Z",
  routes: [
    { kind: "IngressRoute", group: "traefik.io", namespace: "shop", name: "web" },
    { kind: "IngressRouteTCP", group: "traefik.containo.us", namespace: "edge", name: "a.b" },
  ],
};

const closing: (() => void)[] = [];
after(() => {
  for (const close of closing) close();
});

/** A sink that answers with the status. */
async function startSink(status: number) {
  const received: { headers: IncomingHttpHeaders; body: string }[] = [];
  const server = createServer(async (request, response) => {
    received.push({ headers: request.headers, body: await text(request) });
    response.writeHead(status).end("words");
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  closing.push(() => server.close());
  return { url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/ns/broker`), received };
}

function senderTo(sink: URL, readToken: () => Promise<string | null> = async () => null) {
  const lines: string[] = [];
  const log = createLogger("info", { write: (line) => void lines.push(line) });
  return { sendRouteBatch: createRouteBatchSender({ sink, log, readToken }), lines };
}

suite("a batch is sent", () => {
  test("as a part of the trace that sends it", async () => {
    const { url, received } = await startSink(202);
    const log = createLogger("error", { write: () => {} });
    const traceparent = `00-${"a".repeat(32)}-${"b".repeat(16)}-01`;
    const send = createRouteBatchSender({
      sink: url,
      log,
      readToken: async () => null,
      traceparent: () => traceparent,
    });
    await send(batch);
    const { headers } = received[0] ?? {};
    assert.deepEqual([headers?.traceparent, headers?.["ce-traceparent"]], [traceparent, traceparent]);
  });

  test("as an event that the function itself reads as that batch", async () => {
    const { url, received } = await startSink(202);
    assert.equal(await senderTo(url).sendRouteBatch(batch), true);
    const [request] = received;
    const headers = new Headers(
      Object.entries(request?.headers ?? {}).map(([key, value]) => [key, `${value}`]),
    );
    const [event] = decodeEvents({ headers, body: Buffer.from(request?.body ?? "") });
    const work = toWork(event as ReceivedEvent, { children: [], dependencies: [] });
    assert.deepEqual(work, { kind: "batch", batch });
    assert.equal(request?.headers.authorization, undefined);
  });

  test("each time under another id, so that no sink takes two for one", async () => {
    const { url, received } = await startSink(202);
    const { sendRouteBatch } = senderTo(url);
    await sendRouteBatch(batch);
    await sendRouteBatch(batch);
    assert.equal(new Set(received.map(({ headers }) => headers["ce-id"])).size, 2);
  });

  test("with the token that is mounted at the time, which no log shows", async () => {
    const { url, received } = await startSink(403);
    let count = 0;
    const { sendRouteBatch, lines } = senderTo(url, async () => `secret-${++count}`);
    await sendRouteBatch(batch);
    await sendRouteBatch(batch);
    assert.deepEqual(
      received.map(({ headers }) => headers.authorization),
      ["Bearer secret-1", "Bearer secret-2"],
    );
    assert.doesNotMatch(lines.join(), /secret/);
  });
});

suite("a batch stays here, and the log says why,", () => {
  for (const status of [301, 401, 413, 503]) {
    test(`where the sink answers ${status}`, async () => {
      const { url } = await startSink(status);
      const { sendRouteBatch, lines } = senderTo(url);
      assert.equal(await sendRouteBatch(batch), false);
      assert.match(lines.join(), new RegExp(`"run":"run-1","cursor":3,"status":${status},.*it is done here`));
    });
  }

  test("where nobody listens", async () => {
    const { sendRouteBatch, lines } = senderTo(new URL("http://127.0.0.1:1/"));
    assert.equal(await sendRouteBatch(batch), false);
    assert.match(lines.join(), /ECONNREFUSED.*it is done here/);
  });

  test("where the token cannot be read", async () => {
    const { url, received } = await startSink(202);
    const { sendRouteBatch, lines } = senderTo(url, () => Promise.reject(new Error("EACCES")));
    assert.equal(await sendRouteBatch(batch), false);
    assert.equal(received.length, 0);
    assert.match(lines.join(), /EACCES/);
  });
});
