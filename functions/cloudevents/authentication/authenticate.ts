/**
 * Who sent a request: a token of a ServiceAccount, for our audience, signed by this cluster, of an allowed subject.
 *
 * @module
 */
import { matchesGlob } from "../../schema/glob.ts";
import { createVerifyToken } from "./cluster-keys.ts";

export interface OidcSettings {
  /** What the token's `aud` must have; the sources have it as `sink.audience`. */
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
  /** Called with why the keys could not be read. */
  readonly onFailure?: (error: unknown) => void;
}

/** Who may send, by the cluster's keys and the list of subjects. */
export function createAuthenticate({ oidc, readJson, now, onFailure }: AuthenticateOptions): Authenticate {
  const verify = createVerifyToken({ audience: oidc.audience, readJson, now });
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
