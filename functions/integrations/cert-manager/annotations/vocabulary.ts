/**
 * The names of cert-manager's annotations: those that its shim reads on an Ingress, and those of other objects.
 *
 * @module
 */
import type { AnnotationNames } from "../../annotation-names.ts";
import { ACME_NAMES, ACME_PREFIX } from "./acme-annotations.ts";
import { ANNOTATION_FIELDS, PREFIX } from "./annotation-fields.ts";

export const CERT_MANAGER_NAMES: readonly AnnotationNames[] = [
  {
    prefix: PREFIX,
    names: [
      "issuer",
      "cluster-issuer",
      "issuer-kind",
      "issuer-group",
      "alt-names",
      ...ANNOTATION_FIELDS.map(({ key }) => key.slice(PREFIX.length)),
    ],
    elsewhere: [
      "allow-direct-injection",
      "certificate-name",
      "certificate-revision",
      "ignore-tls-listeners",
      "inject-apiserver-ca",
      "inject-ca-from",
      "inject-ca-from-secret",
      "issue-temporary-certificate",
      "next-private-key",
      "private-key-secret-name",
    ],
    advice: { "issuer-name": `write ${PREFIX}issuer or ${PREFIX}cluster-issuer` },
  },
  {
    prefix: ACME_PREFIX,
    names: ACME_NAMES,
    elsewhere: [
      "http01-override-ingress-name",
      "http01-override-ingress-class",
      "http01-override-ingress-ingressclassname",
      "http01-parentrefname",
      "http01-parentrefkind",
      "http01-parentrefnamespace",
      "http01-parentreffallback",
      "http01-solver",
      "http-domain",
      "http-token",
    ],
  },
];
