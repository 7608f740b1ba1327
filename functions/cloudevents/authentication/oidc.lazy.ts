/**
 * Verifies the tokens that Knative's sources send. Loads jose, so nothing imports this file statically: only an
 * installation with `auth.oidc` pays for it.
 *
 * @module
 */
import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTPayload, jwtVerify } from "jose";

export interface VerifyOptions {
  readonly audience: string;
  readonly issuer: string;
}

export interface Verification {
  /** The token's subject; null where the token is not acceptable. */
  readonly subject: string | null;
  /** The set of keys lacks the token's key, which may be new. */
  readonly unknownKey: boolean;
}

/** Verifies tokens with one set of keys. */
export interface Verifier {
  verify(token: string): Promise<Verification>;
}

/** The algorithms that Kubernetes signs ServiceAccount tokens with. */
const ALGORITHMS = ["RS256", "ES256", "ES384", "ES512"];

/** How far the clocks of the nodes and of the API servers may be apart, for `exp` and `nbf`. */
const CLOCK_TOLERANCE_SECONDS = 60;

/** @param keys a JSON Web Key Set, as the API server serves it at /openid/v1/jwks */
export function createVerifier(keys: unknown, { audience, issuer }: VerifyOptions): Verifier {
  const keySet = createLocalJWKSet(keys as JSONWebKeySet);
  const options = {
    audience,
    issuer,
    algorithms: ALGORITHMS,
    requiredClaims: ["exp", "sub"],
    clockTolerance: CLOCK_TOLERANCE_SECONDS,
  };
  return {
    verify: async (token) => {
      try {
        const { payload } = await jwtVerify(token, keySet, options);
        return { subject: subjectOf(payload), unknownKey: false };
      } catch (error) {
        return { subject: null, unknownKey: error instanceof errors.JWKSNoMatchingKey };
      }
    },
  };
}

function subjectOf({ sub }: JWTPayload): string | null {
  return sub === undefined || sub === "" ? null : sub;
}
