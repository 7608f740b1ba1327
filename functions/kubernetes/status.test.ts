import assert from "node:assert/strict";
import { suite, test } from "node:test";
import {
  ConflictError,
  ExpiredError,
  ForbiddenError,
  KindNotServedError,
  NamespaceGoneError,
  NotFoundError,
  RejectedError,
  TooLargeError,
  TooManyRequestsError,
  UnauthorizedError,
  UnavailableError,
} from "./errors.ts";
import { errorOf } from "./status.ts";

function answer(status: number, body: object | string, retryAfter: string | null = null) {
  return { status, retryAfter, text: typeof body === "string" ? body : JSON.stringify(body) };
}

function failure(message: string, details?: object) {
  return { kind: "Status", apiVersion: "v1", status: "Failure", message, details };
}

const notFoundText = "404 page not found\n";

const webhookDown =
  'Internal error occurred: failed calling webhook "webhook.cert-manager.io": connection refused';
const denied = 'admission webhook "webhook.cert-manager.io" denied the request: spec.dnsNames: too many';
const policy =
  "certificates.cert-manager.io \"a\" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: no";
const exhausted = "rpc error: code = ResourceExhausted desc =";
const typed = (which: string) =>
  `failed to create typed ${which} object (a/b; cert-manager.io/v1, Kind=Certificate): .spec.usages: expected list, got &{x}`;

suite("the error for an answer", () => {
  const cases: readonly (readonly [string, ReturnType<typeof answer>, new (...args: never[]) => Error])[] = [
    ["400", answer(400, failure("bad")), RejectedError],
    ["401", answer(401, failure("Unauthorized")), UnauthorizedError],
    ["403", answer(403, failure("forbidden")), ForbiddenError],
    [
      "403 in a namespace that is being deleted",
      answer(403, failure("forbidden", { causes: [{ reason: "NamespaceTerminating" }] })),
      NamespaceGoneError,
    ],
    ["404 in plain text", answer(404, notFoundText), KindNotServedError],
    ["404 without a name", answer(404, failure("not found", {})), KindNotServedError],
    ["404 with the object's name", answer(404, failure("gone", { name: "a" })), NotFoundError],
    [
      "404 of the namespace",
      answer(404, failure("gone", { name: "a", kind: "namespaces" })),
      NamespaceGoneError,
    ],
    ["half a 404", answer(404, '{"kind":"Status","apiVersion":"v1","deta'), UnavailableError],
    ["half a 403", answer(403, '{"kind":"Sta'), UnavailableError],
    ["405", answer(405, failure("method not allowed")), RejectedError],
    ["409", answer(409, failure("conflict")), ConflictError],
    ["410", answer(410, failure("expired")), ExpiredError],
    ["422", answer(422, failure("invalid", { causes: [{ field: "spec.usages" }] })), RejectedError],
    ["422 on the uid", answer(422, failure("no", { causes: [{ field: "metadata.uid" }] })), ConflictError],
    [
      "422 on the version",
      answer(422, failure("no", { causes: [{ field: "metadata.resourceVersion" }] })),
      ConflictError,
    ],
    ["429", answer(429, failure("slow down")), TooManyRequestsError],
    ["500", answer(500, failure("webhook")), UnavailableError],
    ["500 of a webhook that is down", answer(500, failure(webhookDown)), UnavailableError],
    ["500 of etcd without a leader", answer(500, failure("etcdserver: no leader")), UnavailableError],
    ["500 of etcd for the size", answer(500, failure("etcdserver: request is too large")), TooLargeError],
    [
      "500 of etcd's client for the size",
      answer(500, failure(`${exhausted} trying to send message larger than max (2500778 vs. 2097152)`)),
      TooLargeError,
    ],
    [
      "500 of etcd's listener for the size",
      answer(500, failure(`${exhausted} grpc: received message larger than max (2500778 vs. 2097152)`)),
      TooLargeError,
    ],
    ["413", answer(413, failure("Request entity too large: limit is 3145728")), TooLargeError],
    ["413 of a proxy", answer(413, "<html>Request Entity Too Large</html>"), TooLargeError],
    ["500 for a field of the wrong type", answer(500, failure(typed("patch"))), RejectedError],
    ["500 for a live object of the wrong type", answer(500, failure(typed("live"))), RejectedError],
    ["501", answer(501, failure("not implemented")), RejectedError],
    ...[400, 401, 404, 409, 410, 413, 422, 429, 500, 503].map(
      (status) =>
        [`${status} of a webhook that denies`, answer(status, failure(denied)), RejectedError] as const,
    ),
    ["403 of a webhook that denies", answer(403, failure(denied)), ForbiddenError],
    ["413 of a policy that denies", answer(413, failure(policy)), RejectedError],
    ["401 of a policy that denies", answer(401, failure(policy)), RejectedError],
    ["500 that only quotes a denial", answer(500, failure(`failed: ${denied}`)), UnavailableError],
    ["502 in HTML", answer(502, "<html>"), UnavailableError],
    [
      "a Status of the wrong types",
      answer(404, { kind: "Status", details: { name: 1 } }),
      KindNotServedError,
    ],
  ];
  for (const [title, response, expected] of cases) {
    test(`${title}: ${expected.name}`, () => {
      const error = errorOf("GET /x", response);
      assert.equal(error.constructor, expected);
      assert.match(error.message, /^GET \/x: /);
    });
  }

  for (const [header, seconds] of [
    ["7", 7],
    ["0", 1],
    [null, 1],
    ["1.2", 2],
    ["Wed, 21 Oct 2026 07:28:00 GMT", 1],
  ] as const) {
    test(`Retry-After ${header} means ${seconds} s`, () => {
      const error = errorOf("GET /x", answer(429, failure("slow down"), header));
      assert.equal((error as TooManyRequestsError).retryAfterSeconds, seconds);
    });
  }

  test("of a long message no more than its beginning is kept", () => {
    assert.ok(errorOf("PATCH /x", answer(422, failure("a".repeat(100_000)))).message.length < 1_100);
  });

  test("of a long page no more than its beginning is kept", () => {
    assert.ok(errorOf("GET /x", answer(502, "a".repeat(100_000))).message.length < 600);
  });
});
