/**
 * What a route asks of its Certificate by annotations.
 *
 * @module
 */
import type { RouteDescription } from "../../traefik/route-description.ts";
import { permitted } from "../allowed-annotations.ts";
import { acmeAnnotations } from "./annotations/acme-annotations.ts";
import { certificateAnnotations, SCOPE } from "./annotations/annotations.ts";
import type { Wish } from "./contradictions.ts";
import type { CertManagerSettings } from "./settings.ts";
import { mergeSpec } from "./spec/merge-spec.ts";
import { templateFor } from "./template.ts";

export function wishOf(settings: CertManagerSettings, description: RouteDescription): Wish {
  const template = templateFor(settings, description);
  const { annotations } = permitted(SCOPE, settings, description.annotations);
  const { spec } = certificateAnnotations(annotations, template.spec);
  const overrides = acmeAnnotations(annotations, null);
  return {
    route: description.route,
    asked: { ...spec, annotations: overrides },
    whole: {
      ...mergeSpec(template.spec, spec),
      annotations: { ...template.metadata?.annotations, ...overrides },
    },
  };
}
