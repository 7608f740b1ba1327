/**
 * Which Secret a route wants a Certificate for.
 *
 * @module
 */
import type { Problem } from "../../problem.ts";
import { matchesGlob } from "../../schema/glob.ts";
import { isObjectName } from "../../schema/object-names.ts";
import { shown } from "../../schema/shown.ts";
import { describePlaceholder, placeholderIn } from "../../traefik/placeholders.ts";
import type { RouteDescription } from "../../traefik/route-description.ts";
import type { CertManagerSettings } from "./settings.ts";

/**
 * The Secret that the route wants a Certificate for; null where it wants none, or one that cannot exist. With
 * passthrough the backend has the certificate.
 */
export function secretNameOf(
  { tls }: RouteDescription,
  { ignoreSecrets }: Pick<CertManagerSettings, "ignoreSecrets">,
): string | null {
  if (tls === null || tls.passthrough || tls.secretName === null) return null;
  const { secretName } = tls;
  if (!isObjectName(secretName)) return null;
  return isIgnored(secretName, ignoreSecrets) ? null : secretName;
}

/** The name that no Secret can have, where the route gives one: a slip, which no existing Certificate is to pay for. */
export function impossibleSecretName(
  { tls }: RouteDescription,
  { ignoreSecrets }: Pick<CertManagerSettings, "ignoreSecrets">,
): string | null {
  const secretName = tls?.passthrough === false ? tls.secretName : null;
  if (secretName === null || isObjectName(secretName) || isIgnored(secretName, ignoreSecrets)) return null;
  return secretName;
}

/** Reported where the route names a Secret that cannot exist. */
export function secretNameProblems(
  description: RouteDescription,
  settings: Pick<CertManagerSettings, "ignoreSecrets">,
): readonly Problem[] {
  const secretName = impossibleSecretName(description, settings);
  if (secretName === null) return [];
  const [reason, field] = ["InvalidField", "spec.tls.secretName"] as const;
  const found = `no Secret can have the name ${shown(secretName)}, so no Certificate is made, and one that is there stays: `;
  const placeholder = placeholderIn(secretName);
  if (placeholder !== null) {
    const message = `${found}it ${describePlaceholder(placeholder)}`;
    return [{ reason, message, field, placeholder: placeholder.text }];
  }
  const advice = `write lower-case letters, digits, "-" and ".", at most 253, with a letter or digit at both ends`;
  const place = secretName.includes("/") ? "; the Secret stands in the route's own namespace" : "";
  return [{ reason, message: `${found}${advice}${place}.`, field }];
}

/** Why a route that names a Secret gets no Certificate for it; nothing where it names none. */
export function whyNoSecret(
  { tls }: RouteDescription,
  { ignoreSecrets }: Pick<CertManagerSettings, "ignoreSecrets">,
): { readonly why?: string } {
  if (tls === null || tls.passthrough || tls.secretName === null) return {};
  const { secretName } = tls;
  return {
    why: isIgnored(secretName, ignoreSecrets)
      ? `ignoreSecrets has the Secret ${secretName}`
      : `no Secret can have the name ${shown(secretName)}`,
  };
}

function isIgnored(secretName: string, globs: readonly string[]): boolean {
  return globs.some((glob) => matchesGlob(glob, secretName));
}
