import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { after, describe, test } from "node:test";
import { createAuthority, issue } from "../../../test/control-plane/certificates.ts";
import { decodeEvents } from "../../cloudevents/decode.ts";
import type { ReceivedEvent } from "../../cloudevents/received-event.ts";
import type { ResyncOptions } from "../events/resync-event.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { resync } from "./resync.ts";

interface Received {
  readonly event: ReceivedEvent;
  readonly headers: IncomingHttpHeaders;
}

const closing: (() => Promise<unknown> | unknown)[] = [];
after(() => Promise.all(closing.map((close) => close())));

type Answer = readonly [status: number, headers?: Record<string, string>];

/** A sink that gives these answers in turn, the last forever. */
async function sink(answers: readonly Answer[], tls?: { cert: string; key: string }) {
  const received: Received[] = [];
  const listener: Parameters<typeof createServer>[1] = async (request, response) => {
    const headers = new Headers(
      Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
    );
    const [event] = decodeEvents({ headers, body: Buffer.from(await text(request)) });
    received.push({ event: event as ReceivedEvent, headers: request.headers });
    const [status, more] = answers[Math.min(received.length, answers.length) - 1] ?? [500];
    response.writeHead(status, more).end(status >= 400 ? `reason ${status}` : undefined);
  };
  const server: Server = tls === undefined ? createServer(listener) : createSecureServer(tls, listener);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  closing.push(() => server.close());
  const { port } = server.address() as AddressInfo;
  return { url: `${tls === undefined ? "http" : "https"}://127.0.0.1:${port}/`, received };
}

async function send(
  options: Partial<ResyncOptions>,
  env: Terminal["env"] = {},
  tokenFile = "/nonexistent/token",
) {
  const out: string[] = [];
  const err: string[] = [];
  const terminal: Terminal = {
    out: (chunk) => void out.push(chunk),
    err: (chunk) => void err.push(chunk),
    stdin: async () => new Uint8Array(),
    env,
  };
  const code = await resync({ timeoutSeconds: 20, ...options }, terminal, tokenFile);
  return { code, out: out.join(""), err: err.join("") };
}

describe("resync", () => {
  test("sends one event in binary mode and says that it was accepted", async () => {
    const { url, received } = await sink([[204]]);
    const { code, out, err } = await send({
      to: url,
      namespace: "shop",
      name: "web",
      confirmDeletions: true,
    });
    assert.deepEqual([code, out, err], [0, `${url} accepted the resync of shop/web\n`, ""]);
    assert.equal(received.length, 1);
    assert.equal(received[0]?.event.type, "io.traefik-cert-rotater.resync");
    assert.deepEqual(received[0]?.event.data, { namespace: "shop", name: "web", confirmDeletions: true });
    assert.equal(received[0]?.headers["content-type"], "application/json");
    assert.equal(received[0]?.headers.authorization, undefined);
  });

  test("says that deletions were blocked, with an exit code of its own", async () => {
    const { url } = await sink([[204, { "traefik-cert-rotater-held": "60" }]]);
    const { code, out, err } = await send({ to: url });
    assert.deepEqual([code, out], [3, ""]);
    assert.match(err, /60 children are no longer wanted.*none was deleted.*--confirm-deletions\n$/);
  });

  test("says so too where a confirmation could not be written, and why", async () => {
    const { url } = await sink([[204, { "traefik-cert-rotater-held": "60" }]]);
    const { code, err } = await send({ to: url, confirmDeletions: true }, { HOME: "/nonexistent" });
    assert.equal(code, 3);
    assert.match(err, /needs a kubeconfig that may annotate the installation's ConfigMap: /);
  });

  test("asks for everything where nothing is named", async () => {
    const { url, received } = await sink([[202]]);
    assert.equal((await send({}, { K_SINK: url })).out, `${url} accepted the resync of all routes\n`);
    assert.deepEqual(received[0]?.event.data, {});
  });

  test("deletions that were blocked are reported, with an exit code of their own", async () => {
    const { url } = await sink([[204, { "traefik-cert-rotater-held": "28" }]]);
    const { code, out, err } = await send({ to: url });
    assert.deepEqual([code, out], [3, ""]);
    assert.match(err, /: 28 children are no longer wanted.*none was deleted.*resync --confirm-deletions\n$/);
  });

  test("where a confirmation could not be written, it says why", async () => {
    const { url } = await sink([[204, { "traefik-cert-rotater-held": "28" }]]);
    const { code, err } = await send({ to: url, confirmDeletions: true }, { HOME: "/nonexistent" });
    assert.equal(code, 3);
    assert.match(
      err,
      /needs a kubeconfig that may annotate the installation's ConfigMap: there is no kubeconfig\n$/,
    );
  });

  test("options of the cluster's Job have no meaning with an address", async () => {
    for (const option of [{ installation: "a/b" }, { context: "x" }]) {
      await assert.rejects(
        send({ to: "http://127.0.0.1:1/", ...option }),
        /leave out --instance and --context/,
      );
    }
  });

  test("--to beats K_SINK, K_CE_OVERRIDES adds extensions, the token is sent", async () => {
    const { url, received } = await sink([[204]]);
    const folder = await mkdtemp(join(tmpdir(), "token-"));
    closing.push(() => rm(folder, { recursive: true }));
    await writeFile(join(folder, "token"), "secret-token\n");
    const env = { K_SINK: "http://127.0.0.1:1/", K_CE_OVERRIDES: '{"extensions":{"team":"edge"}}' };
    const { code, out, err } = await send({ to: url }, env, join(folder, "token"));
    assert.equal(code, 0);
    assert.equal(received[0]?.event.extensions.team, "edge");
    assert.equal(received[0]?.headers.authorization, "Bearer secret-token");
    assert.doesNotMatch(out + err, /secret-token/);
  });

  test("transient answers are tried again with the same id, as late as the server asks", async () => {
    const { url, received } = await sink([[503, { "retry-after": "1" }], [404], [204]]);
    const { code, err } = await send({ to: url });
    assert.equal(code, 0);
    assert.equal(new Set(received.map(({ event }) => event.id)).size, 1);
    assert.equal(received.length, 3);
    assert.match(
      err,
      /: answer 503 reason 503; trying again in 1 s\n.*: answer 404 reason 404; trying again in 1 s\n/,
    );
  });

  for (const [status, hint] of [
    [400, /answer 400 reason 400/],
    [401, /is its token mounted/],
    [403, /allow its subject/],
    [301, /answer 301/],
  ] as const) {
    test(`answer ${status} is final`, async () => {
      const { url, received } = await sink([[status, { location: "http://127.0.0.1:1/" }]]);
      const { code, err } = await send({ to: url });
      assert.equal(code, 1);
      assert.match(err, hint);
      assert.equal(received.length, 1);
    });
  }

  test("nobody there: says why, and gives up in time", async () => {
    const { code, err } = await send({ to: "http://127.0.0.1:1/", timeoutSeconds: 2 });
    assert.equal(code, 1);
    assert.match(err, /ECONNREFUSED.*; trying again in 0\.5 s\n/);
    assert.match(err, /did not accept the resync within 2 s: .*ECONNREFUSED/);
  });

  test("K_CA_CERTS is trusted, and without it the sink is not", async () => {
    const authority = await createAuthority("test");
    const { certPem, keyPem } = await issue(authority, { commonName: "sink", hosts: ["127.0.0.1"] });
    const { url } = await sink([[204]], { cert: certPem, key: keyPem });
    assert.equal((await send({ to: url }, { K_CA_CERTS: authority.certPem })).code, 0);
    const distrusted = await send({ to: url, timeoutSeconds: 3 });
    assert.equal(distrusted.code, 1);
    assert.match(distrusted.err, /certificate/);
  });

  for (const overrides of [
    "{",
    "[]",
    '{"extensions":[]}',
    '{"extensions":{"Bad-Name":"x"}}',
    '{"extensions":{"a":1}}',
  ]) {
    test(`K_CE_OVERRIDES ${overrides} is wrong usage`, async () => {
      const sent = send({ to: "http://127.0.0.1:1/" }, { K_CE_OVERRIDES: overrides });
      await assert.rejects(sent, { name: "UsageError", message: /^K_CE_OVERRIDES.*expected JSON such as/ });
    });
  }
});
