/**
 * The annotations of a route about DNS, as far as the installation allows them.
 *
 * @module
 */
import { ALL, type Permitted, permittedAnnotations } from "../allowed-annotations.ts";
import { DEFAULT_TARGETS_ANNOTATION, TARGET_ANNOTATION } from "./default-targets.ts";
import { NEW_PREFIX, OLD_PREFIX } from "./prefixes.ts";
import type { ExternalDNSSettings } from "./settings.ts";

/** Of ours only these: to opt out is everybody's right. */
const PREFIXES = [NEW_PREFIX, OLD_PREFIX];
const OURS = [TARGET_ANNOTATION, DEFAULT_TARGETS_ANNOTATION];

export function permitted(
  { allowedAnnotations = ALL }: Pick<ExternalDNSSettings, "allowedAnnotations">,
  annotations: Readonly<Record<string, string>>,
): Permitted {
  return permittedAnnotations(
    annotations,
    [...PREFIXES, ...OURS],
    allowedAnnotations,
    "integrations.externalDNS.allowedAnnotations",
  );
}
