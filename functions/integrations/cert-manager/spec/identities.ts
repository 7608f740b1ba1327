/**
 * What of a Certificate's spec names an identity besides its DNS names. All of it passes the host policy, whether an
 * annotation, the template or the Certificate as it is gave it.
 *
 * @module
 */
import { isIP } from "node:net";
import type { Problem } from "../../../problem.ts";
import { isRecord } from "../../../schema/unknown.ts";
import { isHostname } from "../../../traefik/hosts.ts";
import type { Spec } from "../../integration.ts";
import { identitiesOfSubject } from "./literal-subject.ts";

/** Why a name may not stand in the Certificate; null where it may. */
export type RefuseName = (name: string) => Problem | null;

/** A refused name, and the field of the spec that has it, such as `subject.organizations`. */
export interface RefusedName {
  readonly path: string;
  readonly problem: Problem;
}

export interface AllowedSpec {
  readonly spec: Spec;
  readonly refused: readonly RefusedName[];
}

const LISTS = ["ipAddresses", "uris", "emailAddresses"];

/** The spec without the names that are refused; a list keeps the others. */
export function withoutRefusedNames(spec: Spec, refuse: RefuseName): AllowedSpec {
  const refused: RefusedName[] = [];
  const isAllowed = (path: string) => (name: unknown) => {
    const problem = refuse(typeof name === "string" ? name : String(name));
    if (problem !== null) refused.push({ path, problem });
    return problem === null;
  };
  const allowed = Object.entries(spec).flatMap(([field, value]): [string, unknown][] => {
    const kept = keep(field, value, isAllowed);
    return kept === undefined ? [] : [[field, kept]];
  });
  return refused.length === 0 ? { spec, refused } : { spec: Object.fromEntries(allowed), refused };
}

type Keep = (path: string) => (name: unknown) => boolean;

/** What stays of a field; undefined where nothing does. */
function keep(field: string, value: unknown, isAllowed: Keep): unknown {
  if (field === "commonName") return value === "" || isAllowed(field)(value) ? value : undefined;
  if (LISTS.includes(field)) return keepList(value, isAllowed(field));
  if (field === "otherNames") {
    return keepList(value, (name) => isAllowed(field)(isRecord(name) ? name.utf8Value : name));
  }
  if (field === "subject" && isRecord(value)) return keepSubject(value, isAllowed);
  if (field === "literalSubject" && typeof value === "string") {
    return identitiesOfSubject(value, readsAsName).filter((name) => !isAllowed(field)(name)).length === 0
      ? value
      : undefined;
  }
  return value;
}

function keepList(value: unknown, isAllowed: (name: unknown) => boolean): unknown {
  const left = [value].flat().filter(isAllowed);
  return left.length === 0 ? undefined : left;
}

/** Most of a subject is free text, such as a city: only what reads as a name is one. */
function keepSubject(subject: Record<string, unknown>, isAllowed: Keep): unknown {
  const entries = Object.entries(subject).flatMap(([field, value]): [string, unknown][] => {
    const isFine = (text: unknown) => !readsAsName(String(text)) || isAllowed(`subject.${field}`)(text);
    if (!Array.isArray(value)) return isFine(value) ? [[field, value]] : [];
    const left = value.filter(isFine);
    return left.length === 0 && value.length > 0 ? [] : [[field, left]];
  });
  return entries.length === 0 && Object.keys(subject).length > 0 ? undefined : Object.fromEntries(entries);
}

/** A host of two labels or more, an IP or email address, a URI, or a name of Kubernetes such as `system:masters`. */
function readsAsName(text: string): boolean {
  const host = text.toLowerCase().replace(/\.$/, "").replace(/^\*\./, "");
  if (isHostname(host)) return host.includes(".");
  return isIP(text) !== 0 || /^[^\s@]+@[^\s@]+$/.test(text) || /^[a-z][a-z0-9+.-]*:\S+$/i.test(text);
}
