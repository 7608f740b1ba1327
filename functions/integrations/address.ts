/**
 * One spelling for each IP address, so that the same address never looks like a change.
 *
 * @module
 */
import { isIP, SocketAddress } from "node:net";

/** RFC 5952 form of an IPv6 address; anything else as it is. */
export function canonicalAddress(target: string): string {
  return isIP(target) === 6 ? new SocketAddress({ address: target, family: "ipv6" }).address : target;
}
