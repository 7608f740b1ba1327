/**
 * Settings of the external-dns integration.
 *
 * @module
 */
import { isIP } from "node:net";
import * as v from "valibot";
import { choice, flag, namespaceName, objectName, settings, texts } from "../../config/fields.ts";

export interface ExternalDNSSettings {
  /** The Service whose addresses the records point at; null where `targetIPs` are given. */
  readonly targetService: { readonly namespace: string; readonly name: string } | null;
  /** Static targets, IPv4 and IPv6; empty where a Service is the target. */
  readonly targetIPs: readonly string[];
  /** Seconds. */
  readonly ttl: number;
  /** What stands in for the address of a load balancer that has none yet: the Service's private one, or nothing. */
  readonly pendingLoadBalancer: "private" | "wait";
  /** What every DNSEndpoint carries: external-dns' own filters look at its labels and annotations. */
  readonly endpointTemplate: {
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
  };
  /** Publish a host only once the other integrations' children are ready: with cert-manager, its certificate. */
  readonly waitForCertificate: boolean;
}

const DEFAULT_TARGET = { namespace: "traefik", name: "traefik" };
const DEFAULT_TTL = 300;
const MAX_TTL = 2 ** 31 - 1;

const ttl = v.pipe(
  v.number("a whole number of seconds"),
  v.check(
    (seconds) => Number.isInteger(seconds) && seconds >= 1 && seconds <= MAX_TTL,
    `a whole number of seconds from 1 to ${MAX_TTL}`,
  ),
);

const addresses = v.array(
  v.pipe(
    v.string("an IP address"),
    v.check((address) => isIP(address) !== 0, "an IP address"),
  ),
  "a list of IP addresses",
);

export const externalDNSSettings: v.GenericSchema<unknown, ExternalDNSSettings> = v.pipe(
  settings({
    targetService: v.optional(settings({ name: objectName(), namespace: namespaceName() })),
    targetIPs: v.optional(addresses, []),
    ttl: v.optional(ttl, DEFAULT_TTL),
    pendingLoadBalancer: v.optional(choice(["private", "wait"]), "private"),
    endpointTemplate: v.optional(
      settings({
        metadata: v.optional(
          settings({ labels: v.optional(texts(), {}), annotations: v.optional(texts(), {}) }),
          {},
        ),
      }),
      {},
    ),
    waitForCertificate: v.optional(flag(), false),
  }),
  v.check(
    ({ targetService, targetIPs }) => targetService === undefined || targetIPs.length === 0,
    "either targetService or targetIPs, not both",
  ),
  v.transform(({ targetService, endpointTemplate, ...rest }) => ({
    ...rest,
    endpointTemplate: endpointTemplate.metadata,
    targetService: targetService ?? (rest.targetIPs.length > 0 ? null : DEFAULT_TARGET),
  })),
);
