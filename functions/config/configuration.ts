/**
 * What an installation is set to do: the product's side of the configuration file.
 *
 * @module
 */
import type { OidcSettings } from "../cloudevents/authentication/authenticate.ts";
import type { Integration } from "../integrations/integration.ts";
import type { LogLevel } from "../log.ts";
import type { RuleSyntax } from "../traefik/rule/syntax.ts";

export interface Configuration {
  readonly selector: {
    /** Only routes of this class; null for every route. */
    readonly ingressClass: string | null;
    /** Also routes of Traefik 2's group `traefik.containo.us`. */
    readonly legacyGroup: boolean;
    /** Also IngressRouteUDPs. */
    readonly udp: boolean;
  };
  /** What Traefik reads a rule without `syntax` as: `core.defaultRuleSyntax` of its static configuration. */
  readonly defaultRuleSyntax: RuleSyntax;
  /** Those that are on, and removers of those that are off and are to take their children with them. */
  readonly integrations: readonly Integration[];
  readonly logLevel: LogLevel;
  /** `observe`: nothing is written but logs and Events. */
  readonly mode: "reconcile" | "observe";
  readonly onOptOut: OnOptOut;
  readonly hostPolicy: HostPolicy;
  /** When a host that another namespace has is refused: in resyncs only, at every event too, or never. */
  readonly hostClaims: "resync" | "strict" | "off";
  /** Installations that this one continues, each as `<namespace>/<release>`. */
  readonly takeOverFrom: readonly string[];
  /** Whose tokens are accepted; null: senders need none. */
  readonly oidc: OidcSettings | null;
  /** Where metrics and traces go; null: nowhere, unless the environment says so. */
  readonly telemetry: OtlpSettings | null;
}

/** An OpenTelemetry receiver of OTLP over HTTP. */
export interface OtlpSettings {
  /** Without the path of a signal, such as `http://collector:4318`. */
  readonly endpoint: URL;
  readonly intervalSeconds: number;
  /** PEM of the authorities that the receiver's certificate is trusted for; null: those that Node knows. */
  readonly caBundle: string | null;
}

/** One line of the policy. `namespaces` are globs; a suffix allows itself and all names below it. */
export interface HostRule {
  readonly namespaces: readonly string[];
  readonly suffixes: readonly string[];
  /** What else may stand in a certificate: IP addresses and ranges, and globs for anything that is no host. */
  readonly identities?: readonly string[] | undefined;
}

/** Empty: every namespace may claim every host. Otherwise a namespace that no line names may claim none. */
export type HostPolicy = readonly HostRule[];

/** What becomes of the children that a route has when it opts out. */
export type OnOptOut = "delete" | "keep";

/** One thing that is wrong with a configuration. */
export interface ConfigurationProblem {
  /** Path of the key, such as `integrations.externalDNS.targetIPs[0]`; empty for the file as a whole. */
  readonly path: string;
  readonly found: string;
  readonly expected: string;
}

/** The configuration cannot be used. The message has one line for every problem. */
export class InvalidConfigurationError extends Error {
  override readonly name = "InvalidConfigurationError";
  readonly problems: readonly ConfigurationProblem[];

  constructor(problems: readonly ConfigurationProblem[], options?: ErrorOptions) {
    super(problems.map(lineOf).join("\n"), options);
    this.problems = problems;
  }
}

function lineOf({ path, found, expected }: ConfigurationProblem): string {
  return `${path === "" ? "the configuration" : path}: found ${found}, expected ${expected}`;
}
