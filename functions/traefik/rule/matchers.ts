/**
 * The matchers of Traefik's rule language: their names, how often each takes values, and what is checked about them.
 * https://doc.traefik.io/traefik/reference/routing-configuration/http/routing/rules-and-priority/
 *
 * @module
 */

import type { Protocol, RuleSyntax } from "../route-description.ts";
import type { Check } from "./checks.ts";
import * as checks from "./checks.ts";

/** Compiles a Go regular expression: null when it is fine, else the error message. */
export type CompileRegexp = (pattern: string) => string | null;

/** One matcher under one syntax. `most` is the largest number of values. */
export interface Matcher {
  readonly least: number;
  readonly most: number;
  readonly check: Check;
}

type Table = Readonly<Record<string, Matcher>>;

const takes = (least: number, most: number, check: Check): Matcher => ({ least, most, check });
const one = (check: Check): Matcher => takes(1, 1, check);
const many = (check: Check): Matcher => takes(1, Number.POSITIVE_INFINITY, check);

const tables: Readonly<Record<Protocol, Readonly<Record<RuleSyntax, Table>>>> = {
  http: {
    v3: {
      ClientIP: one(checks.clientIp),
      Method: one(checks.anything),
      Host: one(checks.host),
      HostRegexp: one(checks.hostRegexp),
      Path: one(checks.path),
      PathRegexp: one(checks.regexp),
      PathPrefix: one(checks.path),
      Header: takes(2, 2, checks.anything),
      HeaderRegexp: takes(2, 2, checks.keyAndRegexp),
      Query: takes(1, 2, checks.anything),
      QueryRegexp: takes(1, 2, checks.keyAndRegexp),
    },
    v2: {
      Host: many(checks.host),
      HostHeader: many(checks.host),
      HostRegexp: many(checks.hostTemplate),
      ClientIP: many(checks.clientIp),
      Path: many(checks.pathTemplate),
      PathPrefix: many(checks.pathPrefixTemplate),
      Method: many(checks.anything),
      Headers: many(checks.headerPairs),
      HeadersRegexp: many(checks.headerRegexpPairs),
      Query: many(checks.queryPairs),
    },
  },
  tcp: {
    v3: {
      ALPN: one(checks.alpn),
      ClientIP: one(checks.clientIp),
      HostSNI: one(checks.hostSni),
      HostSNIRegexp: one(checks.hostRegexp),
    },
    v2: {
      ALPN: many(checks.alpn),
      ClientIP: many(checks.clientIp),
      HostSNI: many(checks.hostSniV2),
      HostSNIRegexp: many(checks.sniTemplate),
    },
  },
};

/** Every accepted spelling to the matcher's name: as documented, lower case, upper case, and Capitalised. */
function spellings(protocol: Protocol): ReadonlyMap<string, string> {
  const bySpelling = new Map<string, string>();
  for (const table of Object.values(tables[protocol])) {
    for (const name of Object.keys(table)) {
      const lower = name.toLowerCase();
      const capitalised = `${name[0]}${lower.slice(1)}`;
      for (const spelling of [name, lower, name.toUpperCase(), capitalised]) {
        bySpelling.set(spelling, name);
      }
    }
  }
  return bySpelling;
}

const names: Readonly<Record<Protocol, ReadonlyMap<string, string>>> = {
  http: spellings("http"),
  tcp: spellings("tcp"),
};

/** The matcher that a rule's identifier names under any syntax: extraction takes v2 and v3 names together. */
export function matcherName(protocol: Protocol, identifier: string): string | undefined {
  return names[protocol].get(identifier);
}

/** The matcher under one syntax, undefined where that syntax does not have it. */
export function matcherOf(protocol: Protocol, syntax: RuleSyntax, name: string): Matcher | undefined {
  return tables[protocol][syntax][name];
}

/** All names of a protocol as documented. */
export function documentedNames(protocol: Protocol): string[] {
  return [...new Set(names[protocol].values())];
}
