/**
 * What stands in a Secret before a Certificate takes it up, and who put it there.
 *
 * @module
 */
import type { KubernetesObject, ResourceDefinition } from "../../kubernetes/objects.ts";
import type { Problem } from "../../problem.ts";
import { isObjectName } from "../../schema/object-names.ts";
import { shown } from "../../schema/shown.ts";
import { isRecord } from "../../schema/unknown.ts";
import type { OverwriteGuard, OverwriteRisk } from "../integration.ts";
import { copierOf } from "./copied-secret.ts";

const SECRET: ResourceDefinition = { group: "", version: "v1", plural: "secrets", kind: "Secret" };

/** cert-manager puts it on every Secret that it issues into. */
const ISSUED_BY_ANNOTATION = "cert-manager.io/certificate-name";

/**
 * cert-manager issues again into a Secret that lacks its annotations, and so replaces a certificate that was bought.
 */
export const KEEP_FOREIGN_SECRETS: OverwriteGuard = {
  resource: SECRET,
  madeFor,
  refuse: (secret, certificate) => {
    if (secret === null) return null;
    const copier = copierOf(secret);
    if (copier !== null) return keptByOther(secret, copier);
    if (isIssued(secret, certificate)) return null;
    const name = issuedFor(secret);
    const found =
      name === undefined
        ? "exists and cert-manager did not make it"
        : `exists and looks like a copy: it says that it was issued for Certificate ${named(name)}, and no such Certificate writes it here`;
    return {
      reason: "SecretExists",
      message:
        `Secret ${secret.metadata.name} ${found}; a Certificate would replace what is in ` +
        "it. It is kept (existingSecrets: keep): delete the Secret to have one issued, or add it to ignoreSecrets.",
      field: "spec.tls.secretName",
    };
  },
};

/** Nothing is wrong: whoever keeps the Secret says what is in it. */
function keptByOther({ metadata }: KubernetesObject, copier: string): Problem {
  return {
    reason: "SecretExists",
    message:
      `Secret ${metadata.name} is kept by ${copier}, so no Certificate is made for it. ` +
      "To have this said no more, name it in integrations.certManager.ignoreSecrets.",
    field: "spec.tls.secretName",
    note: true,
  };
}

/** cert-manager compares the names: it issues again too where the Secret was another Certificate's. */
export const SECRET_CONTENT: OverwriteRisk = {
  resource: SECRET,
  madeFor,
  reasonFor: (secret, maker, certificate) => {
    if (secret === null) return null;
    const copier = copierOf(secret);
    if (copier !== null) return `it exists and is kept by ${copier}: both would write it, again and again`;
    const issuedBy = issuedFor(secret);
    if (issuedBy === undefined)
      return "it exists and cert-manager did not make it: the certificate in it would be replaced";
    if (!isIssued(secret, maker))
      return `it exists and looks like a copy of what was issued for Certificate ${named(issuedBy)}: the certificate in it would be replaced`;
    return issuedBy === certificate
      ? null
      : `it exists and was issued for Certificate ${named(issuedBy)}: it would be issued again`;
  },
};

/** An annotation can say anything. */
function named(certificate: string): string {
  return isObjectName(certificate) ? certificate : shown(certificate);
}

function issuedFor({ metadata }: KubernetesObject): string | undefined {
  return metadata.annotations?.[ISSUED_BY_ANNOTATION];
}

/** The Certificate to look at, where the Secret's own metadata leave it open who made it. */
function madeFor(secret: KubernetesObject): string | null {
  return isWrittenByCertManager(secret) ? null : (issuedFor(secret) ?? null);
}

/** Whether cert-manager made the Secret, and not whoever copied one with all its annotations. */
function isIssued(secret: KubernetesObject, certificate: KubernetesObject | null): boolean {
  if (issuedFor(secret) === undefined) return false;
  return isWrittenByCertManager(secret) || writtenBy(certificate?.spec) === secret.metadata.name;
}

/** The API server records who wrote: that outlives a Certificate, and a copy is recorded as its copier's. */
function isWrittenByCertManager({ metadata }: KubernetesObject): boolean {
  return (metadata.managedFields ?? []).some(({ manager = "" }) => /^cert-?manager/.test(manager));
}

/** The Secret that a Certificate of that spec writes. */
export function writtenBy(spec: unknown): string | null {
  return isRecord(spec) && typeof spec.secretName === "string" ? spec.secretName : null;
}
