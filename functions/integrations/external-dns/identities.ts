/**
 * Hosts in the provider properties of an endpoint: they name what a provider serves, so they pass the host policy as
 * the records do.
 *
 * @module
 */
import type { Problem } from "../../problem.ts";
import { isHostname } from "../../traefik/hosts.ts";
import { commaSeparated } from "../annotation.ts";
import type { ProviderProperty } from "./provider-properties.ts";

export interface AllowedProperties {
  readonly properties: readonly ProviderProperty[];
  /** By name of the property. */
  readonly refused: readonly { readonly name: string; readonly problem: Problem }[];
}

/** Whatever stands there is a host. */
const HOSTS = /\/cloudflare-custom-hostname$/;
/** Free text. */
const TEXT = /\/cloudflare-(?:record-comment|tags)$|^azure\/tags$/;

/** The properties without the hosts that are refused; a list keeps the others. */
export function withoutRefusedHosts(
  properties: readonly ProviderProperty[],
  refuse: (host: string) => Problem | null,
): AllowedProperties {
  const refused: { name: string; problem: Problem }[] = [];
  const allowed = properties.flatMap(({ name, value }): ProviderProperty[] => {
    const parts = commaSeparated(value);
    const left = parts.filter((part) => {
      const problem = namesHost(name, part) ? refuse(part) : null;
      if (problem !== null) refused.push({ name, problem });
      return problem === null;
    });
    if (left.length === parts.length) return [{ name, value }];
    return left.length === 0 ? [] : [{ name, value: left.join(",") }];
  });
  return { properties: refused.length === 0 ? properties : allowed, refused };
}

/** Of a property whose meaning is not known here, what has the form of a host, with two labels or more, is one. */
function namesHost(property: string, part: string): boolean {
  if (HOSTS.test(property)) return true;
  if (TEXT.test(property)) return false;
  const host = part.toLowerCase().replace(/\.$/, "").replace(/^\*\./, "");
  return host.includes(".") && isHostname(host);
}
