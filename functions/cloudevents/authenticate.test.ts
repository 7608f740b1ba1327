import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
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

const [first, second] = await Promise.all([newKey("first"), newKey("second")]);

interface Claims {
  readonly aud?: string | readonly string[];
  readonly iss?: string;
  readonly sub?: string;
  readonly exp?: number;
}

/** A good token of the first key but for these claims; undefined leaves a claim out. */
function sign(claims: Claims = {}, key = first): Promise<string> {
  const exp = Math.floor(Date.now() / 1000) + 600;
  const payload = { aud: AUDIENCE, iss: ISSUER, sub: ROUTES, exp, ...claims } as Record<string, unknown>;
  return new SignJWT(payload).setProtectedHeader({ alg: "RS256", kid: key.kid }).sign(key.privateKey);
}

interface Cluster {
  keys: readonly Key[];
  up: boolean;
  issuer: unknown;
  now: number;
  reads: number;
}

function createSubject(subjects: readonly string[] = [ROUTES]) {
  const cluster: Cluster = { keys: [first], up: true, issuer: ISSUER, now: 0, reads: 0 };
  const authenticate = createAuthenticate({
    oidc: { audience: AUDIENCE, subjects },
    now: () => cluster.now,
    readJson: async (path) => {
      if (!cluster.up) throw new Error("down");
      if (path === "/.well-known/openid-configuration") return { issuer: cluster.issuer };
      assert.equal(path, "/openid/v1/jwks");
      cluster.reads++;
      return { keys: cluster.keys.map(({ jwk }) => jwk) };
    },
  });
  return { cluster, verdict: async (token: string) => authenticate(`Bearer ${token}`), authenticate };
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

  test("are read again for a token with a new key, yet not for a flood of such tokens", async () => {
    const { cluster, verdict } = createSubject();
    await verdict(await sign());
    cluster.keys = [first, second];
    cluster.now = 9_000;
    const token = await sign({}, second);
    assert.equal(await verdict(token), "unauthenticated");
    assert.equal(cluster.reads, 1);
    cluster.now = 11_000;
    assert.equal(await verdict(token), "allowed");
    assert.equal(await verdict(await sign()), "allowed");
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
