/**
 * What is wrong with the templates of the configuration: reported at the start, and not by the API server for each
 * route.
 *
 * @module
 */
import * as v from "valibot";
import { isRecord } from "../../../schema/unknown.ts";
import type { Spec } from "../../integration.ts";
import { certificateSpec } from "./certificate-schema.ts";
import { type SpecError, specErrors } from "./spec-rules.ts";

/** The issues are those of the spec's schema, while the spec itself stays as it is written, key by key. */
export function checkedSpec() {
  return v.rawCheck<Record<string, unknown>>(({ dataset, addIssue }) => {
    const spec: unknown = dataset.value;
    if (!isRecord(spec)) return;
    const reported = new Set((dataset.issues ?? []).map((issue) => v.getDotPath(issue)));
    for (const issue of v.safeParse(certificateSpec, spec).issues ?? []) {
      const { input, received, path } = issue;
      // Not to be suggested, for both are refused.
      const message = issue.message.replace(
        /^the key (dnsNames|secretName)$/,
        "no $1: it is taken from each route",
      );
      if (path !== undefined && !reported.has(v.getDotPath(issue)))
        addIssue({ input, received, message, path });
    }
  });
}

interface Templates {
  readonly certificateTemplate: { readonly spec: Spec };
  readonly overrides: readonly { readonly certificateTemplate: { readonly spec: Spec } }[];
}

export interface TemplateError {
  readonly path: readonly [string, ...(string | number)[]];
  readonly message: string;
}

/** Rules between the fields of the template, and of each override laid over it. */
export function templateErrors({ certificateTemplate, overrides }: Templates): readonly TemplateError[] {
  const errors = at(["certificateTemplate"], specErrors(certificateTemplate.spec));
  // What is wrong in the template is wrong in each of them.
  if (errors.length > 0) return errors;
  return overrides.flatMap((override, index) =>
    at(
      ["overrides", index, "certificateTemplate"],
      specErrors({ ...certificateTemplate.spec, ...override.certificateTemplate.spec }),
    ),
  );
}

function at(template: TemplateError["path"], errors: readonly SpecError[]): readonly TemplateError[] {
  return errors.map(({ path, message }) => ({ path: [...template, "spec", ...path], message }));
}
