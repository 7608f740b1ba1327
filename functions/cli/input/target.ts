/**
 * The DNS target where there is no cluster to ask.
 *
 * @module
 */
import { isIP } from "node:net";
import { dependencyKey, type Integration, type ObservedState } from "../../integrations/integration.ts";
import { apiVersionOf, type KubernetesObject } from "../../kubernetes/objects.ts";
import { isObjectName } from "../../schema/object-names.ts";
import { UsageError } from "../terminal/terminal.ts";

/** Stands in for an address that nobody gave; RFC 5737 keeps it for documentation. */
export const UNKNOWN_TARGET = "192.0.2.1";

/**
 * Reads `--target`: one hostname, or IP addresses separated by commas.
 *
 * @throws {UsageError}
 */
export function parseTarget(text: string): readonly string[] {
  const parts = text.split(",").map((part) => part.trim().replace(/\.$/, "").toLowerCase());
  const [first = ""] = parts;
  if (parts.every((part) => isIP(part) !== 0) || (parts.length === 1 && isObjectName(first))) return parts;
  throw new UsageError(
    `--target ${text} is no target; give IP addresses separated by commas, or one hostname`,
  );
}

/** What the integrations would read from the cluster, if the target Service had these addresses. */
export function dependenciesWith(
  integrations: readonly Integration[],
  target: readonly string[],
): ObservedState["dependencies"] {
  const ingress = target.map((address) => (isIP(address) === 0 ? { hostname: address } : { ip: address }));
  return new Map(
    integrations.flatMap(({ dependencies }) =>
      dependencies.map((reference): [string, KubernetesObject] => [
        dependencyKey(reference),
        {
          apiVersion: apiVersionOf(reference.resource),
          kind: reference.resource.kind,
          metadata: {
            name: reference.name,
            ...(reference.namespace === null ? {} : { namespace: reference.namespace }),
          },
          spec: { type: "LoadBalancer" },
          status: { loadBalancer: { ingress } },
        },
      ]),
    ),
  );
}

/** `namespace/name` of the objects whose address is asked for. */
export function dependencyNames(integrations: readonly Integration[]): readonly string[] {
  return integrations.flatMap(({ dependencies }) => dependencies.map(dependencyKey));
}
