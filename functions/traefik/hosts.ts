/**
 * Host hygiene: which names that users wrote can stand in a certificate and in DNS, and why the others cannot.
 *
 * A usable name is a host name of RFC 952 and RFC 1123 (letters, digits and hyphens, labels up to 63 bytes, 253 in
 * all), in lower case and without the final dot; `*` may stand for the whole first label.
 *
 * @module
 */
import { domainToASCII } from "node:url";
import type { Problem } from "../problem.ts";
import { shown } from "../schema/shown.ts";
import { asWritten, describePlaceholder, placeholderIn } from "./placeholders.ts";
import { addressBits } from "./rule/ip-address.ts";

export interface HostCandidate {
  readonly name: string;
  /** Where it was written, such as `spec.routes[0].match`. */
  readonly field: string;
  /** What the name was taken from, with the user's spelling; the name itself where that is as written. */
  readonly source?: string;
}

export interface UsableHosts {
  /** Usable names: lower case, sorted by byte, each once. */
  readonly hosts: readonly string[];
  /** One `UnusableHost` for each name and field that was dropped. */
  readonly problems: readonly Problem[];
}

const longestName = 253;
const longestLabel = 63;

/** Keeps the usable names and names the reason for each of the others. */
export function usableHosts(candidates: readonly HostCandidate[]): UsableHosts {
  const hosts = new Set<string>();
  const problems = new Map<string, Problem>();
  for (const { name, field, source } of candidates) {
    const host = normalized(name);
    const reason = whyUnusable(host);
    if (reason === null) {
      hosts.add(host);
    } else {
      const problem = leftOut(source === undefined ? name : asWritten(source, name), reason, field);
      problems.set(`${field}\n${problem.message}`, problem);
    }
  }
  return { hosts: [...hosts].sort(), problems: [...problems.values()] };
}

function leftOut(written: string, why: string, field: string): Problem {
  const placeholder = placeholderIn(written);
  const [reason, head] = ["UnusableHost", `the host ${shown(written)} is left out`] as const;
  if (placeholder === null) return { reason, message: `${head}: ${why}`, field };
  const message = `${head}: it ${describePlaceholder(placeholder)}`;
  return { reason, message, field, placeholder: placeholder.text };
}

function normalized(name: string): string {
  // The Kelvin sign and its like must not become ASCII letters.
  const lower = /^[\x20-\x7e]*$/.test(name) ? name.toLowerCase() : name;
  return lower.endsWith(".") && lower !== "." && lower !== "*." ? lower.slice(0, -1) : lower;
}

/** Null for a usable name. */
function whyUnusable(host: string): string | null {
  if (isHostname(host.startsWith("*.") ? host.slice(2) : host) && host.length <= longestName) {
    return null;
  }
  return unusualForm(host) ?? malformedName(host);
}

/** True for a host name in lower case, without final dot or wildcard. One pass: all that a usable name costs. */
export function isHostname(name: string): boolean {
  if (name.length > longestName) {
    return false;
  }
  let labelStart = 0;
  let onlyDigits = true;
  for (let index = 0; index <= name.length; index++) {
    const code = index === name.length ? 0x2e : name.charCodeAt(index);
    if (code === 0x2e) {
      const length = index - labelStart;
      const startsOrEndsInHyphen = name[labelStart] === "-" || name[index - 1] === "-";
      if (length === 0 || length > longestLabel || startsOrEndsInHyphen) {
        return false;
      }
      if (index < name.length) {
        labelStart = index + 1;
        onlyDigits = true;
      }
    } else if ((code >= 0x61 && code <= 0x7a) || code === 0x2d) {
      onlyDigits = false;
    } else if (code < 0x30 || code > 0x39) {
      return false;
    }
  }
  // No top-level domain is a number (RFC 1123, section 2.1); such a name is a mistyped address.
  return !onlyDigits;
}

/** Names that mean something, only not one host. */
function unusualForm(host: string): string | null {
  if (host === "") {
    return "it is empty; remove it or write a host name";
  }
  if (host === "*") {
    return "it matches every host, so there is no name for a certificate or a DNS record; nothing needs to be done unless one is wanted";
  }
  if (/\s/.test(host)) {
    return "it has white space in it; remove that";
  }
  if (/[^\x20-\x7e]/.test(host)) {
    return nonAscii(host);
  }
  if (/[{}]/.test(host)) {
    return "it is a template, not a name; list the names it stands for, or use HostRegexp and tls.domains";
  }
  if (host.startsWith("**.")) {
    return `it covers subdomains of any depth, which no certificate or DNS record can; write *.${host.slice(3)} for one level`;
  }
  if (host === "*." || host.replace(/^\*\./, "").includes("*")) {
    return "a wildcard is possible only as the whole first label, as in *.example.com";
  }
  if (addressBits(host) > 0 || (/^\[.*\]$/.test(host) && addressBits(host.slice(1, -1)) > 0)) {
    return "it is an IP address, not a name";
  }
  if (/^[^:]+:[0-9]*$/.test(host)) {
    return `it has a port; write ${shown(host.slice(0, host.indexOf(":")))}`;
  }
  if (host.includes("://") || host.includes("/")) {
    return "it is a URL or has a path; write the host name alone";
  }
  return null;
}

function nonAscii(host: string): string {
  const ascii = host.isWellFormed() ? domainToASCII(host.replace(/^\*\./, "")) : "";
  if (ascii === "" || ascii === host) {
    return "it has characters that no host name has";
  }
  const prefix = host.startsWith("*.") ? "*." : "";
  return `it has characters outside ASCII, which neither Traefik nor DNS matches; write its A-label form ${shown(prefix + ascii)}`;
}

function malformedName(host: string): string {
  if (host.length > longestName) {
    return `it has ${host.length} characters; a DNS name has at most ${longestName}`;
  }
  for (const label of (host.startsWith("*.") ? host.slice(2) : host).split(".")) {
    if (label === "") {
      return "it has an empty label: two dots side by side, or one at the start";
    }
    if (label.length > longestLabel) {
      return `its label ${shown(label)} has ${label.length} characters; the limit is ${longestLabel}`;
    }
    if (label.includes("_")) {
      return `its label ${shown(label)} has an underscore, which host names cannot have and certificate authorities refuse`;
    }
    if (/[^a-z0-9-]/.test(label)) {
      return `its label ${shown(label)} has a character other than letters, digits and hyphens`;
    }
    if (label.startsWith("-") || label.endsWith("-")) {
      return `its label ${shown(label)} starts or ends with a hyphen`;
    }
  }
  return "its last label is a number, which no top-level domain is";
}
