/**
 * cert-manager: one Certificate for a route that names a Secret for TLS and at least one host.
 *
 * @module
 */
import type { KubernetesObject, ResourceDefinition } from "../../kubernetes/objects.ts";
import type { Problem } from "../../problem.ts";
import type { RouteDescription } from "../../traefik/route-description.ts";
import { isRecord } from "../../unknown.ts";
import { childName, routesOfChildName } from "../child-name.ts";
import type { ChildKind, Claim, Desired, Facts, Integration } from "../integration.ts";
import type { CertManagerSettings } from "./settings.ts";

const CERTIFICATE: ResourceDefinition = {
  group: "cert-manager.io",
  version: "v1",
  plural: "certificates",
  kind: "Certificate",
};

const SUFFIX = "-tls";

/** Let's Encrypt refuses an order with more names (its documentation, "Rate Limits"). */
const MAX_NAMES = 100;

/** What is known of the integration without its settings. */
export const CERT_MANAGER: ChildKind = {
  name: "cert-manager",
  resource: CERTIFICATE,
  childName: (route) => childName(route, SUFFIX),
  routesOf: (name) => routesOfChildName(name, SUFFIX),
};

export function createCertManager(settings: CertManagerSettings): Integration {
  return {
    ...CERT_MANAGER,
    dependencies: [],
    claim: SECRET_NAME,
    desire: (description, facts) => desireCertificate(settings, description, facts),
  };
}

function desireCertificate(
  settings: CertManagerSettings,
  description: RouteDescription,
  facts: Facts,
): Desired {
  const secretName = secretNameOf(description);
  if (secretName === null) return { kind: "absent", problems: [] };
  const dnsNames = withKeptNames(certificateNames(description), description, facts.child);
  if (dnsNames.length === 0) {
    return description.incomplete ? { kind: "unchanged", problems: [] } : { kind: "absent", problems: [] };
  }
  if (dnsNames.length > MAX_NAMES) return { kind: "unchanged", problems: [tooManyNames(dnsNames.length)] };
  const { issuerRef, ...rest } = settings.certificateTemplate.spec;
  return {
    kind: "present",
    spec: { issuerRef, dnsNames, secretName, ...rest },
    ...settings.certificateTemplate.metadata,
    problems: [],
  };
}

/** The Secret that the route wants a Certificate for. With passthrough the backend has the certificate. */
function secretNameOf({ tls }: RouteDescription): string | null {
  return tls === null || tls.passthrough ? null : tls.secretName;
}

/** `tls.domains` says what the certificate is to name; without it, the hosts. */
function certificateNames({ tls, hosts }: RouteDescription): readonly string[] {
  return tls !== null && tls.domains.length > 0 ? tls.domains : hosts;
}

/** A rule in error removes no name. */
function withKeptNames(
  names: readonly string[],
  { incomplete }: RouteDescription,
  child: KubernetesObject | null,
): readonly string[] {
  const kept = incomplete ? namesOf(child) : [];
  return kept.length === 0 ? names : union([names, kept]);
}

function union(lists: readonly (readonly string[])[]): readonly string[] {
  return [...new Set(lists.flat())].sort();
}

function namesOf(child: KubernetesObject | null): string[] {
  const spec = child?.spec;
  if (!isRecord(spec) || !Array.isArray(spec.dnsNames)) return [];
  return spec.dnsNames.filter((name): name is string => typeof name === "string");
}

/** Two Certificates on one Secret fight: cert-manager lets one issue and fails the other for ever. */
const SECRET_NAME: Claim = {
  of: (spec) => (isRecord(spec) && typeof spec.secretName === "string" ? spec.secretName : null),
  wantedBy: secretNameOf,
  merge: ([first, ...others]) => ({
    ...first,
    hosts: union([first, ...others].map(certificateNames)),
    tls: first.tls === null ? null : { ...first.tls, domains: [] },
    incomplete: [first, ...others].some(({ incomplete }) => incomplete),
    undecidable: [first, ...others].some(({ undecidable }) => undecidable),
  }),
  taken: (secretName, holder) => ({
    reason: "SecretNameTaken",
    message:
      `Certificate ${holder}, which is not ours, writes the Secret ${secretName} already; a second one would fight it. ` +
      "It is left alone: give this route a secretName of its own, or remove that Certificate.",
    field: "spec.tls.secretName",
  }),
};

function tooManyNames(count: number): Problem {
  return {
    reason: "TooManyNames",
    message:
      `${count} names are more than the ${MAX_NAMES} that one certificate may carry; the Certificate is left as it is. ` +
      "Split the route, each part with a secretName of its own.",
    field: "spec.routes",
  };
}
