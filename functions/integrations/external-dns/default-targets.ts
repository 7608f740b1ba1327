/**
 * Whether a route leaves its targets to external-dns (`--default-targets`).
 *
 * @module
 */
import type { Problem } from "../../problem.ts";
import { shown } from "../../schema/shown.ts";
import { invalidAnnotation } from "../annotation.ts";
import type { DnsAnnotations } from "./annotations.ts";
import type { ExternalDNSSettings } from "./settings.ts";

/** Overrides the target for one route: IP addresses separated by commas, or one hostname. */
export const TARGET_ANNOTATION = "traefik-cert-rotater.io/target";
/** `"true"`: this route's endpoints have no targets. */
export const DEFAULT_TARGETS_ANNOTATION = "traefik-cert-rotater.io/default-targets";

type Annotations = Readonly<Record<string, string>>;

/** A target that the route names goes before; one that cannot be used leaves what is published. */
export function leavesTargets(
  settings: Pick<ExternalDNSSettings, "defaultTargets">,
  annotations: Annotations,
  annotated: DnsAnnotations,
): boolean {
  if (annotations[TARGET_ANNOTATION] !== undefined) return false;
  if (annotations[DEFAULT_TARGETS_ANNOTATION] === "true") return true;
  if (annotated.targets !== null || annotated.invalid.includes("targets")) return false;
  return settings.defaultTargets === true;
}

export function defaultTargetsProblems(annotations: Annotations): readonly Problem[] {
  const value = annotations[DEFAULT_TARGETS_ANNOTATION];
  if (value === undefined || value === "" || value === "false") return [];
  const problems = (message: string) => [invalidAnnotation(DEFAULT_TARGETS_ANNOTATION, message, value)];
  if (value !== "true") return problems(`${shown(value)} is not known: write true, or remove it.`);
  if (annotations[TARGET_ANNOTATION] === undefined) return [];
  return problems(`it has no effect beside ${TARGET_ANNOTATION}, which names the target: keep one of them.`);
}
