/**
 * Settings of the cert-manager integration.
 *
 * @module
 */
import * as v from "valibot";
import { choice, open, pathTo, settings, strings } from "../../schema/fields.ts";
import type { AllowedAnnotations } from "../allowed-annotations.ts";
import { templateMetadata } from "../template-metadata.ts";
import { checkedSpec, templateErrors } from "./spec/checked-template.ts";

export interface CertManagerSettings {
  /** What every Certificate has besides its names and its Secret; `spec.issuerRef` is always there. */
  readonly certificateTemplate: CertificateTemplate;
  /** Templates for some namespaces or classes, laid over the common one; the first that fits counts. */
  readonly overrides: readonly TemplateOverride[];
  /** Globs: routes that name such a Secret get no Certificate. */
  readonly ignoreSecrets: readonly string[];
  /** Whether a Certificate may be made for a Secret that exists and that cert-manager did not make. */
  readonly existingSecrets: "replace" | "keep";
  /** Which Certificates of others are taken over: those that are handed over by annotation, or all that match too. */
  readonly adopt?: "annotated" | "matching" | undefined;
  /** What stands as common name where neither template nor annotation says: nothing, or the first of the names. */
  readonly commonName?: "none" | "firstHost" | undefined;
  /** Globs: annotations of the route that its Certificate carries too. */
  readonly copyAnnotations?: readonly string[] | undefined;
  /** Which annotations routes may use; all of them where it is left out. */
  readonly allowedAnnotations?: AllowedAnnotations | undefined;
}

export interface CertificateTemplate {
  readonly metadata?: {
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec: Readonly<Record<string, unknown>>;
}

export interface TemplateOverride {
  /** Globs; null: every namespace. */
  readonly namespaces: readonly string[] | null;
  /** Null: every class. */
  readonly ingressClasses: readonly string[] | null;
  readonly certificateTemplate: CertificateTemplate;
}

const DEFAULT_ISSUER = { kind: "ClusterIssuer", name: "ca-issuer" };

/** `apiVersion` and `kind` may stand there, for a template is a Certificate to those who copy one. */
const template = settings({
  apiVersion: v.optional(v.literal("cert-manager.io/v1", '"cert-manager.io/v1"')),
  kind: v.optional(v.literal("Certificate", '"Certificate"')),
  metadata: v.optional(templateMetadata()),
  spec: v.optional(
    v.pipe(
      open({
        dnsNames: fromRoute("dnsNames"),
        secretName: fromRoute("secretName"),
        issuerRef: v.optional(open({ name: v.string("the name of the issuer") })),
      }),
      checkedSpec(),
    ),
    {},
  ),
});

const override = settings({
  namespaces: v.optional(strings()),
  ingressClasses: v.optional(strings()),
  certificateTemplate: template,
});

export const certManagerSettings: v.GenericSchema<unknown, CertManagerSettings> = v.pipe(
  settings({
    certificateTemplate: v.optional(template, {}),
    overrides: v.optional(v.array(override, "a list"), []),
    ignoreSecrets: v.optional(strings(), []),
    existingSecrets: v.optional(choice(["replace", "keep"]), "replace"),
    adopt: v.optional(choice(["annotated", "matching"])),
    commonName: v.optional(choice(["none", "firstHost"])),
    copyAnnotations: v.optional(strings()),
    allowedAnnotations: v.optional(strings()),
  }),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const reported = new Set((dataset.issues ?? []).map((issue) => v.getDotPath(issue)));
    for (const { message, path } of templateErrors(dataset.value)) {
      if (reported.has(path.join("."))) continue;
      const where = pathTo(dataset.value, path);
      addIssue({ message: `values that fit together: ${message}`, input: where.at(-1)?.value, path: where });
    }
  }),
  v.transform(({ certificateTemplate, overrides, ...rest }) => ({
    certificateTemplate: toTemplate(certificateTemplate, { issuerRef: DEFAULT_ISSUER }),
    overrides: overrides.map(({ namespaces, ingressClasses, certificateTemplate }) => ({
      namespaces: namespaces ?? null,
      ingressClasses: ingressClasses ?? null,
      certificateTemplate: toTemplate(certificateTemplate, {}),
    })),
    ...rest,
  })),
);

function toTemplate(
  { metadata, spec }: v.InferOutput<typeof template>,
  defaults: Readonly<Record<string, unknown>>,
): CertificateTemplate {
  return {
    ...(metadata === undefined ? {} : { metadata: defined(metadata) }),
    spec: { ...defaults, ...spec },
  };
}

/** A field of a Certificate that the route decides about. */
function fromRoute(field: string) {
  return v.optional(v.never(`no ${field}: it is taken from each route`));
}

/** Without the keys that are undefined. */
function defined(metadata: {
  labels?: Record<string, string> | undefined;
  annotations?: Record<string, string> | undefined;
}) {
  const { labels, annotations } = metadata;
  return {
    ...(labels === undefined ? {} : { labels }),
    ...(annotations === undefined ? {} : { annotations }),
  };
}
