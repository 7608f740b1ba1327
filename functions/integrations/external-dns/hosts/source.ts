/**
 * Where the hosts of a route come from: its rules, the domains of its TLS, its annotations.
 *
 * @module
 */

import type { Problem } from "../../../problem.ts";
import { shown } from "../../../schema/shown.ts";
import type { RouteDescription } from "../../../traefik/route-description.ts";
import { invalidAnnotation } from "../../annotation.ts";
import { type DnsAnnotation, NEW_PREFIX, OLD_PREFIX } from "../prefixes.ts";
import type { ExternalDNSSettings } from "../settings.ts";

/** The integration's name, under which a description has the names of its annotations. */
export const NAME = "external-dns";

/** external-dns' name for the choice between rules and hostname annotation. */
const SOURCES = [NEW_PREFIX, OLD_PREFIX].map((prefix) => `${prefix}ingress-hostname-source`);
const ONLY_ANNOTATION = "annotation-only";
const ONLY_RULES = "defined-hosts-only";

type Annotations = Readonly<Record<string, string>>;
type Setting = Pick<ExternalDNSSettings, "hostSource">;

/** Sorted, each once. `annotations` are those that the route may use. */
export function sourceHosts(
  setting: Setting,
  description: RouteDescription,
  annotations: Annotations,
): readonly string[] {
  const annotated = description.extraNames[NAME] ?? [];
  const own = ownHosts(setting, description);
  const source = sourceAnnotation(annotations)?.value.trim().toLowerCase();
  if (source === ONLY_RULES) return own;
  if (source === ONLY_ANNOTATION) return annotated;
  return union(own, annotated);
}

export function hostSourceProblems(annotations: Annotations): readonly Problem[] {
  const annotation = sourceAnnotation(annotations);
  if (annotation === null) return [];
  const { key, value } = annotation;
  if (["", ONLY_ANNOTATION, ONLY_RULES].includes(value.trim().toLowerCase())) return [];
  const message = `${shown(value)} is not known, so rules and annotation both count: write ${ONLY_ANNOTATION} or ${ONLY_RULES}.`;
  return [invalidAnnotation(key, message, value)];
}

/** Of `domains`, the rules where there are none. */
function ownHosts({ hostSource = "rules" }: Setting, { hosts, tls }: RouteDescription): readonly string[] {
  const domains = tls?.domains ?? [];
  if (hostSource === "rules" || domains.length === 0) return hosts;
  return hostSource === "domains" ? domains : union(hosts, domains);
}

function sourceAnnotation(annotations: Annotations): DnsAnnotation | null {
  for (const key of SOURCES) {
    const value = annotations[key];
    if (value !== undefined) return { key, value };
  }
  return null;
}

function union(one: readonly string[], other: readonly string[]): readonly string[] {
  return other.length === 0 ? one : [...new Set([...one, ...other])].sort();
}
