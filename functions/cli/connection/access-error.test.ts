import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  ForbiddenError,
  KindNotServedError,
  type KubernetesError,
  TooManyRequestsError,
  UnauthorizedError,
  UnavailableError,
} from "../../kubernetes/errors.ts";
import { accessError } from "./access-error.ts";

function failed(message: string, code: string): KubernetesError {
  return new UnavailableError("GET /version", message, {
    cause: Object.assign(new Error(message), { code }),
  });
}

const several = new AggregateError([
  new Error("connect ECONNREFUSED ::1:1"),
  new Error("connect ECONNREFUSED 127.0.0.1:1"),
]);

const CASES: readonly [error: KubernetesError, sentence: RegExp][] = [
  [
    failed("connect ECONNREFUSED 127.0.0.1:1", "ECONNREFUSED"),
    /cannot be reached \(connect ECONNREFUSED 127\.0\.0\.1:1\): is the cluster running/,
  ],
  [
    new UnavailableError("x", "", { cause: several }),
    /cannot be reached \(connect ECONNREFUSED ::1:1; connect ECONNREFUSED 127/,
  ],
  [failed("no answer in 10000 ms", ""), /cannot be reached \(no answer in 10000 ms\)/],
  [failed("getaddrinfo ENOTFOUND k8s.invalid", "ENOTFOUND"), /name of the API server .* cannot be resolved/],
  [
    failed("self-signed certificate in certificate chain", "SELF_SIGNED_CERT_IN_CHAIN"),
    /certificate .* is not accepted .*check certificate-authority/,
  ],
  [failed("unable to verify the first certificate", "UNABLE_TO_VERIFY_LEAF_SIGNATURE"), /is not accepted/],
  [
    failed("Hostname/IP does not match certificate's altnames", "ERR_TLS_CERT_ALTNAME_INVALID"),
    /tls-server-name/,
  ],
  [
    failed("write EPROTO 00:error:wrong version number:a.c:1:\n", "EPROTO"),
    /does not speak TLS there \(write EPROTO .*\): check scheme and port/,
  ],
  [
    new UnauthorizedError("x", "Unauthorized"),
    /does not know who you are \(401 Unauthorized\): log in again/,
  ],
  [new ForbiddenError("x", "not you"), /does not allow it \(403 Forbidden\): x: not you/],
  [new TooManyRequestsError("x", "slow", 7), /try again in 7 s/],
  [new UnavailableError("x", "503 etcd is away"), /is not well \(x: 503 etcd is away\): try again later/],
  [
    new UnavailableError("x", "the answer is not JSON", { cause: new SyntaxError("<") }),
    /is not well \(x: the answer is not JSON\)/,
  ],
  [new KindNotServedError("x", "404 page not found"), /does not answer as a Kubernetes API server/],
];

describe("why a cluster cannot be looked at", () => {
  for (const [error, sentence] of CASES) {
    test(`${error.name} ${error.message}`, () => {
      const { message, cause } = accessError(error, "https://k8s.invalid/");
      assert.match(message, sentence);
      assert.equal(message.includes("https://k8s.invalid/"), true);
      assert.equal(message.includes("\n"), false);
      assert.equal(cause, error);
    });
  }
});
