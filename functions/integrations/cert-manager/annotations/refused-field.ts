/**
 * Where a name in a Certificate's spec comes from.
 *
 * @module
 */
import type { RouteDescription } from "../../../traefik/route-description.ts";
import { ANNOTATION_FIELDS } from "./annotation-fields.ts";

/** The route's annotation for that field of the spec, else the template's field. */
export function fieldOf(path: string, { annotations }: RouteDescription): string {
  const key = ANNOTATION_FIELDS.find((field) => field.path === path)?.key;
  return key !== undefined && annotations[key] !== undefined
    ? `metadata.annotations[${key}]`
    : `integrations.certManager.certificateTemplate.spec.${path}`;
}
