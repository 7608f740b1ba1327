/**
 * One host that several DNSEndpoints publish: external-dns would merge their targets, or flap between them.
 *
 * @module
 */
import type { Problem } from "../../problem.ts";
import { isRecord } from "../../schema/unknown.ts";
import type { RouteDescription, RouteReference } from "../../traefik/route-description.ts";
import type { NameEntry, Spec } from "../integration.ts";
import { DEFAULT_TARGETS_ANNOTATION, TARGET_ANNOTATION } from "./default-targets.ts";
import { endpointsOf } from "./endpoints.ts";
import { prefixedAnnotations } from "./prefixes.ts";

type Annotations = Readonly<Record<string, string>>;

/** What a DNSEndpoint's spec says of each name. */
export function entriesOf(spec: unknown): ReadonlyMap<string, NameEntry> {
  const named = endpointsOf(spec).filter(({ dnsName }) => typeof dnsName === "string");
  const byName = Map.groupBy(named, ({ dnsName }) => dnsName as string);
  return new Map([...byName].map(([name, parts]) => [name, entryOf(parts)]));
}

/** A spec without what it says of some names. */
export function withoutNames(spec: unknown, names: ReadonlySet<string>): Spec | undefined {
  if (!isRecord(spec) || !Array.isArray(spec.endpoints)) return undefined;
  if (names.size === 0) return spec;
  const endpoints = spec.endpoints.filter((each) => !(isRecord(each) && names.has(each.dnsName as string)));
  return { ...spec, endpoints };
}

/** Weighted records and their like differ in their set identifier. */
function entryOf(parts: readonly Spec[]): NameEntry {
  const sets = parts.flatMap(({ setIdentifier }) =>
    typeof setIdentifier === "string" && setIdentifier !== "" ? [setIdentifier] : [],
  );
  const pointers = parts.map(({ recordType, targets }) => {
    const known = Array.isArray(targets) ? [...targets].sort() : null;
    return JSON.stringify([recordType ?? null, known]);
  });
  return { set: sets[0] ?? null, target: pointers.sort().join(), parts };
}

/** The annotation by which the route says where its hosts point, usable or not; null where the installation says it. */
export function targetAnnotation(annotations: Annotations): string | null {
  if (annotations[TARGET_ANNOTATION] !== undefined) return TARGET_ANNOTATION;
  if (annotations[DEFAULT_TARGETS_ANNOTATION] === "true") return DEFAULT_TARGETS_ANNOTATION;
  const target = prefixedAnnotations(annotations).byName.get("target");
  return target === undefined || target.value.trim() === "" ? null : target.key;
}

export function targetConflict(
  name: string,
  decider: RouteReference,
  annotations: RouteDescription["annotations"],
): Problem {
  const annotation = targetAnnotation(annotations) ?? TARGET_ANNOTATION;
  return {
    reason: "TargetConflict",
    message:
      `host ${name} has another target in ${decider.kind} ${decider.name}, which came first and decides; its target is published here too. ` +
      "Give both routes one target, or remove this annotation, or write a set-identifier for each where both are meant.",
    field: `metadata.annotations[${annotation}]`,
  };
}
