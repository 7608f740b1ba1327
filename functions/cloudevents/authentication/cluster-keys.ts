/**
 * The keys that the cluster signs tokens of ServiceAccounts with, as its API server serves them.
 *
 * @module
 */
import { isRecord } from "../../schema/unknown.ts";
import type { Verification, Verifier } from "./oidc.lazy.ts";

export interface ClusterKeysOptions {
  /** What the token's `aud` must have. */
  readonly audience: string;
  /** Reads a JSON document of the API server; throws where it cannot. */
  readonly readJson: (path: string) => Promise<unknown>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/**
 * Verifies a token with the cluster's keys. `unknownKey` where the token's key may be newer than our keys, and it is
 * too early to read them again.
 *
 * @throws where the keys cannot be read
 */
export type VerifyToken = (token: string) => Promise<Verification>;

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

/** The keys are read at the first token and again when they are old or lack a token's key. */
export function createVerifyToken({ audience, readJson, now }: ClusterKeysOptions): VerifyToken {
  let known: KeySet | null = null;
  /** Those that were read last, and the ones before. */
  let read: readonly Verifier[] = [];
  let refreshed = Number.NEGATIVE_INFINITY;

  const readAgain = (): KeySet => {
    const reading = { verifier: readKeys(audience, readJson), since: now() };
    known = reading;
    reading.verifier.then(
      (verifier) => {
        read = [verifier, ...read.slice(0, 1)];
      },
      // A failure is not kept: the next token reads again.
      () => {
        if (known === reading) known = null;
      },
    );
    return reading;
  };

  /** Keys read since those were; null where the last such reading is too recent for another one. */
  const newerThan = (keys: KeySet): KeySet | null => {
    if (known !== null && known !== keys) return known;
    if (now() - refreshed < REFRESH_PAUSE_MS) return null;
    refreshed = now();
    return readAgain();
  };

  /** Whether the keys before these had the token's key, so that it is no new one. */
  const isWithdrawn = async (token: string): Promise<boolean> => {
    const previous = read[1];
    return previous !== undefined && !(await previous.verify(token)).unknownKey;
  };

  return async (token) => {
    const cached = known;
    const keys = cached !== null && now() - cached.since <= MAX_AGE_MS ? cached : readAgain();
    const result = await (await keys.verifier).verify(token);
    if (!result.unknownKey) return result;
    // Keys that were read after the token had come say for good that its key is none of them.
    const newer = keys === cached ? newerThan(keys) : keys;
    if (newer === null) return { ...result, unknownKey: !(await isWithdrawn(token)) };
    return { ...(await (await newer.verifier).verify(token)), unknownKey: false };
  };
}

async function readKeys(audience: string, readJson: ClusterKeysOptions["readJson"]): Promise<Verifier> {
  const [configuration, keys, { createVerifier }] = await Promise.all([
    readJson(CONFIGURATION_PATH),
    readJson(KEYS_PATH),
    import("./oidc.lazy.ts"),
  ]);
  const issuer = isRecord(configuration) ? configuration.issuer : undefined;
  if (typeof issuer !== "string") throw new TypeError(`${CONFIGURATION_PATH} names no issuer`);
  return createVerifier(keys, { audience, issuer });
}
