/**
 * What is wrong with an input and where: the one shape in which every room reports bad input to a user.
 * It becomes a Kubernetes Event on the route, a field of the log line, and a line of the CLI.
 *
 * @module
 */

/**
 * Machine-readable causes, CamelCase as Kubernetes Events want them; docs/operations.md has each with an example. An
 * integration adds its own from its folder (`declare module`) and says there what they mean.
 */
export interface ProblemReasons {
  InvalidRule: true;
  UnusableHost: true;
  InvalidField: true;
  InvalidAnnotation: true;
  NotOurs: true;
  Released: true;
  HostNotAllowed: true;
  HostClaimed: true;
  Forbidden: true;
  KindNotServed: true;
  Rejected: true;
  TooLarge: true;
  Shadowed: true;
  DeletionBrake: true;
  CertResolver: true;
  ParentRefs: true;
  NoNames: true;
}

export type ProblemReason = keyof ProblemReasons;

/** The steps of a field, whose brackets hold an index or a key: `spec`, `routes`, `0`, `match`. */
export function stepsOf(field: string): readonly string[] {
  return [...field.matchAll(/\[([^\]]*)\]|([^.[]+)/g)].map(
    ([, inBrackets, name]) => inBrackets ?? name ?? "",
  );
}

/** A problem in one line: where, and what. */
export function problemText({ field, message }: Pick<Problem, "field" | "message">): string {
  return field === null ? message : `${field}: ${message}`;
}

/** One problem. `message` says what was found and what to do; `field` is a path such as `spec.routes[0].match`. */
export interface Problem {
  readonly reason: ProblemReason;
  readonly message: string;
  readonly field: string | null;
  /** It stands for so many others of its reason, which are not reported one by one. */
  readonly more?: number;
  /** Nothing is wrong and nobody need act: it is only worth knowing. A Normal Event; no reason to exit with 1. */
  readonly note?: true;
  /** The placeholder that is to blame, as the user wrote it. */
  readonly placeholder?: string;
}
