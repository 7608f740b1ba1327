/**
 * The annotations of a route that cert-manager's users know, as far as the installation allows them.
 *
 * @module
 */
import { ALL, type Permitted, permittedAnnotations } from "../allowed-annotations.ts";
import { ACME_PREFIX } from "./annotations/acme-annotations.ts";
import { PREFIX } from "./annotations/annotation-fields.ts";
import type { CertManagerSettings } from "./settings.ts";

const PREFIXES = [PREFIX, ACME_PREFIX];

export function permitted(
  { allowedAnnotations = ALL }: Pick<CertManagerSettings, "allowedAnnotations">,
  annotations: Readonly<Record<string, string>>,
): Permitted {
  return permittedAnnotations(
    annotations,
    PREFIXES,
    allowedAnnotations,
    "integrations.certManager.allowedAnnotations",
  );
}
