import assert from "node:assert/strict";
import { AsyncLocalStorage } from "node:async_hooks";
import { describe, test } from "node:test";
import { type AppDependencies, createApp } from "./app.ts";
import type { Logger } from "./log.ts";
import type { Outcome } from "./outcome.ts";
import type { Work } from "./work.ts";

interface Line {
  readonly level: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

function setUp(
  handle: (work: Work) => Promise<Outcome> = async () => ({ status: "done" }),
  draining = false,
) {
  const lines: Line[] = [];
  const works: Work[] = [];
  const context = new AsyncLocalStorage<object>();
  const record = (level: string) => (fields: Readonly<Record<string, unknown>>) =>
    void lines.push({ level, fields: { ...context.getStore(), ...fields } });
  const log: Logger = {
    debug: record("debug"),
    info: record("info"),
    warn: record("warn"),
    error: record("error"),
    within: (fields, work) => context.run(fields, work),
    apart: (fields, work) => context.run(fields, work),
  };
  const dependencies: AppDependencies = {
    handle: async (work) => {
      works.push(work);
      return await handle(work);
    },
    kinds: { children: [], dependencies: [] },
    log,
    bodyLimit: 5_000,
    authenticate: null,
    isDraining: () => draining,
  };
  return { app: createApp(dependencies), lines, works };
}

function resync(namespace: string, id = "1") {
  const type = "io.traefik-cert-rotater.resync";
  return { specversion: "1.0", id, source: "/test", type, data: { namespace } };
}

function post(body: unknown, type = "application/cloudevents+json"): RequestInit {
  return { method: "POST", headers: { "content-type": type }, body: JSON.stringify(body) };
}

const BATCH = "application/cloudevents-batch+json";

describe("events on /", () => {
  test("done is 204 without a body, and one line", async () => {
    const { app, lines, works } = setUp();
    const response = await app.request("/", post(resync("shop", "id-7")));
    assert.equal(response.status, 204);
    assert.equal(await response.text(), "");
    const scope = { namespace: "shop", name: null, confirmDeletions: false };
    assert.deepEqual(works, [{ kind: "resync", scope }]);
    assert.equal(lines.length, 1);
    const { durationMs, ...fields } = lines[0]?.fields ?? {};
    const type = "io.traefik-cert-rotater.resync";
    assert.deepEqual(fields, { eventId: "id-7", type, work: "resync", scope, outcome: "done", status: 204 });
    assert.equal(typeof durationMs, "number");
  });

  test("what is logged of an event has its trace, by the header or else by the attribute", async () => {
    const traceparent = (digit: string) => `00-${digit.repeat(32)}-${"1".repeat(16)}-01`;
    const { app, lines } = setUp();
    const withHeader = (event: object) => {
      const { headers, ...init } = post(event);
      return { ...init, headers: { ...headers, traceparent: traceparent("a") } };
    };
    const event = { ...resync("shop"), traceparent: traceparent("b") };
    await app.request("/", withHeader(event));
    await app.request("/", post(event));
    await app.request("/", post([event, { ...event, traceparent: traceparent("c") }], BATCH));
    await app.request("/", post(resync("shop")));
    const traces = lines.map(({ fields }) => fields.traceId);
    assert.deepEqual(traces, [..."abbc"].map((digit) => digit.repeat(32)).concat([undefined as never]));
  });

  test("deletions that are blocked are reported in a header: a Broker takes a body for an event", async () => {
    const blocked = { shop: 12, edge: 3 } as Readonly<Record<string, number>>;
    const { app } = setUp(async (work) => ({
      status: "done",
      blocked: blocked[(work as { scope: { namespace: string } }).scope.namespace] ?? 0,
    }));
    const one = await app.request("/", post(resync("shop")));
    assert.deepEqual([one.status, await one.text()], [204, ""]);
    assert.equal(one.headers.get("traefik-cert-rotater-held"), "12");
    const both = await app.request("/", post([resync("shop"), resync("edge")], BATCH));
    assert.equal(both.headers.get("traefik-cert-rotater-held"), "15");
    const none = await app.request("/", post(resync("other")));
    assert.equal(none.headers.get("traefik-cert-rotater-held"), null);
  });

  test("an id or a type as long as the body is cut, wherever it is logged", async () => {
    const { app, lines } = setUp();
    const long = "i".repeat(4_000);
    await app.request("/", post(resync("shop", long)));
    await app.request(
      "/",
      post({ ...resync("shop", long), type: long.slice(0, 900), subject: "s", source: "/x" }),
    );
    await app.request("/", post({ ...resync("shop", long), data: { namespace: long.slice(0, 900) } }));
    assert.equal(lines.length, 3);
    for (const line of lines) assert.ok(JSON.stringify(line).length < 1_000);
  });

  test("the line of a route names it", async () => {
    const { app, lines } = setUp();
    const data = { kind: "IngressRoute", apiVersion: "traefik.io/v1alpha1", namespace: "shop", name: "web" };
    await app.request("/", post({ ...resync("x"), type: "dev.knative.apiserver.ref.add", data }));
    assert.equal(lines[0]?.fields.object, "IngressRoute.traefik.io shop/web");
  });

  test("retry is 503, with Retry-After where it is known", async () => {
    const after = (retryAfterSeconds: number | null) =>
      setUp(async () => ({ status: "retry", retryAfterSeconds }));
    const known = await after(2.1).app.request("/", post(resync("shop")));
    assert.equal(known.status, 503);
    assert.equal(known.headers.get("retry-after"), "3");
    const unknown = await after(null).app.request("/", post(resync("shop")));
    assert.equal(unknown.status, 503);
    assert.equal(unknown.headers.get("retry-after"), null);
  });

  test("an event for nobody is 204 and no work", async () => {
    const { app, works } = setUp();
    assert.equal((await app.request("/", post({ ...resync("x"), type: "other" }))).status, 204);
    assert.deepEqual(works, []);
  });

  test("our own exception is 503 and an error in the log, never 500", async () => {
    const { app, lines } = setUp(async () => {
      throw new TypeError("bug");
    });
    assert.equal((await app.request("/", post(resync("shop")))).status, 503);
    assert.equal(lines[0]?.level, "error");
    assert.ok(lines[0]?.fields.err instanceof TypeError);
  });

  const REFUSED: readonly [what: string, request: RequestInit][] = [
    ["no event", { method: "POST", body: "hello" }],
    ["no body", { method: "POST", headers: { "content-type": "application/cloudevents+json" } }],
    ["wrong type", post({ ...resync("x"), id: 5 })],
    ["wrong scope", post({ ...resync("x"), data: { namespace: 5 } })],
    ["hostile name", post({ ...resync("x"), data: { namespace: "../x" } })],
    ["announced length over the limit", { ...post({}), body: "x".repeat(5_001) }],
  ];
  for (const [what, request] of REFUSED) {
    test(`${what} is 400 with the reason, in the log too`, async () => {
      const { app, lines, works } = setUp();
      const response = await app.request("/", request);
      assert.equal(response.status, 400);
      const reason = (await response.text()).trim();
      assert.ok(reason.length > 0);
      assert.equal(lines[0]?.level, "warn");
      assert.equal(lines[0]?.fields.reason, reason);
      assert.deepEqual(works, []);
    });
  }

  const OBJECT = {
    apiVersion: "traefik.io/v1alpha1",
    kind: "IngressRoute",
    metadata: { namespace: "shop", name: "web" },
    spec: "x".repeat(5_001),
  };
  const ATTRIBUTES = {
    "ce-specversion": "1.0",
    "ce-id": "1",
    "ce-source": "https://10.96.0.1:443",
    "ce-type": "dev.knative.apiserver.resource.update",
    "content-type": "application/json",
  };
  const SUBJECT = { "ce-subject": "/apis/traefik.io/v1alpha1/namespaces/shop/ingressroutes/web" };
  const EXTENSIONS = {
    "ce-apiversion": OBJECT.apiVersion,
    "ce-kind": OBJECT.kind,
    "ce-namespace": "shop",
    "ce-name": "web",
  };
  const large = (headers: Record<string, string>) =>
    ({ method: "POST", headers: { ...ATTRIBUTES, ...headers }, body: JSON.stringify(OBJECT) }) as const;

  for (const [what, headers] of [
    ["subject", SUBJECT],
    ["extensions", EXTENSIONS],
    ["subject and extensions", { ...SUBJECT, ...EXTENSIONS }],
  ] as const) {
    test(`an object over the limit is not lost where the event names it in its ${what}`, async () => {
      const { app, works } = setUp();
      assert.equal((await app.request("/", large(headers))).status, 204);
      const route = { kind: "IngressRoute", group: "traefik.io", namespace: "shop", name: "web" };
      assert.deepEqual(works, [{ kind: "route", route, hint: "update" }]);
    });
  }

  for (const [what, headers] of [
    ["that no attribute names", {}],
    ["that the extensions name in part", { ...EXTENSIONS, "ce-name": "" }],
    ["with a hostile name", { ...EXTENSIONS, "ce-name": "../x" }],
    ["in structured mode", { ...EXTENSIONS, "content-type": "application/cloudevents+json" }],
    ["of a resync, whose scope is in it", { ...SUBJECT, "ce-type": "io.traefik-cert-rotater.resync" }],
  ] as const) {
    test(`a body over the limit ${what} is 400`, async () => {
      const { app, works } = setUp();
      assert.equal((await app.request("/", large(headers))).status, 400);
      assert.deepEqual(works, []);
    });
  }

  test("a stream over the limit is stopped there", async () => {
    let pulled = 0;
    const body = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          pulled++;
          controller.enqueue(new Uint8Array(1_500));
        },
      },
      { highWaterMark: 0 },
    );
    const headers = { "content-type": "application/cloudevents+json" };
    const response = await setUp().app.request("/", { method: "POST", headers, body, duplex: "half" });
    assert.equal(response.status, 400);
    assert.equal(pulled, 4);
  });

  test("other methods are 405, other paths 404", async () => {
    const { app } = setUp();
    for (const method of ["GET", "PUT", "DELETE", "OPTIONS"]) {
      const response = await app.request("/", { method });
      assert.equal(response.status, 405);
      assert.equal(response.headers.get("allow"), "POST");
    }
    assert.equal((await app.request("/other", post(resync("shop")))).status, 404);
  });
});

describe("batches", () => {
  const outcomes: Readonly<Record<string, Outcome>> = {
    ok: { status: "done" },
    slow: { status: "retry", retryAfterSeconds: 2 },
    slower: { status: "retry", retryAfterSeconds: 5 },
  };
  const byNamespace = async (work: Work) =>
    outcomes[work.kind === "resync" ? (work.scope.namespace ?? "") : ""] ?? { status: "done" as const };

  test("empty is 204", async () => {
    assert.equal((await setUp().app.request("/", post([], BATCH))).status, 204);
  });

  test("all done is 204", async () => {
    const { app, works, lines } = setUp(byNamespace);
    const many = Array.from({ length: 20 }, (_, index) => resync("ok", String(index)));
    assert.equal((await app.request("/", post(many, BATCH))).status, 204);
    assert.equal(works.length, 20);
    assert.equal(lines.length, 20);
  });

  test("503 with the longest wait if any retries, even beside a malformed one", async () => {
    const { app } = setUp(byNamespace);
    const response = await app.request(
      "/",
      post([resync("slow"), {}, resync("slower"), resync("ok")], BATCH),
    );
    assert.equal(response.status, 503);
    assert.equal(response.headers.get("retry-after"), "5");
  });

  test("a malformed entry is 400, and the others are done", async () => {
    const { app, works } = setUp(byNamespace);
    const response = await app.request("/", post([resync("ok"), 5, resync("ok")], BATCH));
    assert.equal(response.status, 400);
    assert.match(await response.text(), /^entry 1 of the batch: /);
    assert.equal(works.length, 2);
  });
});

describe("probes", () => {
  test("alive and ready", async () => {
    const { app } = setUp();
    assert.equal((await app.request("/health/liveness")).status, 200);
    assert.equal((await app.request("/health/readiness")).status, 200);
  });

  test("draining: alive, not ready, still taking what arrives", async () => {
    const { app } = setUp(undefined, true);
    assert.equal((await app.request("/health/liveness")).status, 200);
    assert.equal((await app.request("/health/readiness")).status, 503);
    assert.equal((await app.request("/", post(resync("shop")))).status, 204);
  });
});
