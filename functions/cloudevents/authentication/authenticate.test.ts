import assert from "node:assert/strict";
import { createHmac, randomBytes } from "node:crypto";
import { suite, test } from "node:test";
import { type CryptoKey, exportJWK, exportSPKI, generateKeyPair, SignJWT } from "jose";
import { createAuthenticate } from "./authenticate.ts";

const AUDIENCE = "traefik-cert-rotater/a/b";
const ISSUER = "https://kubernetes.default.svc";
const ROUTES = "system:serviceaccount:a:routes-oidc";

interface Key {
  readonly kid: string;
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
  readonly jwk: object;
}

async function newKey(kid: string): Promise<Key> {
  const { privateKey, publicKey } = await generateKeyPair("RS256");
  return {
    kid,
    privateKey,
    publicKey,
    jwk: { ...(await exportJWK(publicKey)), kid, alg: "RS256", use: "sig" },
  };
}

/** A key of the algorithm, whose JWK does not name it. */
async function keyFor(alg: string): Promise<Key> {
  const kid = "any";
  if (alg.startsWith("HS")) {
    const secret = randomBytes(64);
    const key = secret as unknown as CryptoKey;
    return {
      kid,
      privateKey: key,
      publicKey: key,
      jwk: { kid, kty: "oct", k: secret.toString("base64url") },
    };
  }
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return { kid, privateKey, publicKey, jwk: { ...(await exportJWK(publicKey)), kid } };
}

const [first, second] = await Promise.all([newKey("first"), newKey("second")]);

interface Claims {
  readonly aud?: string | readonly string[];
  readonly iss?: string;
  readonly sub?: string;
  readonly exp?: number;
  readonly nbf?: number;
  readonly iat?: number;
}

/** A good token of the first key but for these claims; undefined leaves a claim out. */
function sign(claims: Claims = {}, key = first, alg = "RS256"): Promise<string> {
  const exp = Math.floor(Date.now() / 1000) + 600;
  const payload = { aud: AUDIENCE, iss: ISSUER, sub: ROUTES, exp, ...claims } as Record<string, unknown>;
  return new SignJWT(payload).setProtectedHeader({ alg, kid: key.kid }).sign(key.privateKey);
}

/** Seconds since the epoch, so many from now. */
const fromNow = (seconds: number): number => Math.floor(Date.now() / 1000) + seconds;

interface Cluster {
  keys: readonly Pick<Key, "jwk">[];
  up: boolean;
  issuer: unknown;
  now: number;
  reads: number;
}

function createSubject(subjects: readonly string[] = [ROUTES], keys: Cluster["keys"] = [first]) {
  const failures: unknown[] = [];
  const cluster: Cluster = { keys, up: true, issuer: ISSUER, now: 0, reads: 0 };
  const authenticate = createAuthenticate({
    oidc: { audience: AUDIENCE, subjects },
    now: () => cluster.now,
    onFailure: (error) => void failures.push(error),
    readJson: async (path) => {
      if (!cluster.up) throw new Error("down");
      if (path === "/.well-known/openid-configuration") return { issuer: cluster.issuer };
      assert.equal(path, "/openid/v1/jwks");
      cluster.reads++;
      return { keys: cluster.keys.map(({ jwk }) => jwk) };
    },
  });
  return {
    cluster,
    failures,
    verdict: async (token: string) => authenticate(`Bearer ${token}`),
    authenticate,
  };
}

suite("a sender", () => {
  test("with a good token and an allowed subject is let in", async () => {
    const { verdict } = createSubject();
    assert.equal(await verdict(await sign()), "allowed");
    assert.equal(await verdict(await sign({ aud: ["other", AUDIENCE] })), "allowed");
  });

  test("with a good token of another subject is forbidden", async () => {
    const { verdict } = createSubject();
    for (const sub of ["system:serviceaccount:a:default", `${ROUTES}x`, "*", ROUTES.toUpperCase()])
      assert.equal(await verdict(await sign({ sub })), "forbidden", sub);
    assert.equal(await createSubject([]).verdict(await sign()), "forbidden");
  });

  test("may be allowed by a pattern", async () => {
    const { verdict } = createSubject(["system:serviceaccount:a:routes-*"]);
    assert.equal(await verdict(await sign()), "allowed");
    assert.equal(await verdict(await sign({ sub: "system:serviceaccount:b:routes-oidc" })), "forbidden");
  });

  const past = Math.floor(Date.now() / 1000) - 60;
  const bad: Readonly<Record<string, () => Promise<string>>> = {
    "has expired": () => sign({ exp: past }),
    "is for another audience": () => sign({ aud: "https://kubernetes.default.svc" }),
    "is of another issuer": () => sign({ iss: "https://elsewhere" }),
    "says no expiry": () => sign({ exp: undefined } as unknown as Claims),
    "says no subject": () => sign({ sub: undefined } as unknown as Claims),
    "says an empty subject": () => sign({ sub: "" }),
    "is signed with a foreign key under a known name": () =>
      sign({}, { ...second, kid: first.kid, jwk: first.jwk }),
    "is signed with a key that the cluster lacks": () => sign({}, second),
    "is changed after signing": async () => {
      const [head, , signature] = (await sign()).split(".");
      const [, body] = (await sign({ sub: "system:serviceaccount:a:admin" })).split(".");
      return `${head}.${body}.${signature}`;
    },
    "is not signed": async () => {
      const [, body] = (await sign()).split(".");
      return `${Buffer.from('{"alg":"none"}').toString("base64url")}.${body}.`;
    },
    "is signed with the public key as a shared secret": async () => {
      const [, body] = (await sign()).split(".");
      const head = Buffer.from(JSON.stringify({ alg: "HS256", kid: first.kid })).toString("base64url");
      const hmac = createHmac("sha256", await exportSPKI(first.publicKey)).update(`${head}.${body}`);
      return `${head}.${body}.${hmac.digest("base64url")}`;
    },
    "is garbage": async () => "nonsense",
    "is garbage in three parts": async () => "a.b.c",
  };
  for (const [what, token] of Object.entries(bad)) {
    test(`whose token ${what} is unknown to us`, async () => {
      assert.equal(await createSubject(["*"]).verdict(await token()), "unauthenticated");
    });
  }

  const skews: Readonly<Record<string, readonly [claims: Claims, isTolerated: boolean]>> = {
    "ended a moment ago": [{ exp: fromNow(-30) }, true],
    "ended long ago": [{ exp: fromNow(-90) }, false],
    "begins in a moment": [{ nbf: fromNow(30), iat: fromNow(30) }, true],
    "begins much later": [{ nbf: fromNow(120), iat: fromNow(120) }, false],
  };
  for (const [what, [claims, isTolerated]] of Object.entries(skews)) {
    test(`whose token ${what} is ${isTolerated ? "let in, for clocks differ" : "unknown to us"}`, async () => {
      const expected = isTolerated ? "allowed" : "unauthenticated";
      assert.equal(await createSubject().verdict(await sign(claims)), expected);
    });
  }

  /** Keys that say nothing of what they are for, so that only our own list of algorithms can refuse. */
  for (const alg of ["RS384", "RS512", "PS256", "PS512", "EdDSA", "HS256"]) {
    test(`whose token is signed by a key of the cluster, yet with ${alg}, is unknown to us`, async () => {
      const key = await keyFor(alg);
      const token = await sign({}, key, alg);
      assert.equal(await createSubject(["*"], [key]).verdict(token), "unauthenticated");
    });
  }
  for (const alg of ["RS256", "ES256", "ES384", "ES512"]) {
    test(`whose token is signed with ${alg} is let in`, async () => {
      const key = await keyFor(alg);
      assert.equal(await createSubject(["*"], [key]).verdict(await sign({}, key, alg)), "allowed");
    });
  }

  test("without a bearer token costs no read", async () => {
    const { authenticate, cluster } = createSubject();
    for (const header of [null, "", "Bearer", "Bearer ", "Basic dTpw", "Bearer a b", "Bearer \u00e9"])
      assert.equal(await authenticate(header), "unauthenticated", String(header));
    assert.equal(cluster.reads, 0);
  });
});

suite("the cluster's keys", () => {
  test("are read once for many requests, at once too", async () => {
    const { cluster, verdict } = createSubject();
    const token = await sign();
    await Promise.all(Array.from({ length: 9 }, () => verdict(token)));
    await verdict(token);
    assert.equal(cluster.reads, 1);
  });

  test("are read again for a token with a new key, however young they are", async () => {
    const { cluster, verdict } = createSubject();
    await verdict(await sign());
    cluster.keys = [first, second];
    const token = await sign({}, second);
    const verdicts = await Promise.all([token, token, await sign()].map((one) => verdict(one)));
    assert.deepEqual(verdicts, ["allowed", "allowed", "allowed"]);
    assert.equal(cluster.reads, 2);
  });

  test("are not read for each of a flood of tokens with unknown keys; who has one is to try again", async () => {
    const { cluster, verdict } = createSubject();
    const forged = await sign({}, second);
    assert.equal(await verdict(forged), "unauthenticated", "these keys were read for this very token");
    assert.equal(await verdict(forged), "unauthenticated");
    assert.equal(cluster.reads, 2);
    cluster.now = 1_900;
    for (const answer of await Promise.all([forged, forged, forged].map((one) => verdict(one)))) {
      assert.equal(answer, "unknown", "the key may have come since");
    }
    assert.equal(await verdict(await sign()), "allowed");
    assert.equal(cluster.reads, 2);
    cluster.keys = [first, second];
    cluster.now = 2_100;
    assert.equal(await verdict(forged), "allowed");
    assert.equal(cluster.reads, 3);
  });

  test("that cannot be read again leave the sender of a new key unknown, never unauthenticated", async () => {
    const { cluster, verdict, failures } = createSubject();
    await verdict(await sign());
    cluster.up = false;
    assert.equal(await verdict(await sign({}, second)), "unknown");
    assert.deepEqual(failures.map(String), ["Error: down"]);
    cluster.up = true;
    assert.equal(await verdict(await sign()), "allowed");
  });

  test("that were withdrawn are known to be old, also where it is too early to read again", async () => {
    const { cluster, verdict } = createSubject();
    const previous = await sign();
    await verdict(previous);
    cluster.keys = [second];
    assert.equal(await verdict(await sign({}, second)), "allowed");
    assert.equal(await verdict(previous), "unauthenticated");
    assert.equal(cluster.reads, 2);
  });

  test("that were withdrawn are not accepted for long", async () => {
    const { cluster, verdict } = createSubject();
    const token = await sign();
    assert.equal(await verdict(token), "allowed");
    cluster.keys = [second];
    cluster.now = 10 * 60_000 + 1;
    assert.equal(await verdict(token), "unauthenticated");
  });

  test("that cannot be read let nobody in, and are read again for the next request", async () => {
    const { cluster, verdict } = createSubject();
    cluster.up = false;
    assert.equal(await verdict(await sign()), "unknown");
    cluster.up = true;
    cluster.issuer = 1;
    assert.equal(await verdict(await sign()), "unknown");
    cluster.issuer = ISSUER;
    assert.equal(await verdict(await sign()), "allowed");
  });
});
