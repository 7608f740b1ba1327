/**
 * The Secret that a Certificate writes: only one Certificate may, and none may into a Secret that is somebody's own.
 *
 * @module
 */
import { matchesGlob } from "../../glob.ts";
import type { ResourceDefinition } from "../../kubernetes/objects.ts";
import type { RouteDescription } from "../../traefik/route-description.ts";
import { isRecord } from "../../unknown.ts";
import type { Claim, ClaimGuard, ClaimStake } from "../integration.ts";
import { union, wantedNames } from "./names.ts";
import type { CertManagerSettings } from "./settings.ts";

const SECRET: ResourceDefinition = { group: "", version: "v1", plural: "secrets", kind: "Secret" };
/** cert-manager puts it on every Secret that it issues into. */
const ISSUED_BY_ANNOTATION = "cert-manager.io/certificate-name";

/**
 * The Secret that the route wants a Certificate for; null where it wants none. With passthrough the backend has the
 * certificate.
 */
export function secretNameOf(
  { tls }: RouteDescription,
  { ignoreSecrets }: Pick<CertManagerSettings, "ignoreSecrets">,
): string | null {
  if (tls === null || tls.passthrough || tls.secretName === null) return null;
  const { secretName } = tls;
  return ignoreSecrets.some((glob) => matchesGlob(glob, secretName)) ? null : secretName;
}

/** Two Certificates on one Secret fight: cert-manager lets one issue and fails the other for ever. */
export function secretClaim(settings: CertManagerSettings): Claim {
  return {
    of: (spec) => (isRecord(spec) && typeof spec.secretName === "string" ? spec.secretName : null),
    wantedBy: (description) =>
      description.incomplete || wantedNames(description).length > 0
        ? secretNameOf(description, settings)
        : null,
    merge: ([first, ...others]) => ({
      ...first,
      hosts: union([first, ...others].map(wantedNames)),
      extraNames: {},
      tls: first.tls === null ? null : { ...first.tls, domains: [] },
      incomplete: [first, ...others].some(({ incomplete }) => incomplete),
      undecidable: [first, ...others].some(({ undecidable }) => undecidable),
    }),
    guard: settings.existingSecrets === "keep" ? KEEP_FOREIGN_SECRETS : null,
    stake: SECRET_CONTENT,
    taken: (secretName, holder, coverage) => ({
      reason: "SecretNameTaken",
      message:
        coverage === "none"
          ? `Certificate ${holder}, which is not ours, writes the Secret ${secretName} already; a second one would ` +
            "fight it. It is left alone: give this route a secretName of its own, or remove that Certificate."
          : `Certificate ${holder}, which is not ours, writes the Secret ${secretName} already and has every name of ` +
            "this route, so none is made. To have this said no more, name the Secret in " +
            "integrations.certManager.ignoreSecrets.",
      field: "spec.tls.secretName",
      ...(coverage === "none" ? {} : { note: true }),
    }),
  };
}

/** cert-manager issues anew into a Secret that lacks its annotations, and so replaces a certificate that was bought. */
const KEEP_FOREIGN_SECRETS: ClaimGuard = {
  resource: SECRET,
  refuse: (secret) => {
    if (secret === null || secret.metadata.annotations?.[ISSUED_BY_ANNOTATION] !== undefined) return null;
    return {
      reason: "SecretExists",
      message:
        `Secret ${secret.metadata.name} exists and cert-manager did not make it; a Certificate would replace what is in ` +
        "it. It is kept (existingSecrets: keep): delete the Secret to have one issued, or add it to ignoreSecrets.",
      field: "spec.tls.secretName",
    };
  },
};

/** cert-manager compares the names: it issues anew too where the Secret was another Certificate's. */
const SECRET_CONTENT: ClaimStake = {
  resource: SECRET,
  endangers: (secret, certificate) => {
    if (secret === null) return null;
    const issuedBy = secret.metadata.annotations?.[ISSUED_BY_ANNOTATION];
    if (issuedBy === certificate) return null;
    return issuedBy === undefined
      ? "it exists and cert-manager did not make it: the certificate in it would be replaced"
      : `it exists and was issued for Certificate ${issuedBy}: it would be issued anew`;
  },
};
