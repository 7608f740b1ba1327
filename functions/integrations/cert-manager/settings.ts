/**
 * Settings of the cert-manager integration.
 *
 * @module
 */
import * as v from "valibot";
import { open, settings, texts } from "../../config/fields.ts";

export interface CertManagerSettings {
  /** What every Certificate has besides its names and its Secret; `spec.issuerRef` is always there. */
  readonly certificateTemplate: {
    readonly metadata?: {
      readonly labels?: Readonly<Record<string, string>>;
      readonly annotations?: Readonly<Record<string, string>>;
    };
    readonly spec: Readonly<Record<string, unknown>>;
  };
}

const DEFAULT_ISSUER = { kind: "ClusterIssuer", name: "ca-issuer" };

const metadata = settings({ labels: v.optional(texts()), annotations: v.optional(texts()) });

/** `apiVersion` and `kind` may stand there, for a template is a Certificate to those who copy one. */
const template = settings({
  apiVersion: v.optional(v.literal("cert-manager.io/v1", '"cert-manager.io/v1"')),
  kind: v.optional(v.literal("Certificate", '"Certificate"')),
  metadata: v.optional(metadata),
  spec: v.optional(
    open({
      dnsNames: fromRoute("dnsNames"),
      secretName: fromRoute("secretName"),
      issuerRef: v.optional(open({ name: v.string("the name of the issuer") })),
    }),
    {},
  ),
});

export const certManagerSettings: v.GenericSchema<unknown, CertManagerSettings> = v.pipe(
  settings({ certificateTemplate: v.optional(template, {}) }),
  v.transform(({ certificateTemplate: { metadata, spec } }) => ({
    certificateTemplate: {
      ...(metadata === undefined ? {} : { metadata: defined(metadata) }),
      spec: { issuerRef: DEFAULT_ISSUER, ...spec },
    },
  })),
);

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
