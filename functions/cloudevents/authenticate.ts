/**
 * Who sent a request: a token of a ServiceAccount, for our audience, signed by this cluster, of an allowed subject.
 *
 * @module
 */
import { matchesGlob } from "../glob.ts";
import { isRecord } from "../unknown.ts";
import type { Verifier } from "./oidc.lazy.ts";

export interface OidcSettings {
  /** What the token's `aud` must have; the sources are told it as `sink.audience`. */
  readonly audience: string;
  /** Allowed `sub`, with `*` for any text, such as `system:serviceaccount:<namespace>:<name>`. */
  readonly subjects: readonly string[];
}

/** `unknown`: nobody is let in before the cluster's keys could be read; the sender shall try again. */
export type Verdict = "allowed" | "unauthenticated" | "forbidden" | "unknown";

/** @param authorization value of the header; null where there is none */
export type Authenticate = (authorization: string | null) => Promise<Verdict>;

export interface AuthenticateOptions {
  readonly oidc: OidcSettings;
  /** Reads a JSON document of the API server; throws where it cannot. */
  readonly readJson: (path: string) => Promise<unknown>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** OIDC discovery of the API server (Kubernetes documentation, "Service account issuer discovery"). */
const CONFIGURATION_PATH = "/.well-known/openid-configuration";
const KEYS_PATH = "/openid/v1/jwks";

/** A token with an unknown key makes us read the keys again, yet no flood of such tokens makes a flood of reads. */
const MIN_REFRESH_MS = 10_000;
/** Keys that were withdrawn are not accepted for longer than this. */
const MAX_AGE_MS = 10 * 60_000;

/** The keys are read at the first request and again when they are old or lack a token's key. */
export function createAuthenticate({ oidc, readJson, now }: AuthenticateOptions): Authenticate {
  let known: { readonly verifier: Promise<Verifier>; readonly since: number } | null = null;

  const read = async (): Promise<Verifier> => {
    const [configuration, keys, { createVerifier }] = await Promise.all([
      readJson(CONFIGURATION_PATH),
      readJson(KEYS_PATH),
      import("./oidc.lazy.ts"),
    ]);
    const issuer = isRecord(configuration) ? configuration.issuer : undefined;
    if (typeof issuer !== "string") throw new TypeError(`${CONFIGURATION_PATH} names no issuer`);
    return createVerifier(keys, { audience: oidc.audience, issuer });
  };

  const verifier = (maxAge: number): Promise<Verifier> => {
    if (known === null || now() - known.since > maxAge) {
      const reading = { verifier: read(), since: now() };
      known = reading;
      // A failure is not kept: the next request reads again.
      reading.verifier.catch(() => {
        if (known === reading) known = null;
      });
    }
    return known.verifier;
  };

  return async (authorization) => {
    const token = /^Bearer ([\w.~+/=-]+)$/i.exec(authorization ?? "")?.[1];
    if (token === undefined) return "unauthenticated";
    try {
      let result = await (await verifier(MAX_AGE_MS)).verify(token);
      if (result.unknownKey) result = await (await verifier(MIN_REFRESH_MS)).verify(token);
      const { subject } = result;
      if (subject === null) return "unauthenticated";
      return oidc.subjects.some((allowed) => matchesGlob(allowed, subject)) ? "allowed" : "forbidden";
    } catch {
      return "unknown";
    }
  };
}
