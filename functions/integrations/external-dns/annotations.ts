/**
 * The annotations of a route that external-dns' users know, as what the endpoints of a DNSEndpoint have.
 *
 * external-dns reads none of them on a DNSEndpoint itself, so they must become fields of its spec. Meaning and limits
 * are those of its other sources, version 0.22.
 *
 * @module
 */
import type { Problem } from "../../problem.ts";
import { shown } from "../../schema/shown.ts";
import { usableHosts } from "../../traefik/hosts.ts";
import { isUnfilled } from "../../traefik/placeholders.ts";
import { commaSeparated, invalidAnnotation, type Parsed, parseInteger } from "../annotation.ts";
import { parseGoDuration, SECOND } from "../go-duration.ts";
import { type DnsAnnotation, prefixedAnnotations } from "./prefixes.ts";
import { type ProviderProperty, providerProperties } from "./provider-properties.ts";
import { policyErrors } from "./routing-policy.ts";
import { targetOfAnnotation } from "./target.ts";

/** `true`: A and AAAA; the others: only that one. */
export type Alias = "true" | "A" | "AAAA";

export interface DnsAnnotations {
  /** Addresses, or one hostname; null where nothing overrides the target, or nothing usable does. */
  readonly targets: readonly string[] | null;
  /** More names to publish, usable ones only, sorted. */
  readonly hostnames: readonly string[];
  /** Seconds. */
  readonly ttl: number | null;
  readonly setIdentifier: string | null;
  /** `ptr`: a PTR record beside each address. `none`: never one, even where external-dns makes them by default. */
  readonly recordType: "ptr" | "none" | null;
  readonly alias: { readonly value: Alias; readonly key: string } | null;
  /** Sorted by name. */
  readonly providerSpecific: readonly ProviderProperty[];
  /** Another controller than external-dns is named: DNS is none of our business for this route. */
  readonly skip: boolean;
  /**
   * What is left out for its value: `targets`, `ttl`, `setIdentifier`, `recordType`, `alias`, and names of provider
   * properties. Sorted. There, what is published stays.
   */
  readonly invalid: readonly string[];
  readonly problems: readonly Problem[];
}

const CONTROLLER = "dns-controller";
const MAX_TTL = 2 ** 31 - 1;
/** Route 53's limit, the only one that a provider of external-dns has. */
const LONGEST_SET_IDENTIFIER = 128;

const NOTHING_ASKED: DnsAnnotations = {
  targets: null,
  hostnames: [],
  ttl: null,
  setIdentifier: null,
  recordType: null,
  alias: null,
  providerSpecific: [],
  skip: false,
  invalid: [],
  problems: [],
};

/** What the annotations ask for. An invalid one is left out and reported; the others count. */
export function dnsAnnotations(annotations: Readonly<Record<string, string>>): DnsAnnotations {
  const { byName, problems: prefixProblems } = prefixedAnnotations(annotations);
  // Most routes have none, and a resync asks for each.
  if (byName.size === 0 && prefixProblems.length === 0) return NOTHING_ASKED;
  const problems: Problem[] = [...prefixProblems];
  const invalid: string[] = [];

  function read<T>(name: string, field: string, parse: (value: string) => Parsed<T>): T | null {
    const annotation = byName.get(name);
    const parsed = annotation === undefined ? null : parseFilled(annotation.value, parse);
    if (annotation === undefined || parsed === null) return null;
    if ("value" in parsed) return parsed.value;
    invalid.push(field);
    problems.push(invalidAnnotation(annotation.key, `${parsed.error}.`, annotation.value));
    return null;
  }

  const target = targetsOf(byName.get("target"));
  const hostnames = hostnamesOf(byName.get("hostname"));
  const ttl = read("ttl", "ttl", parseTtl);
  const setIdentifier = read("set-identifier", "setIdentifier", parseSetIdentifier);
  const recordType = read("record-type", "recordType", parseRecordType);
  const alias = read("alias", "alias", parseAlias);
  const properties = providerProperties(byName);
  const errors = policyErrors(properties.properties, setIdentifier);
  const controller = byName.get("controller")?.value;
  return {
    targets: target.targets,
    hostnames: hostnames.hosts,
    ttl,
    setIdentifier,
    recordType,
    alias: alias === null ? null : { value: alias, key: byName.get("alias")?.key ?? "" },
    providerSpecific: properties.properties.filter(({ name }) => !errors.has(name)),
    skip: controller !== undefined && controller !== CONTROLLER,
    invalid: [...invalid, ...target.invalid, ...properties.invalid, ...errors.keys()].sort(),
    problems: [
      ...target.problems,
      ...hostnames.problems,
      ...problems,
      ...properties.problems,
      ...policyProblems(errors, byName),
    ],
  };
}

function parseFilled<T>(value: string, parse: (value: string) => Parsed<T>): Parsed<T> {
  return isUnfilled(value) ? { error: `${shown(value)} is a placeholder` } : parse(value);
}

function targetsOf(annotation: DnsAnnotation | undefined) {
  if (annotation === undefined || annotation.value.trim() === "") {
    return { targets: null, invalid: [], problems: [] };
  }
  const { targets, problems } = targetOfAnnotation(annotation.value, annotation.key);
  return targets.length > 0
    ? { targets, invalid: [], problems }
    : { targets: null, invalid: ["targets"], problems };
}

function hostnamesOf(annotation: DnsAnnotation | undefined) {
  const field = `metadata.annotations[${annotation?.key}]`;
  return usableHosts(commaSeparated(annotation?.value ?? "").map((name) => ({ name, field })));
}

/** Whole seconds or a Go duration, whose fraction of a second is dropped as external-dns does. */
function parseTtl(value: string): Parsed<number> {
  const duration = parseGoDuration(value);
  const seconds = duration === null ? parseInteger(value, 1, MAX_TTL) : Number(duration / SECOND);
  if (seconds !== null && seconds >= 1 && seconds <= MAX_TTL) return { value: seconds };
  return {
    error: `${shown(value)} is no time to live from 1 to ${MAX_TTL} seconds: write seconds such as 300, or a duration such as 5m`,
  };
}

function parseSetIdentifier(value: string): Parsed<string> {
  if (value === "" || value.length <= LONGEST_SET_IDENTIFIER) return value === "" ? null : { value };
  return { error: `${shown(value)} has ${value.length} characters: write at most ${LONGEST_SET_IDENTIFIER}` };
}

function parseRecordType(value: string): Parsed<"ptr" | "none"> {
  if (value === "") return { value: "none" };
  if (value.toLowerCase() === "ptr") return { value: "ptr" };
  return {
    error: `${shown(value)} is not known: write ptr for PTR records beside the addresses, or nothing for none; A, AAAA or CNAME follow from the target`,
  };
}

/** external-dns takes `false` as not set, and so do we: to most providers the property would be a change forever. */
function parseAlias(value: string): Parsed<Alias> {
  if (value === "" || value === "false") return null;
  if (value === "true" || value === "A" || value === "AAAA") return { value };
  return { error: `${shown(value)} is not known: write true, A or AAAA` };
}

function policyProblems(
  errors: ReadonlyMap<string, string>,
  byName: ReadonlyMap<string, DnsAnnotation>,
): readonly Problem[] {
  return [...errors].map(([name, error]) => {
    const annotation = name.replace("/", "-");
    return invalidAnnotation(byName.get(annotation)?.key ?? annotation, `${error}.`);
  });
}
