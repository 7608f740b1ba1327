/**
 * What to write instead: hints for matchers that Traefik does not know or not under the rule's syntax.
 *
 * @module
 */
import { nearest } from "../../schema/nearest.ts";
import { plain, shown } from "../../schema/shown.ts";
import { documentedNames, matcherName } from "./matchers.ts";
import type { Protocol, RuleSyntax } from "./syntax.ts";

/** The message for an identifier that names no matcher of the protocol. */
export function unknownMatcher(protocol: Protocol, identifier: string): string {
  const problem = `unknown matcher ${shown(identifier)}`;
  const other: Protocol = protocol === "http" ? "tcp" : "http";
  const near = nearest(identifier, documentedNames(protocol), 2);
  if (near !== null) return `${problem}; did you mean ${near}?`;
  if (matcherName(other, identifier) !== undefined) {
    const counterpart = identifier.toLowerCase().startsWith("host")
      ? `; ${protocol === "tcp" ? "HostSNI" : "Host"} is the one here`
      : "";
    return `${problem}: it belongs to ${other === "http" ? "IngressRoute" : "IngressRouteTCP"}${counterpart}`;
  }
  return `${problem}; known are ${documentedNames(protocol).join(", ")}`;
}

/** v3 counterparts of the names that only v2 has, and the other way round. */
const counterparts: Readonly<Record<string, string>> = {
  HostHeader: "Host",
  Headers: "Header",
  HeadersRegexp: "HeaderRegexp",
  Header: "Headers",
  HeaderRegexp: "HeadersRegexp",
  PathRegexp: "Path with a template",
  QueryRegexp: "Query with a template",
};

/** The message for a matcher of the other syntax. */
export function wrongSyntax(name: string, syntax: RuleSyntax): string {
  const counterpart = counterparts[name];
  const instead = counterpart === undefined ? "" : `; in ${syntax} it is ${counterpart}`;
  const switchOver = syntax === "v3" ? ", or set syntax: v2 on this route" : "";
  return `${name} is not a matcher of rule syntax ${syntax}${instead}${switchOver}`;
}

/** The message for a number of values that the matcher does not take. `literals` are the first of them, as written. */
export function wrongArity(
  name: string,
  syntax: RuleSyntax,
  least: number,
  most: number,
  count: number,
  literals: readonly string[],
): string {
  const taken = least === most ? `${least} value${least === 1 ? "" : "s"}` : `${least} to ${most} values`;
  const problem = `${name} takes ${taken} in rule syntax ${syntax}, not ${count}`;
  if (syntax === "v3" && most === 1 && count > 1) {
    const split = literals.map((literal) => `${name}(${plain(literal)})`).join(" || ");
    return `${problem}; write ${split}${count > literals.length ? " || …" : ""}, or set syntax: v2 on this route`;
  }
  return problem;
}
