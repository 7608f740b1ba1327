/**
 * Names that no public certificate authority signs. An ACME server refuses a whole order for one of them, so beside
 * public names they cost those their certificate too.
 *
 * @module
 */
import { BlockList, isIP } from "node:net";
import type { Problem } from "../../problem.ts";
import { shown } from "../../schema/shown.ts";

/**
 * Top-level domains that are reserved (RFC 2606, 6761, 6762, 7686, 8375, ICANN's resolution on `internal`), or are not
 * delegated and in private use everywhere (RFC 6762, appendix G).
 */
const PRIVATE_DOMAINS: ReadonlySet<string> = new Set([
  "alt",
  "arpa",
  "cluster",
  "corp",
  "domain",
  "example",
  "home",
  "internal",
  "intranet",
  "invalid",
  "lan",
  "local",
  "localdomain",
  "localhost",
  "mail",
  "onion",
  "private",
  "svc",
  "test",
]);

/** Addresses that nobody has to himself (RFC 6890). */
const PRIVATE_RANGES: readonly (readonly [network: string, length: number])[] = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3],
  ["::", 96],
  ["::ffff:0:0", 96],
  ["100::", 64],
  ["2001:db8::", 32],
  ["fc00::", 7],
  ["fe80::", 10],
  ["ff00::", 8],
];

/** Whether a public authority could sign the host or IP address. */
export function isPublic(name: string): boolean {
  if (isIP(name) !== 0) return !isPrivateAddress(name);
  const host = name.replace(/^\*\./, "");
  const top = host.slice(host.lastIndexOf(".") + 1);
  return host.includes(".") && !PRIVATE_DOMAINS.has(top);
}

function isPrivateAddress(address: string): boolean {
  const version = isIP(address);
  const list = new BlockList();
  for (const [network, length] of PRIVATE_RANGES) {
    if (isIP(network) === version) list.addSubnet(network, length, version === 4 ? "ipv4" : "ipv6");
  }
  return list.check(address, version === 4 ? "ipv4" : "ipv6");
}

const MOST_SHOWN = 5;

/** Reported only where public names stand beside: a certificate of private names alone comes from a private authority. */
export function mixedNamesProblems(names: readonly string[]): readonly Problem[] {
  const privates = names.filter((name) => !isPublic(name));
  if (privates.length === 0 || privates.length === names.length) return [];
  const more = privates.length > MOST_SHOWN ? ` and ${privates.length - MOST_SHOWN} more` : "";
  const message =
    `no public certificate authority signs ${privates.slice(0, MOST_SHOWN).map(shown).join(", ")}${more}, and the Certificate has public names too, ` +
    "which such an authority would then refuse with it. Give these names a route with a secretName of its own, or use a private issuer.";
  return [{ reason: "PrivateName", message, field: "spec.tls.secretName" }];
}
