import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { createClient } from "./client.ts";
import { type Credentials, NoCredentialsError } from "./credentials.ts";
import { KubernetesError, TooManyRequestsError, UnauthorizedError, UnavailableError } from "./errors.ts";
import type { ApiRequest, ApiResponse } from "./exchange.ts";

const resource = { group: "cert-manager.io", version: "v1", plural: "certificates", kind: "Certificate" };
const reference = { resource, namespace: "shop", name: "web-tls" };
const path = "/apis/cert-manager.io/v1/namespaces/shop/certificates";
const object = { apiVersion: "cert-manager.io/v1", kind: "Certificate", metadata: { name: "web-tls" } };

interface Sent extends ApiRequest {
  readonly authorization: string | null;
}

/** A client whose requests are answered in turn; the last answer repeats. */
function clientOf(...answers: readonly Partial<ApiResponse>[]) {
  const sent: Sent[] = [];
  const reads: boolean[] = [];
  const credentials: Credentials = {
    server: new URL("https://unused.invalid"),
    tls: {},
    authorization: async (fresh) => {
      reads.push(fresh);
      return fresh ? "Bearer new" : "Bearer old";
    },
  };
  const client = createClient(credentials, async (request, authorization) => {
    const answer = answers[Math.min(sent.length, answers.length - 1)];
    sent.push({ ...request, authorization });
    return { status: 200, retryAfter: null, text: JSON.stringify(object), ...answer };
  });
  return { client, sent, reads };
}

const failure = (status: number, details?: object) => ({
  status,
  text: JSON.stringify({ kind: "Status", message: "no", details }),
});

suite("the client", () => {
  test("apply pins the field manager, forces, and lets nothing unknown pass", async () => {
    const { client, sent } = clientOf({});
    await client.apply(reference, object);
    assert.equal(sent[0]?.method, "PATCH");
    assert.equal(sent[0]?.contentType, "application/apply-patch+yaml");
    assert.equal(
      sent[0]?.path,
      `${path}/web-tls?fieldManager=traefik-cert-rotater&force=true&fieldValidation=Strict`,
    );
  });

  test("delete carries its preconditions; one that finds nothing is done", async () => {
    const { client, sent } = clientOf(failure(404, { name: "web-tls" }));
    await client.delete(reference, { uid: "u", resourceVersion: "7" });
    assert.deepEqual(JSON.parse(sent[0]?.body ?? "").preconditions, { uid: "u", resourceVersion: "7" });
  });

  test("an absent object is null; a kind that is not served is not", async () => {
    assert.equal(await clientOf(failure(404, { name: "web-tls" })).client.get(reference), null);
    await assert.rejects(clientOf({ status: 404, text: "404 page not found" }).client.get(reference), {
      name: "KindNotServedError",
    });
  });

  test("a column is asked for as a table without its objects, at the version that is given", async () => {
    const table = {
      kind: "Table",
      metadata: {},
      columnDefinitions: [{ name: "Name", format: "name" }, { name: "Secret" }],
      rows: [{ cells: ["web-tls", "web"] }],
    };
    const { client, sent } = clientOf({ text: JSON.stringify(table) });
    const page = await client.listColumn(resource, "Secret", { namespace: "shop", exactVersion: "7" });
    assert.deepEqual([...(page?.texts ?? [])], [["web-tls", "web"]]);
    assert.match(sent[0]?.accept ?? "", /^application\/json;as=Table;/);
    assert.equal(sent[0]?.path, `${path}?resourceVersion=7&resourceVersionMatch=Exact&includeObject=None`);
  });

  test("a column in an answer that is no JSON: not known", async () => {
    const { client } = clientOf({ text: '{"kind":"Table","rows":[' });
    await assert.rejects(client.listColumn(resource, "Secret", { namespace: "shop" }), UnavailableError);
  });

  test("401: the token is read again, once", async () => {
    const { client, sent, reads } = clientOf(failure(401), {});
    assert.deepEqual(await client.get(reference), object);
    assert.deepEqual(
      sent.map(({ authorization }) => authorization),
      ["Bearer old", "Bearer new"],
    );
    const refused = clientOf(failure(401));
    await assert.rejects(refused.client.get(reference), UnauthorizedError);
    assert.deepEqual(
      [reads, refused.reads],
      [
        [false, true],
        [false, true],
      ],
    );
  });

  test("a token that cannot be read again is a transient fault", async () => {
    const credentials: Credentials = {
      server: new URL("https://unused.invalid"),
      tls: {},
      authorization: async (fresh) => {
        if (fresh) throw new NoCredentialsError("token cannot be read");
        return "Bearer old";
      },
    };
    const client = createClient(credentials, async () => ({ retryAfter: null, ...failure(401) }));
    await assert.rejects(client.get(reference), (error) => {
      assert.ok(error instanceof UnavailableError);
      assert.match(error.message, /token cannot be read$/);
      return true;
    });
  });

  test("429: a long wait is the sender's, not ours", async () => {
    const { client, sent } = clientOf({ ...failure(429), retryAfter: "3" });
    await assert.rejects(client.get(reference), (error) => {
      assert.ok(error instanceof TooManyRequestsError);
      assert.equal(error.retryAfterSeconds, 3);
      return true;
    });
    assert.equal(sent.length, 1);
  });

  test("429: a short wait is waited out, once", async (context) => {
    context.mock.timers.enable({ apis: ["setTimeout"] });
    const { client, sent } = clientOf({ ...failure(429), retryAfter: "2" });
    const outcome = assert.rejects(client.get(reference), TooManyRequestsError);
    for (let turn = 0; turn < 10; turn++) await Promise.resolve();
    assert.equal(sent.length, 1);
    context.mock.timers.tick(2_000);
    await outcome;
    assert.equal(sent.length, 2);
  });

  for (const [title, text] of [
    ["HTML", "<html>"],
    ["nothing", ""],
    ["half an object", JSON.stringify(object).slice(0, 30)],
    ["null", "null"],
    ["a list", "[]"],
    ["an object without metadata", '{"apiVersion":"v1","kind":"A"}'],
    ["an object without a name", '{"apiVersion":"v1","kind":"A","metadata":{}}'],
  ] as const) {
    test(`${title} with status 200 is a transient fault, never an object`, async () => {
      await assert.rejects(clientOf({ text }).client.get(reference), UnavailableError);
      await assert.rejects(clientOf({ text }).client.list(resource, { namespace: null }), UnavailableError);
    });
  }

  test("a page: items get their kind, an empty token is the end", async () => {
    const item = { metadata: { name: "a", namespace: "shop" } };
    const page = (token?: string) => ({
      text: JSON.stringify({ metadata: { continue: token, resourceVersion: "9" }, items: [item] }),
    });
    const { client, sent } = clientOf(page("next"), page(""));
    const first = await client.list(resource, { namespace: null, limit: 500, labelSelector: "a=b" });
    assert.deepEqual(first, {
      items: [{ apiVersion: "cert-manager.io/v1", kind: "Certificate", ...item }],
      continueToken: "next",
      resourceVersion: "9",
    });
    const second = await client.list(resource, { namespace: "shop", continueToken: "next" });
    assert.equal(second.continueToken, null);
    assert.deepEqual(
      sent.map((request) => request.path),
      ["/apis/cert-manager.io/v1/certificates?labelSelector=a%3Db&limit=500", `${path}?continue=next`],
    );
  });

  test("every failure is a KubernetesError that names the request without its query", async () => {
    await assert.rejects(clientOf(failure(500)).client.apply(reference, object), (error) => {
      assert.ok(error instanceof KubernetesError);
      assert.equal(error.request, `PATCH ${path}/web-tls`);
      return true;
    });
  });
});
