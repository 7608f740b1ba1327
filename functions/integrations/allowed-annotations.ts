/**
 * Which annotations routes may use, where whoever runs the installation has listed them.
 *
 * @module
 */
import type { Problem } from "../problem.ts";
import { matchesGlob } from "../schema/glob.ts";
import { invalidAnnotation } from "./annotation.ts";

/** Globs for whole keys such as `cert-manager.io/*`, or for what follows their prefix, such as `ttl`. */
export type AllowedAnnotations = readonly string[];

/** The annotations that are an integration's. */
export interface AnnotationScope {
  /** What their keys begin with. */
  readonly prefixes: readonly string[];
  /** The key of the configuration that lists the allowed ones. */
  readonly setting: string;
}

export interface Permitted {
  /** Those that may be used, and all that are none of the integration's. */
  readonly annotations: Readonly<Record<string, string>>;
  /** One for each that may not be used. */
  readonly problems: readonly Problem[];
}

/** The annotations without those of the scope that are not allowed; without a list all of them are. */
export function permitted(
  { prefixes, setting }: AnnotationScope,
  { allowedAnnotations: allowed }: { readonly allowedAnnotations?: AllowedAnnotations | undefined },
  annotations: Readonly<Record<string, string>>,
): Permitted {
  if (allowed === undefined || allowed.includes("*")) return { annotations, problems: [] };
  const refused = Object.keys(annotations).filter((key) => {
    return prefixes.some((prefix) => key.startsWith(prefix)) && !isAllowed(key, allowed);
  });
  if (refused.length === 0) return { annotations, problems: [] };
  const left = Object.entries(annotations).filter(([key]) => !refused.includes(key));
  const message = `it is not allowed here, so it has no effect: remove it, or have it listed in ${setting}. Ask whoever runs this installation.`;
  return {
    annotations: Object.fromEntries(left),
    problems: refused.map((key) => invalidAnnotation(key, message)),
  };
}

function isAllowed(key: string, allowed: AllowedAnnotations): boolean {
  const name = key.slice(key.indexOf("/") + 1);
  return allowed.some((glob) => matchesGlob(glob, key) || matchesGlob(glob, name));
}
