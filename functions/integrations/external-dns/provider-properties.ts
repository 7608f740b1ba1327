/**
 * Annotations for single DNS providers, as the `providerSpecific` properties that external-dns makes of them on its
 * other sources; a DNSEndpoint's own annotations it does not read.
 *
 * Values that a provider of external-dns 0.22 would replace by a default, reporting it to its own log only, are refused here.
 *
 * @module
 */
import type { Problem } from "../../problem.ts";
import { shown } from "../../schema/shown.ts";
import { isUnfilled } from "../../traefik/placeholders.ts";
import { invalidAnnotation, type Parsed, parseInteger } from "../annotation.ts";
import type { DnsAnnotation } from "./prefixes.ts";

export interface ProviderProperty {
  readonly name: string;
  readonly value: string;
}

export interface ProviderProperties {
  /** Sorted by name. */
  readonly properties: readonly ProviderProperty[];
  /** Names of the properties whose annotation is left out. */
  readonly invalid: readonly string[];
  readonly problems: readonly Problem[];
}

/** Any attribute may follow these; `aws-weight` becomes `aws/weight`. */
export const OPEN_PREFIXES = ["aws", "coredns", "scw", "webhook"];

/** All that external-dns knows of Cloudflare's; they keep the whole key, and it drops any other. */
export const CLOUDFLARE = ["custom-hostname", "proxied", "record-comment", "region-key", "tags"];

type Check = (value: string) => Exclude<Parsed<string>, null>;

/** Attributes with a value that is not free text. */
const CHECKS: ReadonlyMap<string, Check> = new Map([
  ["aws-weight", integer(0, 255)],
  ["aws-geoproximity-bias", integer(-99, 99)],
  ["aws-geoproximity-coordinates", coordinates],
  ["aws-failover", oneOf("PRIMARY", "SECONDARY")],
  ["aws-evaluate-target-health", oneOf("true", "false")],
  ["aws-multi-value-answer", presence],
  ["azure-tags", azureTags],
  ["cloudflare-proxied", boolean],
  ["scw-priority", integer(0, 2 ** 32 - 1)],
]);

/** The properties of the annotations; `byName` has them by what follows the prefix. */
export function providerProperties(byName: ReadonlyMap<string, DnsAnnotation>): ProviderProperties {
  const properties: ProviderProperty[] = [];
  const invalid: string[] = [];
  const problems: Problem[] = [];
  for (const [annotation, { key, value }] of byName) {
    const name = propertyName(annotation, key);
    if (name === null) continue;
    const parsed = isUnknown(annotation) ? unknownCloudflare(annotation) : checked(annotation, value);
    if ("value" in parsed) {
      properties.push({ name, value: parsed.value });
    } else {
      invalid.push(name);
      problems.push(invalidAnnotation(key, `${parsed.error}.`, value));
    }
  }
  return { properties: properties.sort(byPropertyName), invalid: invalid.sort(), problems };
}

/** Null for an annotation that is no provider's. */
function propertyName(annotation: string, key: string): string | null {
  if (annotation === "azure-tags") return "azure/tags";
  const [, provider = "", attribute = ""] = /^([a-z]+)-(.+)$/.exec(annotation) ?? [];
  if (provider === "cloudflare") return key;
  return OPEN_PREFIXES.includes(provider) ? `${provider}/${attribute}` : null;
}

function isUnknown(annotation: string): boolean {
  const attribute = /^cloudflare-(.+)$/.exec(annotation)?.[1];
  return attribute !== undefined && !CLOUDFLARE.includes(attribute);
}

function unknownCloudflare(annotation: string): { error: string } {
  const known = CLOUDFLARE.map((attribute) => `cloudflare-${attribute}`).join(", ");
  return { error: `external-dns knows no ${shown(annotation)} and would drop it: there are ${known}` };
}

function checked(annotation: string, value: string): ReturnType<Check> {
  if (isUnfilled(value)) return { error: `${shown(value)} is a placeholder` };
  return CHECKS.get(annotation)?.(value) ?? { value };
}

/** Written without sign and leading zeros, as external-dns reads it back: another spelling would never converge. */
function integer(min: number, max: number): Check {
  return (value) => {
    const number = parseInteger(value, min, max);
    if (number !== null) return { value: String(number) };
    return { error: `${shown(value)} is not a whole number from ${min} to ${max}` };
  };
}

function oneOf(...values: readonly string[]): Check {
  return (value) => {
    if (values.includes(value)) return { value };
    return { error: `${shown(value)} is not known: write ${values.join(" or ")}` };
  };
}

/** As Go's `strconv.ParseBool`. */
function boolean(value: string): ReturnType<Check> {
  if (/^(?:1|t|T|TRUE|true|True)$/.test(value)) return { value: "true" };
  if (/^(?:0|f|F|FALSE|false|False)$/.test(value)) return { value: "false" };
  return { error: `${shown(value)} is not known: write true or false` };
}

/** To Route 53's provider the property is on wherever it stands, and it reads it back as the empty text. */
function presence(value: string): ReturnType<Check> {
  if (value !== "false") return { value: "" };
  return { error: `external-dns would switch it on for ${shown(value)} as well: remove the annotation` };
}

function coordinates(value: string): ReturnType<Check> {
  const parts = value
    .split(",")
    .map((part) => (/^[+-]?[0-9]{1,3}(?:\.[0-9]+)?$/.test(part) ? Number(part) : NaN));
  const [latitude = NaN, longitude = NaN] = parts;
  if (parts.length === 2 && Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180) return { value };
  return { error: `${shown(value)} is no place: write latitude and longitude such as 52.52,13.40` };
}

function azureTags(value: string): ReturnType<Check> {
  const tags = value.split(",").filter((tag) => tag.trim() !== "");
  const bad = tags.length === 0 ? value : tags.find((tag) => !/^[^=]*[^\s=][^=]*=.*\S/s.test(tag));
  if (bad === undefined) return { value };
  return { error: `${shown(bad)} is no tag: write name=value, and commas between tags` };
}

function byPropertyName(a: ProviderProperty, b: ProviderProperty): number {
  return a.name < b.name ? -1 : Number(a.name > b.name);
}
