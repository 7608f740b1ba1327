/**
 * What to write instead: hints for matchers that Traefik does not know or not under the rule's syntax.
 *
 * @module
 */

import type { Protocol, RuleSyntax } from "../route-description.ts";
import { shown } from "../rule-error.ts";
import { documentedNames, matcherName } from "./matchers.ts";

/** The message for an identifier that names no matcher of the protocol. */
export function unknownMatcher(protocol: Protocol, identifier: string): string {
  const problem = `unknown matcher ${shown(identifier)}`;
  const other: Protocol = protocol === "http" ? "tcp" : "http";
  const nearest = nearestName(protocol, identifier);
  if (nearest !== null) {
    return `${problem}; did you mean ${nearest}?`;
  }
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

/** The message for a number of values that the matcher does not take. */
export function wrongArity(
  name: string,
  syntax: RuleSyntax,
  least: number,
  most: number,
  args: readonly string[],
): string {
  const taken = least === most ? `${least} value${least === 1 ? "" : "s"}` : `${least} to ${most} values`;
  const problem = `${name} takes ${taken} in rule syntax ${syntax}, not ${args.length}`;
  if (syntax === "v3" && most === 1 && args.length > 1) {
    const split = args
      .slice(0, 2)
      .map((value) => `${name}(${shown(value)})`)
      .join(" || ");
    return `${problem}; write ${split}${args.length > 2 ? " || …" : ""}, or set syntax: v2 on this route`;
  }
  return problem;
}

function nearestName(protocol: Protocol, identifier: string): string | null {
  const wanted = identifier.toLowerCase();
  let best: string | null = null;
  let bestDistance = 3;
  for (const name of documentedNames(protocol)) {
    const distance = editDistance(wanted, name.toLowerCase(), bestDistance);
    if (distance < bestDistance) {
      best = name;
      bestDistance = distance;
    }
  }
  return best;
}

/** Levenshtein distance, or `limit` as soon as it cannot be smaller. */
function editDistance(left: string, right: string, limit: number): number {
  if (Math.abs(left.length - right.length) >= limit) {
    return limit;
  }
  let previous = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let row = 1; row <= left.length; row++) {
    const current = [row];
    for (let column = 1; column <= right.length; column++) {
      const replaced = (previous[column - 1] ?? 0) + (left[row - 1] === right[column - 1] ? 0 : 1);
      const changed = Math.min(previous[column] ?? 0, current[column - 1] ?? 0) + 1;
      current.push(Math.min(replaced, changed));
    }
    previous = current;
  }
  return Math.min(previous[right.length] ?? limit, limit);
}
