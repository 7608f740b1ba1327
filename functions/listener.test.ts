import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { text } from "node:stream/consumers";
import { after, before, describe, test } from "node:test";
import { createListener } from "./listener.ts";
import { createLogger } from "./log.ts";
import type { Work } from "./work.ts";

const works: Work[] = [];
const nothing = () => {};
const server = createServer(
  createListener({
    handle: async (work) => {
      works.push(work);
      return { status: "done" };
    },
    kinds: { children: [], dependencies: [] },
    log: createLogger("error", { write: nothing }),
    bodyLimit: 1_000,
    authenticate: null,
    isDraining: () => false,
  }),
);

before(async () => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
});
after(() => server.close());

const port = () => (server.address() as AddressInfo).port;
const url = (path = "/") => `http://127.0.0.1:${port()}${path}`;
const EVENT = {
  "ce-specversion": "1.0",
  "ce-id": "1",
  "ce-source": "/test",
  "ce-type": "io.traefik-cert-rotater.resync",
  "content-type": "application/json",
};

describe("the app on node:http", () => {
  test("binary event with headers in any case", async () => {
    works.length = 0;
    const headers = Object.fromEntries(
      Object.entries(EVENT).map(([name, value]) => [name.toUpperCase(), value]),
    );
    const response = await fetch(url(), { method: "POST", headers, body: '{"namespace":"shop"}' });
    assert.equal(response.status, 204);
    assert.equal(await response.text(), "");
    const scope = { namespace: "shop", name: null, confirmDeletions: false };
    assert.deepEqual(works, [{ kind: "resync", scope }]);
  });

  test("query strings do not change the path", async () => {
    assert.equal((await fetch(url("/?x=1"), { method: "POST", headers: EVENT })).status, 204);
  });

  test("probes answer GET and HEAD", async () => {
    assert.equal((await fetch(url("/health/liveness"))).status, 200);
    const head = await fetch(url("/health/readiness"), { method: "HEAD" });
    assert.equal(head.status, 200);
    assert.equal(await head.text(), "");
  });

  for (const [what, head, body] of [
    ["announced", "Content-Length: 20000000", " ".repeat(20_000_000)],
    [
      "chunked",
      "Transfer-Encoding: chunked",
      `F4240\r\n${" ".repeat(1_000_000)}\r\n`.repeat(20).concat("0\r\n\r\n"),
    ],
  ] as const) {
    test(`an oversized body, ${what}, gets its 400 and leaves the connection usable`, async () => {
      const socket = connect(port(), "127.0.0.1");
      const attributes = Object.entries(EVENT).map(([name, value]) => `${name}: ${value}\r\n`);
      socket.write(`POST / HTTP/1.1\r\nHost: x\r\n${attributes.join("")}${head}\r\n\r\n${body}`);
      socket.end("GET /health/liveness HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
      const answers = await text(socket);
      assert.match(answers, /^HTTP\/1\.1 400 .*the body is larger than 1000 bytes\n/s);
      assert.match(answers, /HTTP\/1\.1 200 .*alive\n$/s);
    });
  }

  test("an oversized object of a source in resource mode is worked on, and the connection stays usable", async () => {
    const socket = connect(port(), "127.0.0.1");
    const headers = {
      ...EVENT,
      "ce-type": "dev.knative.apiserver.resource.add",
      "ce-subject": "/apis/traefik.io/v1alpha1/namespaces/shop/ingressroutes/web",
      "content-length": "20000000",
    };
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.write(`POST / HTTP/1.1\r\nHost: x\r\n${lines.join("")}\r\n${" ".repeat(20_000_000)}`);
    socket.end("GET /health/liveness HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    assert.match(await text(socket), /^HTTP\/1\.1 204 .*HTTP\/1\.1 200 .*alive\n$/s);
  });

  test("a sender that hangs up in mid-body does no harm", async () => {
    const socket = connect(port(), "127.0.0.1");
    await once(socket, "connect");
    socket.write("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc");
    socket.destroy();
    await once(socket, "close");
    assert.equal((await fetch(url("/health/liveness"))).status, 200);
  });

  for (const target of ["*", "http://elsewhere/", "//", "/%", "/../", "/__proto__"]) {
    test(`request target ${target} is answered, and never with 500`, async () => {
      const socket = connect(port(), "127.0.0.1");
      socket.end(`POST ${target} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
      assert.match(await text(socket), /^HTTP\/1\.1 404 /);
    });
  }
});
