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
  const { tls } = description;
  if (tls === null || tls.secretName === null || tls.passthrough) {
    return { kind: "absent", problems: [] };
  }
  const dnsNames = certificateNames(description, facts.child);
  if (dnsNames.length === 0) {
    return description.incomplete ? { kind: "unchanged", problems: [] } : { kind: "absent", problems: [] };
  }
  if (dnsNames.length > MAX_NAMES) return { kind: "unchanged", problems: [tooManyNames(dnsNames.length)] };
  const { issuerRef, ...rest } = settings.certificateTemplate.spec;
  return {
    kind: "present",
    spec: { issuerRef, dnsNames, secretName: tls.secretName, ...rest },
    ...settings.certificateTemplate.metadata,
    problems: [],
  };
}

/** `tls.domains` says what the certificate is to name; without it, the hosts. A rule in error removes no name. */
function certificateNames(description: RouteDescription, child: KubernetesObject | null): readonly string[] {
  const domains = description.tls?.domains ?? [];
  if (domains.length > 0) return domains;
  const kept = description.incomplete ? namesOf(child) : [];
  return kept.length === 0 ? description.hosts : [...new Set([...description.hosts, ...kept])].sort();
}

function namesOf(child: KubernetesObject | null): string[] {
  const spec = child?.spec;
  if (!isRecord(spec) || !Array.isArray(spec.dnsNames)) return [];
  return spec.dnsNames.filter((name): name is string => typeof name === "string");
}

/** Two Certificates on one Secret fight: cert-manager lets one issue and fails the other for ever. */
const SECRET_NAME: Claim = {
  of: (spec) => (isRecord(spec) && typeof spec.secretName === "string" ? spec.secretName : null),
  taken: (secretName, holder) => ({
    reason: "SecretNameTaken",
    message:
      `Certificate ${holder} already writes the Secret ${secretName}; two Certificates on one Secret would ` +
      "overwrite each other. Give this route a secretName of its own, or remove that Certificate.",
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
