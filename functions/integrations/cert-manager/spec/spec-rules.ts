/**
 * Rules between the fields of a Certificate's spec, as cert-manager's webhook has them: a spec that breaks one is
 * refused as a whole.
 *
 * @module
 */
import { isRecord } from "../../../schema/unknown.ts";
import { HOUR, MINUTE, parseGoDuration } from "../../go-duration.ts";
import type { Spec } from "../../integration.ts";

const DEFAULT_DURATION = 90n * 24n * HOUR;
const SHORTEST_DURATION = HOUR;
const SHORTEST_RENEW_BEFORE = 5n * MINUTE;

export const EXCLUSIVE = "renewBefore and renewBeforePercentage exclude each other: keep one";

/** `field` is the one that does not fit the others; `message` says what was found and how to repair it. */
export interface RuleError {
  readonly field: "duration" | "renewBefore" | "renewBeforePercentage";
  readonly message: string;
}

/** What is wrong between `duration`, `renewBefore` and `renewBeforePercentage`; null where nothing is. */
export function lifetimeError(spec: Spec): RuleError | null {
  const written = typeof spec.duration === "string" ? spec.duration : null;
  const duration = written === null ? DEFAULT_DURATION : parseGoDuration(written);
  // Not written by an annotation, so not to be reported here.
  if (duration === null) return null;
  const shownDuration = written ?? "2160h, cert-manager's default";
  if (duration < SHORTEST_DURATION) {
    return {
      field: "duration",
      message: `the duration ${shownDuration} is shorter than 1h: write a longer one`,
    };
  }
  const message =
    renewBeforeError(spec.renewBefore, duration, shownDuration) ??
    (spec.renewBefore !== undefined && spec.renewBeforePercentage !== undefined ? EXCLUSIVE : null);
  if (message !== null) return { field: "renewBefore", message };
  const percentage = percentageError(spec.renewBeforePercentage, duration, shownDuration);
  return percentage === null ? null : { field: "renewBeforePercentage", message: percentage };
}

function renewBeforeError(renewBefore: unknown, duration: bigint, shownDuration: string): string | null {
  const before = typeof renewBefore === "string" ? parseGoDuration(renewBefore) : null;
  if (before === null) return null;
  if (before < SHORTEST_RENEW_BEFORE) {
    return `${renewBefore} before the end is too late to renew: write 5m or more`;
  }
  if (before < duration) return null;
  return `a certificate cannot be renewed ${renewBefore} before its end when its duration is ${shownDuration}: renew later, or write a longer duration`;
}

function percentageError(percentage: unknown, duration: bigint, shownDuration: string): string | null {
  if (typeof percentage !== "number" || !Number.isInteger(percentage)) return null;
  const before = (duration * BigInt(100 - percentage)) / 100n;
  if (before >= SHORTEST_RENEW_BEFORE && before < duration) return null;
  return `${percentage} % of the duration (${shownDuration}) does not leave at least 5m, and less than all of it, for the renewal: write another percentage`;
}

/** What is wrong with the size of the private key for its algorithm; else null. */
export function keySizeError({ privateKey }: Spec): string | null {
  if (!isRecord(privateKey) || typeof privateKey.size !== "number") return null;
  const { size } = privateKey;
  const algorithm = keyAlgorithm({ privateKey });
  if (algorithm === "RSA" && (size < 2048 || size > 8192)) {
    return `${size} is no size of an RSA key: write 2048 to 8192, or name another private-key-algorithm`;
  }
  if (algorithm === "ECDSA" && ![256, 384, 521].includes(size)) {
    return `${size} is no size of an ECDSA key: write 256, 384 or 521`;
  }
  return null;
}

/** Something that does not fit the rest of the spec, and where. */
export interface SpecError {
  readonly path: readonly [string, ...string[]];
  readonly message: string;
}

const SIGNATURES: ReadonlyMap<unknown, RegExp> = new Map([
  ["RSA", /WithRSA$/],
  ["ECDSA", /^ECDSA/],
  ["Ed25519", /Ed25519$/],
]);

/** All that cert-manager's webhook would refuse in the fields taken together. */
export function specErrors(spec: Spec): readonly SpecError[] {
  const errors: SpecError[] = [];
  const lifetime = lifetimeError(spec);
  if (lifetime !== null) errors.push({ path: [lifetime.field], message: lifetime.message });
  const size = keySizeError(spec);
  if (size !== null) errors.push({ path: ["privateKey", "size"], message: size });
  const { signatureAlgorithm } = spec;
  if (
    typeof signatureAlgorithm === "string" &&
    SIGNATURES.get(keyAlgorithm(spec))?.test(signatureAlgorithm) === false
  ) {
    const message = `an ${keyAlgorithm(spec)} key cannot sign with ${signatureAlgorithm}: write another, or another privateKey.algorithm`;
    errors.push({ path: ["signatureAlgorithm"], message });
  }
  if (spec.literalSubject !== undefined && (spec.commonName !== undefined || spec.subject !== undefined)) {
    const message = "literalSubject stands for all of the subject: leave out commonName and subject";
    errors.push({ path: ["literalSubject"], message });
  }
  return errors;
}

/** The algorithm of the private key; RSA where none is named. */
export function keyAlgorithm({ privateKey }: Spec): unknown {
  return (isRecord(privateKey) && privateKey.algorithm) || "RSA";
}
