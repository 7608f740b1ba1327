/**
 * Annotations of a route that its children carry too, where the installation says so: third-party controllers can be
 * set to look at some objects only by their annotations.
 *
 * @module
 */
import { matchesGlob } from "../schema/glob.ts";
import type { RouteDescription } from "../traefik/route-description.ts";

const CLASS_ANNOTATION = "kubernetes.io/ingress.class";

/**
 * Never copied: they say what a tool has done, or is to do, with the route itself. On a child they would have it pruned,
 * or taken for ours when it is not.
 */
const OF_THE_ROUTE =
  /^(?:kubectl\.kubernetes\.io|argocd\.argoproj\.io|(?:[a-z-]+\.)?toolkit\.fluxcd\.io|(?:meta\.)?helm\.sh|traefik-cert-rotater\.io)\//;

/**
 * Those whose key one of the globs fits. A class that the route names in its spec counts as the annotation.
 *
 * @param annotations those of the route that it may use
 */
export function copiedAnnotations(
  { ingressClass }: Pick<RouteDescription, "ingressClass">,
  annotations: Readonly<Record<string, string>>,
  globs: readonly string[] = [],
): Readonly<Record<string, string>> | undefined {
  if (globs.length === 0) return undefined;
  const all = ingressClass === null ? annotations : { ...annotations, [CLASS_ANNOTATION]: ingressClass };
  const copied = Object.entries(all).filter(
    ([key]) => !OF_THE_ROUTE.test(key) && globs.some((glob) => matchesGlob(glob, key)),
  );
  return copied.length === 0 ? undefined : Object.fromEntries(copied.sort());
}
