/**
 * Who sent a request: a token of a ServiceAccount, for our audience, signed by this cluster, of an allowed subject.
 *
 * @module
 */
import { matchesGlob } from "../glob.ts";
import { isRecord } from "../unknown.ts";
import type { Verification, Verifier } from "./oidc.lazy.ts";

export interface OidcSettings {
  /** What the token's `aud` must have; the sources are told it as `sink.audience`. */
  readonly audience: string;
  /** Allowed `sub`, with `*` for any text, such as `system:serviceaccount:<namespace>:<name>`. */
  readonly subjects: readonly string[];
}

/** `unknown`: the keys that would decide could not be read, or were read a moment ago; the sender is to try again. */
export type Verdict = "allowed" | "unauthenticated" | "forbidden" | "unknown";

/** @param authorization value of the header; null where there is none */
export type Authenticate = (authorization: string | null) => Promise<Verdict>;

export interface AuthenticateOptions {
  readonly oidc: OidcSettings;
  /** Reads a JSON document of the API server; throws where it cannot. */
  readonly readJson: (path: string) => Promise<unknown>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Told why the keys could not be read. */
  readonly onFailure?: (error: unknown) => void;
}

/** OIDC discovery of the API server (Kubernetes documentation, "Service account issuer discovery"). */
const CONFIGURATION_PATH = "/.well-known/openid-configuration";
const KEYS_PATH = "/openid/v1/jwks";

/** A token with an unknown key makes us read the keys again, yet no flood of such tokens makes a flood of reads. */
const REFRESH_PAUSE_MS = 2_000;
/** Keys that were withdrawn are not accepted for longer than this. */
const MAX_AGE_MS = 10 * 60_000;

interface KeySet {
  readonly verifier: Promise<Verifier>;
  /** When its reading began. */
  readonly since: number;
}

/** The keys are read at the first request and again when they are old or lack a token's key. */
export function createAuthenticate(options: AuthenticateOptions): Authenticate {
  const { oidc, readJson, now, onFailure } = options;
  let known: KeySet | null = null;
  let refreshed = Number.NEGATIVE_INFINITY;

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

  const readAgain = (): KeySet => {
    const reading = { verifier: read(), since: now() };
    known = reading;
    // A failure is not kept: the next request reads again.
    reading.verifier.catch(() => {
      if (known === reading) known = null;
    });
    return reading;
  };

  /** Keys read since those were; null where the last such reading is too recent for another one. */
  const newerThan = (keys: KeySet): KeySet | null => {
    if (known !== null && known !== keys) return known;
    if (now() - refreshed < REFRESH_PAUSE_MS) return null;
    refreshed = now();
    return readAgain();
  };

  /** `unknownKey` where the token's key may be newer than our keys, and it is too early to read them again. */
  const verify = async (token: string): Promise<Verification> => {
    const held = known;
    const keys = held !== null && now() - held.since <= MAX_AGE_MS ? held : readAgain();
    const result = await (await keys.verifier).verify(token);
    if (!result.unknownKey) return result;
    // Keys that were read after the token had come say for good that its key is none of them.
    const newer = keys === held ? newerThan(keys) : keys;
    if (newer === null) return result;
    return { ...(await (await newer.verifier).verify(token)), unknownKey: false };
  };

  return async (authorization) => {
    const token = /^Bearer ([\w.~+/=-]+)$/i.exec(authorization ?? "")?.[1];
    if (token === undefined) return "unauthenticated";
    try {
      const { subject, unknownKey } = await verify(token);
      if (unknownKey) return "unknown";
      if (subject === null) return "unauthenticated";
      return oidc.subjects.some((allowed) => matchesGlob(allowed, subject)) ? "allowed" : "forbidden";
    } catch (error) {
      onFailure?.(error);
      return "unknown";
    }
  };
}
