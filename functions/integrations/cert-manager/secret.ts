/**
 * The Secret that a Certificate writes: only one Certificate may, and none may into a Secret that is somebody's own.
 *
 * @module
 */
import type { RouteDescription } from "../../traefik/route-description.ts";
import type { SharedResource } from "../integration.ts";
import { contradictionsOf } from "./contradictions.ts";
import { union, wantedNames } from "./names.ts";
import { KEEP_FOREIGN_SECRETS, SECRET_CONTENT, writtenBy } from "./secret-guard.ts";
import { impossibleSecretName, secretNameOf } from "./secret-name.ts";
import type { CertManagerSettings } from "./settings.ts";
import { wishOf } from "./wish.ts";

/** The route asks for a Certificate, and `ignoreSecrets` alone keeps it from having one. */
export function isIgnoredSecret(
  description: RouteDescription,
  settings: Pick<CertManagerSettings, "ignoreSecrets">,
): boolean {
  return (
    secretNameOf(description, settings) === null && secretNameOf(description, { ignoreSecrets: [] }) !== null
  );
}

const TAKEN = "SecretNameTaken";

/** Two Certificates on one Secret fight: cert-manager lets one issue and fails the other forever. */
export function sharedSecret(settings: CertManagerSettings): SharedResource {
  return {
    of: writtenBy,
    column: "Secret",
    requestedBy: (description) =>
      description.incomplete || wantedNames(description).length > 0
        ? secretNameOf(description, settings)
        : null,
    isUnclear: (description) => impossibleSecretName(description, settings) !== null,
    merge: ([first, ...others]) => ({
      ...first,
      hosts: union([first, ...others].map(wantedNames)),
      extraNames: {},
      tls: first.tls === null ? null : { ...first.tls, domains: [] },
      incomplete: [first, ...others].some(({ incomplete }) => incomplete),
      undecidable: [first, ...others].some(({ undecidable }) => undecidable),
    }),
    contradictions: ([first, ...others]) => {
      const wish = (member: RouteDescription) => wishOf(settings, member);
      const secretName = first.tls?.secretName ?? "";
      return others.length === 0 ? [] : contradictionsOf([wish(first), ...others.map(wish)], secretName);
    },
    guard: settings.existingSecrets === "keep" ? KEEP_FOREIGN_SECRETS : null,
    overwriteRisk: SECRET_CONTENT,
    takenReason: TAKEN,
    taken: (secretName, holder, coverage) => ({
      reason: TAKEN,
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
