import assert from "node:assert/strict";
import { suite, test } from "node:test";
import {
  ConflictError,
  ExpiredError,
  ForbiddenError,
  KindNotServedError,
  type KubernetesError,
  NamespaceGoneError,
  NotFoundError,
  RejectedError,
  TooLargeError,
  TooManyRequestsError,
  UnauthorizedError,
  UnavailableError,
} from "../../kubernetes/errors.ts";
import { type Consequence, consequenceOf } from "./error-report.ts";

const request = "PATCH /x";

suite("what follows from an error of the API server", () => {
  const cases: readonly (readonly [error: KubernetesError, consequence: string])[] = [
    [new ConflictError(request, "m"), "again"],
    [new NotFoundError(request, "m"), "again"],
    [new NamespaceGoneError(request, "m"), "silent"],
    [new KindNotServedError(request, "m"), "KindNotServed"],
    [new ForbiddenError(request, "m"), "Forbidden"],
    [new RejectedError(request, "m"), "Rejected"],
    [new TooLargeError(request, "m"), "TooLarge"],
    [new TooManyRequestsError(request, "m", 7), "retry after 7"],
    [new UnauthorizedError(request, "m"), "retry after null"],
    [new ExpiredError(request, "m"), "retry after null"],
    [new UnavailableError(request, "m"), "retry after null"],
  ];
  for (const [error, expected] of cases) {
    test(`${error.name}: ${expected}`, () => {
      assert.equal(summary(consequenceOf(error, "cert-manager")), expected);
    });
  }

  test("whatever people read names the integration and what the API server said", () => {
    for (const [error] of cases) {
      const consequence = consequenceOf(error, "cert-manager");
      const text = consequence.kind === "problem" ? consequence.problem.message : null;
      const why = consequence.kind === "retry" ? consequence.why : null;
      if (text === null && why === null) continue;
      assert.match(text ?? why ?? "", /^cert-manager: /);
      if (!(error instanceof KindNotServedError)) assert.match(text ?? why ?? "", /PATCH \/x: m/);
    }
  });

  test("what is too large says how to make it smaller, before a long answer is cut", () => {
    const error = new TooLargeError(`PATCH /${"a".repeat(700)}`, "etcdserver: request is too large");
    const consequence = consequenceOf(error, "external-dns");
    assert.ok(consequence.kind === "problem");
    assert.match(consequence.problem.message.slice(0, 300), /Split the route into several/);
  });
});

function summary(consequence: Consequence): string {
  switch (consequence.kind) {
    case "problem":
      return consequence.problem.reason;
    case "retry":
      return `retry after ${consequence.retryAfterSeconds}`;
    default:
      return consequence.kind;
  }
}
