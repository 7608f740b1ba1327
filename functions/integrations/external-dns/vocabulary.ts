/**
 * The names of external-dns' annotations, and of ours about DNS.
 *
 * @module
 */
import type { AnnotationScope } from "../allowed-annotations.ts";
import type { AnnotationNames } from "../annotation-names.ts";
import { DEFAULT_TARGETS_ANNOTATION, TARGET_ANNOTATION } from "./default-targets.ts";
import { EXCLUDE_ANNOTATION } from "./hosts/excluded.ts";
import { NEW_PREFIX, OLD_PREFIX } from "./prefixes.ts";
import { CLOUDFLARE, OPEN_PREFIXES } from "./provider-properties.ts";

/** Any attribute may follow such a prefix, yet one that is all but one of these is a slip of the pen. */
const KNOWN_PROPERTIES = [
  "aws-evaluate-target-health",
  "aws-failover",
  "aws-geolocation-continent-code",
  "aws-geolocation-country-code",
  "aws-geolocation-subdivision-code",
  "aws-geoproximity-bias",
  "aws-geoproximity-coordinates",
  "aws-geoproximity-local-zone-group",
  "aws-geoproximity-region",
  "aws-health-check-id",
  "aws-hosted-zone-id",
  "aws-multi-value-answer",
  "aws-region",
  "aws-target-hosted-zone",
  "aws-weight",
  "coredns-group",
  "scw-priority",
];

const NAMES = [
  "target",
  "hostname",
  "ttl",
  "set-identifier",
  "record-type",
  "alias",
  "controller",
  "ingress-hostname-source",
  "azure-tags",
  ...CLOUDFLARE.map((attribute) => `cloudflare-${attribute}`),
  ...KNOWN_PROPERTIES,
  ...OPEN_PREFIXES.map((provider) => `${provider}-*`),
];

/** Those that external-dns reads on Services, Pods and Gateways alone. */
const ELSEWHERE = [
  "access",
  "endpoints-type",
  "gateway-hostname-source",
  "ingress",
  "internal-hostname",
  // Reported with the whole list of them where the provider's annotations are read.
  "cloudflare-*",
];

const OURS: AnnotationNames = {
  prefix: "traefik-cert-rotater.io/",
  names: [TARGET_ANNOTATION, DEFAULT_TARGETS_ANNOTATION, EXCLUDE_ANNOTATION].map((key) =>
    key.slice(key.indexOf("/") + 1),
  ),
  elsewhere: [],
};

export const EXTERNAL_DNS_NAMES: readonly AnnotationNames[] = [
  OURS,
  ...[NEW_PREFIX, OLD_PREFIX].map((prefix) => ({ prefix, names: NAMES, elsewhere: ELSEWHERE })),
];

/** The annotations of a route that are about DNS. Of ours only these: to opt out is everybody's right. */
export const SCOPE: AnnotationScope = {
  prefixes: [NEW_PREFIX, OLD_PREFIX, TARGET_ANNOTATION, DEFAULT_TARGETS_ANNOTATION],
  setting: "integrations.externalDNS.allowedAnnotations",
};
