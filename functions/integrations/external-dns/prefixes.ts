/**
 * external-dns changed the prefix of its annotations: up to 0.21 it reads the first one below, from 0.22 on the other
 * and not the first any more. Routes of both times are read here.
 *
 * @module
 */
import type { Problem } from "../../problem.ts";
import { shown } from "../../schema/shown.ts";
import { invalidAnnotation } from "../annotation.ts";

export const OLD_PREFIX = "external-dns.alpha.kubernetes.io/";
export const NEW_PREFIX = "external-dns.kubernetes.io/";

/** An annotation of external-dns; `key` is the whole of what the user wrote. */
export interface DnsAnnotation {
  readonly key: string;
  readonly value: string;
}

export interface PrefixedAnnotations {
  /** By what follows the prefix, such as `ttl`; sorted. */
  readonly byName: ReadonlyMap<string, DnsAnnotation>;
  readonly problems: readonly Problem[];
}

/** The annotations under either prefix. The new one wins, and is reported where the old one says something else. */
export function prefixedAnnotations(annotations: Readonly<Record<string, string>>): PrefixedAnnotations {
  const byName = new Map<string, DnsAnnotation>();
  const problems: Problem[] = [];
  for (const name of namesOf(annotations)) {
    const oldKey = OLD_PREFIX + name;
    const newKey = NEW_PREFIX + name;
    const oldValue = annotations[oldKey];
    const newValue = annotations[newKey];
    if (newValue !== undefined) byName.set(name, { key: newKey, value: newValue });
    else if (oldValue !== undefined) byName.set(name, { key: oldKey, value: oldValue });
    if (oldValue !== undefined && newValue !== undefined && oldValue !== newValue) {
      const message = `it says ${shown(oldValue)} and ${newKey} says ${shown(newValue)}, which counts: remove one, or make them equal.`;
      problems.push(invalidAnnotation(oldKey, message));
    }
  }
  return { byName, problems };
}

function namesOf(annotations: Readonly<Record<string, string>>): readonly string[] {
  const names = Object.keys(annotations).flatMap((key) => {
    const prefix = [OLD_PREFIX, NEW_PREFIX].find((candidate) => key.startsWith(candidate));
    return prefix === undefined ? [] : [key.slice(prefix.length)];
  });
  return [...new Set(names)].sort();
}
