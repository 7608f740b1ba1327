/**
 * The annotations of a route that cert-manager's users know, as the fields of a Certificate.
 *
 * @module
 */
import type { Problem } from "../../../problem.ts";
import { usableHosts } from "../../../traefik/hosts.ts";
import type { AnnotationScope } from "../../allowed-annotations.ts";
import { commaSeparated, invalidAnnotation } from "../../annotation.ts";
import type { Spec } from "../../integration.ts";
import { ACME_PREFIX } from "./acme-annotations.ts";
import { conflictsOf, specOf, type Value } from "./annotation-conflicts.ts";
import { ANNOTATION_FIELDS, PREFIX } from "./annotation-fields.ts";
import { issuerOf } from "./issuer-annotations.ts";

const ALT_NAMES = `${PREFIX}alt-names`;

export interface CertificateAnnotations {
  /** Only the fields that annotations set; `mergeSpec` lays them over the template. */
  readonly spec: Spec;
  /** More names for the certificate, usable ones only, sorted. DNS publishes none of them. */
  readonly names: readonly string[];
  /** Who is to issue is not known: the Certificate must stay as it is. */
  readonly issuerInvalid: boolean;
  /** Paths of the fields whose annotation is left out, such as `privateKey.size`, for `keepInvalid`. */
  readonly invalid: readonly string[];
  readonly problems: readonly Problem[];
}

const NOTHING_ASKED: CertificateAnnotations = {
  spec: {},
  names: [],
  issuerInvalid: false,
  invalid: [],
  problems: [],
};

/** The annotations of a route that are about its Certificate. */
export const SCOPE: AnnotationScope = {
  prefixes: [PREFIX, ACME_PREFIX],
  setting: "integrations.certManager.allowedAnnotations",
};

/**
 * What the annotations ask for. An invalid one is left out and reported; the others count. `template` is the spec that
 * they will be laid over: it decides what fits, such as the size of a key for the template's algorithm.
 */
export function certificateAnnotations(
  annotations: Readonly<Record<string, string>>,
  template: Spec = {},
): CertificateAnnotations {
  // Most routes have none, and a resync asks for each.
  if (!Object.keys(annotations).some((key) => key.startsWith(PREFIX))) return NOTHING_ASKED;
  const problems: Problem[] = [];
  const invalid: string[] = [];
  const values = new Map<string, Value>();
  for (const { key, path, parse } of ANNOTATION_FIELDS) {
    const text = annotations[key];
    const parsed = text === undefined ? null : parse(text);
    if (parsed === null) continue;
    if ("value" in parsed) {
      values.set(path, { key, value: parsed.value });
    } else {
      invalid.push(path);
      problems.push(invalidAnnotation(key, `${parsed.error}.`, text));
    }
  }
  for (const { path, error } of conflictsOf(values, template, invalid)) {
    const key = values.get(path)?.key;
    values.delete(path);
    invalid.push(path);
    if (key !== undefined && error !== null) problems.push(invalidAnnotation(key, `${error}.`));
  }
  const issuer = issuerOf(annotations, template.issuerRef);
  if (issuer.kind === "invalid") problems.push(issuer.problem);
  const names = usableHosts(
    commaSeparated(annotations[ALT_NAMES] ?? "").map((name) => ({
      name,
      field: `metadata.annotations[${ALT_NAMES}]`,
    })),
  );
  return {
    spec: issuer.kind === "issuer" ? { issuerRef: issuer.issuerRef, ...specOf(values) } : specOf(values),
    names: names.hosts,
    issuerInvalid: issuer.kind === "invalid",
    invalid: invalid.sort(),
    problems: [...problems, ...names.problems],
  };
}
