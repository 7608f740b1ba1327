import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import type { ServerResponse } from "node:http";
import { Agent, createServer, type Server } from "node:https";
import { type AddressInfo, createServer as createTcpServer, type Socket } from "node:net";
import { after, before, beforeEach, suite, test } from "node:test";
import { createAuthority, issue } from "../../test/control-plane/certificates.ts";
import { UnavailableError } from "./errors.ts";
import { createExchange, type WaitLimits } from "./exchange.ts";

suite("a request that waits for a connection", () => {
  let server: Server;
  let ca: string;
  let arrivals: EventEmitter;

  before(async () => {
    const authority = await createAuthority("authority");
    const { certPem, keyPem } = await issue(authority, { commonName: "server", hosts: ["127.0.0.1"] });
    ca = authority.certPem;
    server = createServer({ cert: certPem, key: keyPem }, ({ url }, response) => {
      if (url === "/held") arrivals.emit("held", response);
      else response.end("done");
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
  });
  beforeEach(() => {
    arrivals = new EventEmitter();
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  /** One connection, taken by a request that the server has and answers when asked to. */
  async function taken(limits?: WaitLimits) {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const exchange = createExchange(agent, limits);
    const { port } = server.address() as AddressInfo;
    const get = (path: string, timeoutMs = 10_000) =>
      exchange({ host: "127.0.0.1", port, ca, path }, { method: "GET", path, timeoutMs }, null);
    const first = get("/held", 24 * 3_600_000);
    const [held] = (await once(arrivals, "held")) as [ServerResponse];
    const release = async () => {
      held.end();
      await first;
    };
    return { get, release };
  }

  test("has its deadline from when it gets one", async (context) => {
    context.mock.timers.enable({ apis: ["setTimeout"] });
    const { get, release } = await taken();
    const waiting = get("/", 50);
    context.mock.timers.tick(59_999);
    await release();
    assert.equal((await waiting).text, "done");
  });

  test("and then no longer", async (context) => {
    context.mock.timers.enable({ apis: ["setTimeout"] });
    const { get, release } = await taken();
    const waiting = get("/held", 50);
    context.mock.timers.tick(50);
    const arrived = once(arrivals, "held");
    await release();
    await arrived;
    context.mock.timers.tick(50);
    await assert.rejects(waiting, /no answer in 50 ms/);
  });

  test("does not wait without end, and what waits behind it has its turn", async (context) => {
    context.mock.timers.enable({ apis: ["setTimeout"] });
    const { get, release } = await taken();
    const waiting = get("/");
    context.mock.timers.tick(30_000);
    const later = get("/");
    context.mock.timers.tick(30_000);
    await assert.rejects(waiting, (error) => {
      assert.ok(error instanceof UnavailableError);
      assert.match(error.message, /^GET \/: no connection became free in 60000 ms$/);
      return true;
    });
    await release();
    assert.equal((await later).text, "done");
  });

  test("that is being made has its deadline from when it is there, and that has one of its own", async (context) => {
    context.mock.timers.enable({ apis: ["setTimeout"] });
    const silent = createTcpServer().listen(0, "127.0.0.1");
    await once(silent, "listening");
    const { port } = silent.address() as AddressInfo;
    const exchange = createExchange(new Agent());
    const request = { method: "GET", path: "/", timeoutMs: 50 } as const;
    const ended = exchange({ host: "127.0.0.1", port, ca, path: "/" }, request, null).catch(String);
    const [socket] = (await once(silent, "connection")) as [Socket];
    context.mock.timers.tick(9_999);
    assert.equal(await Promise.race([ended, "goes on"]), "goes on");
    context.mock.timers.tick(1);
    assert.match((await ended) as string, /no connection in 10000 ms/);
    socket.destroy();
    silent.close();
  });

  test("is refused at once where too many wait, until one of them has its turn", async () => {
    const { get, release } = await taken({ requests: 2, ms: 60_000 });
    const waiting = [get("/"), get("/")];
    await assert.rejects(get("/"), /2 requests wait for a connection already/);
    await release();
    for (const answer of await Promise.all(waiting)) assert.equal(answer.text, "done");
    assert.equal((await get("/")).text, "done");
  });
});
