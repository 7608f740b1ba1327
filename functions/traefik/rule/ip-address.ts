/**
 * IP addresses and CIDR ranges as Go's `net.ParseIP` and `net.ParseCIDR` accept them, which is what ClientIP uses:
 * no zone, no leading zeros in IPv4, at most four digits in a group of IPv6 (RFC 4291, section 2.2).
 *
 * @module
 */

/** True for an IPv4 or IPv6 address or CIDR range. */
export function isAddressOrRange(text: string): boolean {
  const slash = text.indexOf("/");
  if (slash < 0) {
    return addressBits(text) > 0;
  }
  const bits = addressBits(text.slice(0, slash));
  const length = text.slice(slash + 1);
  // Leading zeros are fine to Go here.
  return bits > 0 && /^[0-9]+$/.test(length) && Number(length) <= bits;
}

/** Bits of the address: 32 or 128, or 0 where `text` is no address. */
export function addressBits(text: string): 0 | 32 | 128 {
  if (isIpv4(text)) {
    return 32;
  }
  return text.includes(":") && isIpv6(text) ? 128 : 0;
}

function isIpv4(text: string): boolean {
  const fields = text.split(".", 5);
  return (
    fields.length === 4 &&
    fields.every((field) => /^(0|[1-9][0-9]{0,2})$/.test(field) && Number(field) <= 255)
  );
}

function isIpv6(text: string): boolean {
  const halves = text.split("::", 3);
  if (halves.length > 2) {
    return false;
  }
  const hasGap = halves.length === 2;
  let groups = 0;
  for (const [index, half] of halves.entries()) {
    const isLast = index === halves.length - 1;
    const count = countGroups(half, hasGap, isLast);
    if (count < 0) {
      return false;
    }
    groups += count;
  }
  // The gap stands for at least one group.
  return hasGap ? groups < 8 : groups === 8;
}

/** Number of 16-bit groups in a part of an IPv6 address without `::`, -1 where it is malformed. */
function countGroups(part: string, mayBeEmpty: boolean, mayEndInIpv4: boolean): number {
  if (part === "") {
    return mayBeEmpty ? 0 : -1;
  }
  const fields = part.split(":", 9);
  let count = 0;
  for (const [index, field] of fields.entries()) {
    if (/^[0-9a-fA-F]{1,4}$/.test(field)) {
      count++;
    } else if (mayEndInIpv4 && index === fields.length - 1 && isIpv4(field)) {
      count += 2;
    } else {
      return -1;
    }
  }
  return count;
}
