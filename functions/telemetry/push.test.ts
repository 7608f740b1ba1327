/**
 * Pushing, against a receiver that does what a collector should not: a stub on loopback, for no collector can be made
 * to. What a real one takes, `npm run test:telemetry` tells.
 *
 * @module
 */
import assert from "node:assert/strict";
import { AsyncLocalStorage } from "node:async_hooks";
import { EventEmitter, once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { suite, type TestContext, test } from "node:test";
import { gunzipSync } from "node:zlib";
import { createAuthority, issue } from "../../test/control-plane/certificates.ts";
import { post } from "./otlp/post.ts";
import { Outage } from "./outage.ts";
import { type Load, Pusher } from "./pusher.ts";
import type { Target } from "./settings.ts";

type Respond = (response: ServerResponse, request: IncomingMessage) => void;

async function listen(t: TestContext, server: Server, scheme = "http"): Promise<Target> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = new URL(`${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}/v1/metrics`);
  return { url, headers: {}, tls: {}, timeoutMs: 300, compresses: false };
}

function receiver(t: TestContext, respond: Respond): Promise<Target> {
  return listen(
    t,
    createServer((request, response) => {
      request.resume().on("end", () => respond(response, request));
    }),
  );
}

const status =
  (code: number, headers: Record<string, string> = {}, body = ""): Respond =>
  (response) =>
    response.writeHead(code, headers).end(body);

suite("one push", () => {
  for (const [what, respond, expected] of [
    ["2xx", status(200, {}, "{}"), { status: "accepted", warning: null }],
    ["2xx that is no JSON", status(202, {}, "<html>"), { status: "accepted", warning: null }],
    [
      "2xx for a part",
      status(
        200,
        {},
        JSON.stringify({ partialSuccess: { rejectedDataPoints: "2", errorMessage: "too old" } }),
      ),
      { status: "accepted", warning: "it left out 2: too old" },
    ],
    ["400", status(400, {}, "no\u001bsuch"), { status: "refused", why: "it answered 400: no\\u001bsuch" }],
    ["401", status(401), { status: "refused", why: "it answered 401" }],
    ["a redirect", status(302, { location: "/" }), { status: "refused", why: "it answered 302" }],
    [
      "503 with Retry-After",
      status(503, { "retry-after": "7" }),
      { status: "unavailable", why: "it answered 503", retryAfterSeconds: 7 },
    ],
    ["429", status(429), { status: "unavailable", why: "it answered 429", retryAfterSeconds: null }],
    ["silence", () => {}, { status: "unavailable", why: "no answer in 300 ms", retryAfterSeconds: null }],
    [
      "a broken connection",
      (response: ServerResponse) => response.destroy(),
      { status: "unavailable", why: "socket hang up", retryAfterSeconds: null },
    ],
  ] as const) {
    test(`${what} is ${expected.status}`, async (t) => {
      assert.deepEqual(await post(await receiver(t, respond), { a: 1 }), expected);
    });
  }

  test("2xx and then an answer that never ends: accepted, and no more of it is kept", async (t) => {
    let written = 0;
    const target = await receiver(t, (response) => {
      const chunk = Buffer.alloc(16_384, 32);
      const more = () => {
        if (response.destroyed) return;
        written += chunk.length;
        response.write(chunk, () => setImmediate(more));
      };
      response.writeHead(200);
      more();
    });
    assert.deepEqual(await post(target, {}), { status: "accepted", warning: null });
    assert.ok(written < 16 * 1024 * 1024, `${written} bytes were taken`);
  });

  test("2xx and then nothing more: accepted", async (t) => {
    const target = await receiver(t, (response) => response.writeHead(200).flushHeaders());
    assert.deepEqual(await post(target, {}), { status: "accepted", warning: null });
  });

  test("what is sent: JSON, with the headers that were asked for, compressed where that was", async (t) => {
    let headers: IncomingMessage["headers"] = {};
    let body: unknown;
    const server = createServer(async (request, response) => {
      headers = request.headers;
      const chunks = await Array.fromAsync(request);
      body = JSON.parse(gunzipSync(Buffer.concat(chunks)).toString());
      response.end();
    });
    const target = await listen(t, server);
    await post({ ...target, headers: { "x-tenant": "a" }, compresses: true }, { a: "1" });
    assert.deepEqual(
      [headers["x-tenant"], headers["content-type"], headers["content-encoding"], body],
      ["a", "application/json", "gzip", { a: "1" }],
    );
  });

  test("a certificate counts only for who trusts its authority", async (t) => {
    const authority = await createAuthority("receiver");
    const { certPem: cert, keyPem: key } = await issue(authority, {
      commonName: "collector",
      hosts: ["127.0.0.1"],
    });
    const target = await listen(
      t,
      createTlsServer({ cert, key }, (_request, response) => response.end()),
      "https",
    );
    const refused = await post(target, {});
    assert.equal(refused.status, "unavailable");
    assert.match((refused as { why: string }).why, /certificate/);
    assert.equal((await post({ ...target, tls: { ca: authority.certPem } }, {})).status, "accepted");
    const garbled = await post({ ...target, tls: { ca: "-----BEGIN CERTIFICATE-----\nx" } }, {});
    assert.equal(garbled.status, "unavailable");
  });

  test("nobody there, or a header that none can be: unavailable, and no exception", async (t) => {
    const target = await receiver(t, status(200));
    const headers = { "no header": "\n" };
    assert.equal((await post({ ...target, headers }, {})).status, "unavailable");
    const nobody = { ...target, url: new URL("http://127.0.0.1:1/v1/metrics") };
    assert.equal((await post(nobody, {})).status, "unavailable");
  });
});

/** A pusher of numbers: what is put in is pushed, each once. */
async function pusher(t: TestContext, respond: Respond, intervalMs = 20) {
  const received: number[] = [];
  const pushes = new EventEmitter();
  const times: number[] = [];
  const server = createServer(async (request, response) => {
    const { numbers } = (await json(request)) as { numbers: number[] };
    times.push(performance.now());
    respond(response, request);
    if (response.statusCode === 200) received.push(...numbers);
    pushes.emit("push");
  });
  const target = await listen(t, server);
  const lines: string[] = [];
  const work = new AsyncLocalStorage<string>();
  const log = {
    warn: (fields: object, message: string) =>
      void lines.push(`${work.getStore() ?? ""}${message} ${JSON.stringify(fields)}`),
    info: (_fields: object, message: string) => void lines.push(message),
  };
  let waiting: number[] = [];
  const take = (): Load | null => {
    if (waiting.length === 0) return null;
    const numbers = waiting;
    waiting = [];
    return { body: { numbers }, putBack: () => waiting.unshift(...numbers) };
  };
  const pusher = new Pusher({
    signal: "metrics",
    target,
    intervalMs,
    outage: new Outage(log),
    take,
    random: () => 1,
  });
  t.after(() => pusher.end(1));
  const put = (number: number) => {
    waiting.push(number);
    work.run("of an event: ", () => pusher.wake());
  };
  const pushed = (count: number) =>
    (async () => {
      while (times.length < count) await once(pushes, "push");
      // And the answer has been read.
      await new Promise((resolve) => setTimeout(resolve, 10));
    })();
  return { pusher, put, pushed, received, lines, times, waiting: () => waiting };
}

suite("pushing", () => {
  test("nothing is pushed while there is nothing, and what comes together goes together", async (t) => {
    const { put, pushed, received, times } = await pusher(t, status(200));
    for (const number of [1, 2, 3]) put(number);
    await pushed(1);
    assert.deepEqual([received, times.length], [[1, 2, 3], 1]);
    put(4);
    await pushed(2);
    assert.deepEqual(received, [1, 2, 3, 4]);
  });

  test("what comes while a push is on its way goes with the next", async (t) => {
    const held = Promise.withResolvers<void>();
    let count = 0;
    const { put, pushed, received } = await pusher(t, async (response) => {
      if (count++ === 0) {
        put(2);
        await held.promise;
      }
      response.end();
    });
    put(1);
    await pushed(1);
    held.resolve();
    await pushed(2);
    assert.deepEqual(received, [1, 2]);
  });

  test("a receiver that is away is reported once, waited for longer and longer, and gets everything", async (t) => {
    let failures = 4;
    const { put, pushed, received, lines, times } = await pusher(t, (response) => {
      response.writeHead(failures-- > 0 ? 503 : 200).end();
    });
    put(1);
    await pushed(4);
    put(2);
    await pushed(5);
    assert.deepEqual(received, [1, 2]);
    assert.equal(lines.length, 2);
    assert.match(lines[0] ?? "", /^telemetry does not arrive; .*"why":"it answered 503"/);
    assert.equal(lines[1], "telemetry arrives again");
    const waits = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    const isLonger = waits.every((wait, index) => wait > 20 * 2 ** (index + 1) - 2);
    assert.ok(isLonger, `waits of ${waits.map(Math.round).join(", ")} ms`);
  });

  test("Retry-After is waited for", async (t) => {
    let failures = 1;
    const { put, pushed, times } = await pusher(t, (response) => {
      response.writeHead(failures-- > 0 ? 503 : 200, { "retry-after": "1" }).end();
    });
    put(1);
    await pushed(2);
    const [first = 0, second = 0] = times;
    assert.ok(second - first > 950, `${second - first} ms`);
  });

  test("what is refused is not pushed again", async (t) => {
    let refusals = 1;
    const { put, pushed, received, waiting } = await pusher(t, (response) => {
      response.writeHead(refusals-- > 0 ? 400 : 200).end();
    });
    put(1);
    await pushed(1);
    assert.deepEqual(waiting(), []);
    put(2);
    await pushed(2);
    assert.deepEqual(received, [2]);
  });

  test("at the end what is left is pushed at once, whatever was asked for", async (t) => {
    const { pusher: last, put, received } = await pusher(t, status(200), 60_000);
    put(1);
    await last.end(1_000);
    assert.deepEqual(received, [1]);
    put(2);
    assert.deepEqual(received, [1]);
  });

  test("at the end a silent receiver holds nobody for longer than that", async (t) => {
    const { pusher: last, put } = await pusher(t, () => {}, 60_000);
    put(1);
    await last.end(50);
  });
});
