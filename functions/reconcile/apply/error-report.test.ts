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
import { reportError } from "./error-report.ts";
import type { Report } from "./report.ts";

const request = "PATCH /x";

suite("what follows from an error of the API server", () => {
  const cases: readonly (readonly [error: KubernetesError, report: string])[] = [
    [new ConflictError(request, "m"), "conflict"],
    [new NotFoundError(request, "m"), "conflict"],
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
      assert.equal(summary(reportError(error, "cert-manager")), expected);
    });
  }

  test("whatever people read names the integration and what the API server said", () => {
    for (const [error] of cases) {
      const { problems, retry } = reportError(error, "cert-manager");
      const text = problems[0]?.message ?? retry?.why;
      if (text === undefined) continue;
      assert.match(text, /^cert-manager: /);
      if (!(error instanceof KindNotServedError)) assert.match(text, /PATCH \/x: m/);
    }
  });

  test("what is too large says how to make it smaller, before a long answer is cut", () => {
    const error = new TooLargeError(`PATCH /${"a".repeat(700)}`, "etcdserver: request is too large");
    const [problem] = reportError(error, "external-dns").problems;
    assert.match(problem?.message.slice(0, 300) ?? "", /Split the route into several/);
  });
});

function summary({ problems: [problem], retry, conflict }: Report): string {
  if (conflict) return "conflict";
  if (retry !== null) return `retry after ${retry.retryAfterSeconds}`;
  return problem?.reason ?? "silent";
}
