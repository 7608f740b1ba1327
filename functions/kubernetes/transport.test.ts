import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { after, before, suite, test } from "node:test";
import { createAuthority, issue } from "../../test/control-plane/certificates.ts";
import { UnavailableError } from "./errors.ts";
import { createTransport, type Transport } from "./transport.ts";

suite("the transport", () => {
  let server: Server;
  let transport: Transport;
  let untrusting: Transport;
  const sockets = new Set<Socket>();

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

  test("gives back status, Retry-After and text, and sends what it is given", async () => {
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

  test("a kept connection that the server has just closed costs a read nothing; a write is not sent twice", async () => {
    const closed = async (method: "GET" | "POST") => {
      sockets.clear();
      await transport({ method: "GET", path: "/" }, null);
      for (const socket of sockets) socket.destroy();
      // Nothing is awaited in between, so that the client cannot know yet.
      return transport({ method, path: "/" }, null);
    };
    assert.equal((await closed("GET")).status, 429);
    await assert.rejects(closed("POST"), UnavailableError);
  });

  for (const [path, timeoutMs, cause] of [
    ["/hang", 50, /no answer in 50 ms/],
    ["/trickle", 50, /no answer in 50 ms/],
    ["/cut", 30_000, /aborted|hang up|ECONNRESET/],
  ] as const) {
    test(`${path}: a transient fault`, async () => {
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

suite("a rotated authority", () => {
  const body = { apiVersion: "v1" };

  /** An authority by its certificate, and a server's certificate that it has issued. */
  interface Issued {
    readonly certPem: string;
    readonly server: { readonly cert: string; readonly key: string };
  }
  let old: Issued;
  let fresh: Issued;
  let foreign: Issued;

  before(async () => {
    [old, fresh, foreign] = await Promise.all([issued("old"), issued("fresh"), issued("foreign")]);
  });

  async function issued(name: string): Promise<Issued> {
    const authority = await createAuthority(name);
    const { certPem, keyPem } = await issue(authority, { commonName: "server", hosts: ["127.0.0.1"] });
    return { certPem: authority.certPem, server: { cert: certPem, key: keyPem } };
  }

  /** A server whose certificate can be replaced, and the transport of a pod whose volume has its authority. */
  async function rotating() {
    const seen: (string | undefined)[] = [];
    const server = createServer(old.server, (request, response) => {
      seen.push(request.method);
      response.end(JSON.stringify(body));
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    let mounted: string | null = old.certPem;
    let reads = 0;
    const transport = createTransport({
      server: new URL(`https://127.0.0.1:${(server.address() as AddressInfo).port}`),
      tls: { ca: old.certPem },
      reloadTls: async () => {
        reads++;
        if (mounted === null) throw new Error("cannot be read");
        return { ca: mounted };
      },
      authorization: async () => null,
    });
    return {
      transport,
      seen,
      reads: () => reads,
      mount: (pem: string | null) => {
        mounted = pem;
      },
      present: ({ server: certificate }: Issued) => {
        server.closeAllConnections();
        server.setSecureContext(certificate);
      },
      [Symbol.asyncDispose]: async () => {
        server.closeAllConnections();
        server.close();
      },
    };
  }

  test("is read again, and the requests that found out are sent once", async () => {
    await using world = await rotating();
    const { transport, seen } = world;
    world.mount(old.certPem + fresh.certPem);
    world.present(fresh);
    const post = { method: "POST", path: "/", body: "{}" } as const;
    const requests = Array.from({ length: 3 }, () => transport(post, "Bearer t"));
    for (const { status } of await Promise.all(requests)) assert.equal(status, 200);
    assert.deepEqual(seen, ["POST", "POST", "POST"]);
    const reads = world.reads();
    await transport({ method: "GET", path: "/" }, null);
    assert.equal(world.reads(), reads, "what has been read is kept");
  });

  test("is read again where a kept connection ended with the old one", async () => {
    await using world = await rotating();
    const { transport, seen } = world;
    await transport({ method: "GET", path: "/" }, null);
    world.mount(fresh.certPem);
    world.present(fresh);
    assert.equal((await transport({ method: "GET", path: "/" }, null)).status, 200);
    assert.deepEqual([seen, world.reads()], [["GET", "GET"], 1]);
  });

  test("that is not the server's does not help, nor one that cannot be read", async () => {
    await using world = await rotating();
    const { transport, seen } = world;
    world.present(foreign);
    for (const pem of [fresh.certPem, fresh.certPem, null]) {
      world.mount(pem);
      await assert.rejects(transport({ method: "GET", path: "/" }, "Bearer secret"), (error) => {
        assert.ok(error instanceof UnavailableError);
        assert.match(error.message, /^GET \/: its certificate is not trusted: /);
        return true;
      });
    }
    assert.deepEqual(seen, []);
    assert.equal(world.reads(), 3);
  });

  test("is not asked for where the connection breaks for another reason", async () => {
    await using world = await rotating();
    await world[Symbol.asyncDispose]();
    await assert.rejects(world.transport({ method: "GET", path: "/" }, null), /ECONNREFUSED/);
    assert.equal(world.reads(), 0);
  });
});
