/**
 * What a Certificate starts from: the installation's template, or the one for its namespace or class.
 *
 * @module
 */
import { matchesGlob } from "../../schema/glob.ts";
import type { RouteDescription } from "../../traefik/route-description.ts";
import type { CertificateTemplate, CertManagerSettings, TemplateOverride } from "./settings.ts";

/** The first override that fits the route, laid over the template field by field at the top level of `spec`. */
export function templateFor(
  { certificateTemplate, overrides }: CertManagerSettings,
  description: RouteDescription,
): CertificateTemplate {
  const override = overrides.find((candidate) => fits(candidate, description));
  if (override === undefined) return certificateTemplate;
  return {
    metadata: {
      labels: { ...certificateTemplate.metadata?.labels, ...override.certificateTemplate.metadata?.labels },
      annotations: {
        ...certificateTemplate.metadata?.annotations,
        ...override.certificateTemplate.metadata?.annotations,
      },
    },
    spec: { ...certificateTemplate.spec, ...override.certificateTemplate.spec },
  };
}

/** A list that is left out fits everything. */
function fits({ namespaces, ingressClasses }: TemplateOverride, description: RouteDescription): boolean {
  const { namespace } = description.route;
  const inNamespace = namespaces === null || namespaces.some((glob) => matchesGlob(glob, namespace));
  const ofClass = ingressClasses === null || ingressClasses.includes(description.ingressClass ?? "");
  return inNamespace && ofClass;
}
