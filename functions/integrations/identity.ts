/**
 * Names that stand in certificates, as the host policy sees them: whatever form an identity has, the host in it counts.
 *
 * @module
 */
import { BlockList, isIP } from "node:net";
import { isHostname } from "../traefik/hosts.ts";

/** The host that an identity speaks for, lower case and without `*.`; null where it is none, as for an IP address. */
export function hostOf(identity: string): string | null {
  const text = identity.trim();
  if (isIP(text) !== 0) return null;
  if (/^[a-z][a-z0-9+.-]*:/i.test(text)) return hostOfUri(text);
  const [, domain = text] = /^[^\s@]+@([^\s@]+)$/.exec(text) ?? [];
  const host = domain.toLowerCase().replace(/\.$/, "").replace(/^\*\./, "");
  return isHostname(host) ? host : null;
}

/** Null too where there is no authority, as in `urn:` and `system:masters`. */
function hostOfUri(uri: string): string | null {
  if (!URL.canParse(uri)) return null;
  const host = new URL(uri).hostname.toLowerCase().replace(/\.$/, "");
  return isHostname(host) ? host : null;
}

/** Whether `allowed` is the address, or a range (CIDR) that has it. */
export function matchesAddress(allowed: string, address: string): boolean {
  const version = isIP(address);
  if (version === 0) return false;
  const [network = "", length] = allowed.split("/");
  if (isIP(network) !== version || (length !== undefined && !isPrefixLength(length, version))) return false;
  const family = version === 4 ? "ipv4" : "ipv6";
  const list = new BlockList();
  if (length === undefined) list.addAddress(network, family);
  else list.addSubnet(network, Number(length), family);
  return list.check(address, family);
}

/** Whether it is an address or a range that can be one; any other text is a glob, and always fine. */
export function isIdentityPattern(text: string): boolean {
  const [, network = "", length = ""] = /^([0-9A-Fa-f:.]+)\/(.*)$/.exec(text) ?? [];
  const version = isIP(network);
  return version === 0 || isPrefixLength(length, version);
}

function isPrefixLength(text: string, version: number): boolean {
  return /^[0-9]{1,3}$/.test(text) && Number(text) <= (version === 4 ? 32 : 128);
}
