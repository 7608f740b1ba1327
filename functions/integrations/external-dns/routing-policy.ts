/**
 * Route 53's routing policies: several records of one name and type, distinguished by a set identifier.
 *
 * @module
 */
import type { ProviderProperty } from "./provider-properties.ts";

/** Properties by the policy that they belong to. */
const POLICIES: ReadonlyMap<string, RegExp> = new Map([
  ["weighted", /^aws\/weight$/],
  ["latency", /^aws\/region$/],
  ["failover", /^aws\/failover$/],
  ["geolocation", /^aws\/geolocation-/],
  ["geoproximity", /^aws\/geoproximity-/],
  ["multi-value", /^aws\/multi-value-answer$/],
]);

/** The routing policy that a property is part of; null for one that is of none. */
function routingPolicyOf(propertyName: string): string | null {
  for (const [policy, pattern] of POLICIES) if (pattern.test(propertyName)) return policy;
  return null;
}

/**
 * Why the properties cannot be used together, by the name of each that has to go. Route 53 refuses the whole batch of
 * changes for one such record.
 */
export function policyErrors(
  properties: readonly ProviderProperty[],
  setIdentifier: string | null,
): ReadonlyMap<string, string> {
  const errors = new Map<string, string>();
  const names = properties.map(({ name }) => name).filter((name) => routingPolicyOf(name) !== null);
  const policies = [...new Set(names.map(routingPolicyOf))];
  for (const name of names) {
    const policy = routingPolicyOf(name);
    if (setIdentifier === null) {
      errors.set(
        name,
        `Route 53 needs a set-identifier for ${policy} records: write one that no other record of the name has`,
      );
    } else if (policies.length > 1) {
      errors.set(
        name,
        `Route 53 takes one routing policy for a record, and here are ${policies.join(" and ")}: keep one`,
      );
    } else if (hidden(name, names)) {
      errors.set(
        name,
        "external-dns drops it beside aws-geolocation-continent-code: keep the continent or the country",
      );
    }
  }
  return errors;
}

function hidden(name: string, names: readonly string[]): boolean {
  const isSmaller = /^aws\/geolocation-(?:country|subdivision)-code$/.test(name);
  return isSmaller && names.includes("aws/geolocation-continent-code");
}
