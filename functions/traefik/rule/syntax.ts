/**
 * What a rule is read as.
 *
 * @module
 */

/** Which router reads the rule: HTTP for an IngressRoute, TCP for an IngressRouteTCP. */
export type Protocol = "http" | "tcp";

/** Rule syntax of a router. */
export type RuleSyntax = "v2" | "v3";
