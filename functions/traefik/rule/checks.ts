/**
 * What Traefik checks about the values of a matcher when it loads a router (pkg/muxer/http and pkg/muxer/tcp).
 *
 * @module
 */

import { cut, shown } from "../../schema/shown.ts";
import { isAddressOrRange } from "./ip-address.ts";
import type { CompileRegexp } from "./regexp.ts";
import { checkTemplate, type TemplateUse } from "./template.ts";

/** What is wrong with a matcher: with one value, or (null) with their number. */
export interface Fault {
  readonly message: string;
  readonly argument: number | null;
}

/** Checks the values of one matcher: at least one, none empty. */
export type Check = (args: readonly string[], compile: CompileRegexp) => Fault | null;

/** No value is wrong. */
export const anything: Check = () => null;

/** Makes a check of each value. */
function each(check: (value: string, compile: CompileRegexp) => string | null): Check {
  return (args, compile) => {
    for (const [argument, value] of args.entries()) {
      const message = check(value, compile);
      if (message !== null) {
        return { message, argument };
      }
    }
    return null;
  };
}

function isAscii(value: string): boolean {
  for (let index = 0; index < value.length; index++) {
    if (value.charCodeAt(index) > 0x7f) {
      return false;
    }
  }
  return true;
}

const notAscii = (value: string): string =>
  `${shown(value)} has characters outside ASCII; write international names in their xn-- form`;

/** Compiles a regular expression that may hold bytes that are not UTF-8 (see string-literal.ts). */
function regexpFault(pattern: string, compile: CompileRegexp): string | null {
  const error = pattern.isWellFormed() ? compile(pattern) : "it is not valid UTF-8";
  return error === null ? null : `${shown(pattern)} is not a Go regular expression: ${cut(error, 200)}`;
}

function templateFault(template: string, use: TemplateUse, compile: CompileRegexp): string | null {
  const { error } = checkTemplate(template, use, compile);
  return error === null ? null : `${shown(template)} is not a template: ${cut(error, 200)}`;
}

export const host: Check = each((value) => (isAscii(value) ? null : notAscii(value)));

export const hostRegexp: Check = each((value, compile) =>
  isAscii(value) ? regexpFault(value, compile) : notAscii(value),
);

export const hostTemplate: Check = each((value, compile) =>
  isAscii(value) ? templateFault(value, "host", compile) : notAscii(value),
);

export const regexp: Check = each(regexpFault);

export const clientIp: Check = each((value) =>
  isAddressOrRange(value) ? null : `${shown(value)} is not an IP address or CIDR range`,
);

const startsWithSlash = (value: string): string | null =>
  value.startsWith("/") ? null : `the path ${shown(value)} does not start with a slash`;

export const path: Check = each(startsWithSlash);

export const pathTemplate: Check = each(
  (value, compile) => startsWithSlash(value) ?? templateFault(value, "path", compile),
);

export const pathPrefixTemplate: Check = each(
  (value, compile) => startsWithSlash(value) ?? templateFault(value, "pathPrefix", compile),
);

/** A key and a regular expression for its value. */
export const keyAndRegexp: Check = ([, pattern], compile) => {
  const message = pattern === undefined ? null : regexpFault(pattern, compile);
  return message === null ? null : { message, argument: 1 };
};

const inPairs = (what: string): Fault => ({
  message: `${what} come in pairs of a name and a value; one is missing`,
  argument: null,
});

export const headerPairs: Check = (args) => (args.length % 2 === 0 ? null : inPairs("headers"));

export const headerRegexpPairs: Check = (args, compile) => {
  if (args.length % 2 !== 0) {
    return inPairs("headers");
  }
  for (let argument = 1; argument < args.length; argument += 2) {
    const message = regexpFault(args[argument] ?? "", compile);
    if (message !== null) {
      return { message, argument };
    }
  }
  return null;
};

/** Values such as a=b; one without = is a name whose value is the next piece, which Traefik accepts. */
export const queryPairs: Check = (args, compile) => {
  const pieces: { text: string; argument: number }[] = [];
  for (const [argument, value] of args.entries()) {
    const equals = value.indexOf("=");
    if (equals < 0) {
      pieces.push({ text: value, argument });
    } else {
      pieces.push({ text: value.slice(0, equals), argument }, { text: value.slice(equals + 1), argument });
    }
  }
  if (pieces.length % 2 !== 0) {
    return { message: "queries are written name=value; a value is missing", argument: null };
  }
  const seen = new Set<string>();
  for (let index = 0; index < pieces.length; index += 2) {
    const argument = pieces[index]?.argument ?? 0;
    const template = `${pieces[index]?.text}=${pieces[index + 1]?.text}`;
    const { error, variables } = checkTemplate(template, "query", compile);
    if (error !== null) {
      return { message: `${shown(template)} is not a template: ${cut(error, 200)}`, argument };
    }
    const repeated = variables.find((name) => seen.has(name));
    if (repeated !== undefined) {
      return { message: `the variable ${shown(repeated)} is used twice`, argument };
    }
    for (const name of variables) {
      seen.add(name);
    }
  }
  return null;
};

/** The protocol of ACME's TLS-ALPN challenge, which Traefik keeps to itself (RFC 8737). */
const acmeProtocol = "acme-tls/1";

export const alpn: Check = each((value) =>
  value === acmeProtocol ? `the protocol ${shown(value)} is reserved for ACME` : null,
);

function sniFault(allowsWildcard: boolean, value: string): string | null {
  const name = allowsWildcard && value.startsWith("*.") ? value.slice(2) : value;
  return value === "*" || /^[0-9A-Za-z_.:-]+$/.test(name) ? null : `${shown(value)} is not a host name`;
}

export const hostSni: Check = each((value) => sniFault(true, value));

export const hostSniV2: Check = each((value) => sniFault(false, value));

export const sniTemplate: Check = each((value, compile) => templateFault(value, "sni", compile));
