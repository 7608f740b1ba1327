/**
 * The annotation `cert-manager.io/secret-template`: labels and annotations for the Secret, as JSON.
 *
 * @module
 */

import { shown } from "../../../schema/shown.ts";
import { isRecord } from "../../../schema/unknown.ts";
import type { Parsed } from "../../annotation.ts";
import { isLabelValue, isQualifiedName } from "../../qualified-name.ts";

const EXAMPLE = '{"labels":{"team":"shop"}}';
const OWN_PREFIX = "cert-manager.io/";

/** Kubernetes allows this many bytes of keys and values on one object. */
const LARGEST_ANNOTATIONS = 256 * 1024;

/**
 * What becomes `spec.secretTemplate`, keys sorted; null where it is empty. Nothing but `labels` and `annotations` may
 * stand there, and no annotation of cert-manager itself, which its shim refuses.
 */
export function parseSecretTemplate(text: string): Parsed {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { error: `${shown(text)} is no JSON: write an object such as ${EXAMPLE}` };
  }
  if (!isRecord(json)) return { error: `${shown(text)} is no JSON object: write one such as ${EXAMPLE}` };
  const unknown = Object.keys(json).find((key) => key !== "labels" && key !== "annotations");
  if (unknown !== undefined) {
    return { error: `it has ${shown(unknown)}: only "labels" and "annotations" may stand there` };
  }
  const error = secretTemplateError(json);
  if (error !== null) return { error };
  const template = Object.fromEntries(
    ["annotations", "labels"].flatMap((part) => {
      const entries = isRecord(json[part]) ? Object.entries(json[part]) : [];
      return entries.length === 0 ? [] : [[part, Object.fromEntries(entries.sort(byKey))]];
    }),
  );
  return Object.keys(template).length === 0 ? null : { value: template };
}

/** What is wrong with the labels and annotations for a Secret; null where nothing is. */
export function secretTemplateError(template: Record<string, unknown>): string | null {
  return wrongIn(template, "labels", labelError) ?? wrongIn(template, "annotations", annotationError);
}

/** What is wrong with one part of the template; null where nothing is. */
function wrongIn(
  json: Record<string, unknown>,
  part: "labels" | "annotations",
  wrong: (key: string, value: string) => string | null,
): string | null {
  const map = json[part] ?? {};
  if (!isRecord(map)) return `"${part}" is no JSON object: write one such as ${EXAMPLE}`;
  let size = 0;
  for (const [key, value] of Object.entries(map)) {
    if (typeof value !== "string")
      return `the value of ${shown(key)} in "${part}" is no text: put it in double quotes`;
    const error = isQualifiedName(key) ? wrong(key, value) : `${shown(key)} cannot be a key in "${part}"`;
    if (error !== null) return error;
    size += Buffer.byteLength(key) + Buffer.byteLength(value);
  }
  return size > LARGEST_ANNOTATIONS ? `"${part}" is larger than 256 KiB` : null;
}

function labelError(key: string, value: string): string | null {
  if (isLabelValue(value)) return null;
  return `${shown(value)} cannot be the value of label ${shown(key)}: it has at most 63 letters, digits, "-", "_" and "."`;
}

function annotationError(key: string): string | null {
  return key.startsWith(OWN_PREFIX) ? `annotation ${shown(key)} is cert-manager's own: leave it out` : null;
}

function byKey([a]: [string, unknown], [b]: [string, unknown]): number {
  return a < b ? -1 : Number(a > b);
}
