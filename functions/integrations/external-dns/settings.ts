/**
 * Settings of the external-dns integration.
 *
 * @module
 */
import { isIP } from "node:net";
import * as v from "valibot";
import { choice, flag, namespaceName, objectName, settings, strings } from "../../schema/fields.ts";
import { isHostname } from "../../traefik/hosts.ts";
import { canonicalAddress } from "../address.ts";
import type { AllowedAnnotations } from "../allowed-annotations.ts";
import { templateMetadata } from "../template-metadata.ts";

export interface ExternalDNSSettings {
  /** The Service whose addresses the records point at; null where `targetIPs` or `defaultTargets` stand for it. */
  readonly targetService: { readonly namespace: string; readonly name: string } | null;
  /** Static targets, IPv4 and IPv6; empty where a Service is the target. */
  readonly targetIPs: readonly string[];
  /** Endpoints without targets: external-dns puts its `--default-targets` there. */
  readonly defaultTargets?: boolean | undefined;
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
  /** Which DNSEndpoints of others are taken over: those that are handed over by annotation, or all that match too. */
  readonly adopt?: "annotated" | "matching" | undefined;
  /** Only routes that ask for it by annotation get records. */
  readonly optIn?: boolean | undefined;
  /** Only hosts at or below these get records; none or left out: all hosts. */
  readonly domains?: readonly string[] | undefined;
  /** Hosts at or below these get none. */
  readonly excludeDomains?: readonly string[] | undefined;
  /** Which hosts of a route get records: those of its rules, of its `tls.domains` too, or of these where there are any. */
  readonly hostSource?: "rules" | "rulesAndDomains" | "domains" | undefined;
  /** What of the Service goes first: its addresses, or a name, of its hostname annotation or of its load balancer. */
  readonly targetPreference?: "addresses" | "hostname" | undefined;
  /** Globs: annotations of the route that its DNSEndpoint carries too. */
  readonly copyAnnotations?: readonly string[] | undefined;
  /** Which annotations routes may use; all of them where it is left out. */
  readonly allowedAnnotations?: AllowedAnnotations | undefined;
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
    v.check((address) => !/^::ffff:/i.test(canonicalAddress(address)), "an IPv4 address without ::ffff:"),
    v.transform(canonicalAddress),
  ),
  "a list of IP addresses",
);

/** Domains as people write them: `.Example.com` means `example.com`. */
const domain = v.pipe(
  v.string("a domain"),
  v.transform((given) => given.toLowerCase().replace(/^\.+|\.+$/g, "")),
  v.check(isHostname, "a domain such as example.com, for it and all names below it"),
);

export const externalDNSSettings: v.GenericSchema<unknown, ExternalDNSSettings> = v.pipe(
  settings({
    targetService: v.optional(settings({ name: objectName(), namespace: namespaceName() })),
    targetIPs: v.optional(addresses, []),
    ttl: v.optional(ttl, DEFAULT_TTL),
    pendingLoadBalancer: v.optional(choice(["private", "wait"]), "private"),
    endpointTemplate: v.optional(settings({ metadata: v.optional(templateMetadata(), {}) }), {}),
    waitForCertificate: v.optional(flag(), false),
    defaultTargets: v.optional(flag()),
    adopt: v.optional(choice(["annotated", "matching"])),
    optIn: v.optional(flag()),
    domains: v.optional(v.array(domain, "a list of domains")),
    excludeDomains: v.optional(v.array(domain, "a list of domains")),
    hostSource: v.optional(choice(["rules", "rulesAndDomains", "domains"])),
    targetPreference: v.optional(choice(["addresses", "hostname"])),
    copyAnnotations: v.optional(strings()),
    allowedAnnotations: v.optional(strings()),
  }),
  v.check(
    ({ targetService, targetIPs }) => targetService === undefined || targetIPs.length === 0,
    "either targetService or targetIPs, not both",
  ),
  v.check(
    ({ targetService, targetIPs, defaultTargets }) =>
      defaultTargets !== true || (targetService === undefined && targetIPs.length === 0),
    "neither targetService nor targetIPs beside defaultTargets",
  ),
  v.transform(({ targetService, endpointTemplate: { metadata }, ...rest }) => ({
    ...rest,
    targetIPs: [...new Set(rest.targetIPs)],
    endpointTemplate: { labels: metadata.labels ?? {}, annotations: metadata.annotations ?? {} },
    targetService:
      targetService ?? (rest.targetIPs.length > 0 || rest.defaultTargets === true ? null : DEFAULT_TARGET),
  })),
);
