import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { after, before, suite, test } from "node:test";
import { createAuthority, issue } from "../../test/control-plane/certificates.ts";
import { UnavailableError } from "./errors.ts";
import { createTransport, type Transport } from "./transport.ts";

suite("the transport", () => {
  let server: Server;
  let transport: Transport;
  let untrusting: Transport;
  const sockets = new Set<unknown>();

  before(async () => {
    const authority = await createAuthority("authority");
    const { certPem, keyPem } = await issue(authority, { commonName: "server", hosts: ["127.0.0.1"] });
    server = createServer({ cert: certPem, key: keyPem }, (request, response) => {
      sockets.add(request.socket);
      if (request.url === "/hang") return;
      if (request.url === "/trickle") {
        response.writeHead(200, { "content-length": 1_000_000 });
        const timer = setInterval(() => response.write("a"), 10);
        response.on("close", () => clearInterval(timer));
        return;
      }
      if (request.url === "/cut") {
        response.writeHead(200, { "content-length": 10 });
        response.write("half", () => response.destroy());
        return;
      }
      const { authorization = null, accept, "content-type": type = null } = request.headers;
      response.writeHead(429, { "retry-after": "7" });
      response.end(JSON.stringify({ url: request.url, authorization, accept, type }));
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const url = new URL(`https://127.0.0.1:${(server.address() as AddressInfo).port}/prefix-not-used`);
    url.pathname = "/";
    const authorization = async () => null;
    transport = createTransport({ server: url, tls: { ca: authority.certPem }, authorization });
    untrusting = createTransport({ server: url, tls: {}, authorization });
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  test("gives back status, Retry-After and text, and sends what it is told", async () => {
    const request = { method: "PATCH", path: "/a?b=c", body: "{}", contentType: "text/x" } as const;
    const { status, retryAfter, text } = await transport(request, "Bearer t");
    assert.deepEqual([status, retryAfter], [429, "7"]);
    assert.deepEqual(JSON.parse(text), {
      url: "/a?b=c",
      authorization: "Bearer t",
      accept: "application/json",
      type: "text/x",
    });
  });

  test("keeps its connection", async () => {
    sockets.clear();
    for (let index = 0; index < 5; index++) await transport({ method: "GET", path: "/" }, null);
    assert.equal(sockets.size, 1);
  });

  for (const [path, timeoutMs, cause] of [
    ["/hang", 50, /no answer in 50 ms/],
    ["/trickle", 50, /no answer in 50 ms/],
    ["/cut", 30_000, /aborted|hang up|ECONNRESET/],
  ] as const) {
    test(`${path}: a passing fault`, async () => {
      await assert.rejects(transport({ method: "GET", path, timeoutMs }, "Bearer secret"), (error) => {
        assert.ok(error instanceof UnavailableError);
        assert.match(error.message, cause);
        assert.equal(error.message.includes("secret"), false);
        return true;
      });
    });
  }

  test("a server that nobody vouches for gets no token", async () => {
    sockets.clear();
    await assert.rejects(untrusting({ method: "GET", path: "/" }, "Bearer secret"), UnavailableError);
    assert.equal(sockets.size, 0);
  });
});
