/**
 * Context attributes of CloudEvents 1.0, checked: https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md
 *
 * @module
 */
import { shown } from "../schema/shown.ts";
import { InvalidAttributeError } from "./errors.ts";
import type { ReceivedEvent } from "./received-event.ts";
import { isTimestamp } from "./timestamp.ts";

/** Attributes by name; names and values come from the wire unchecked. */
export type RawAttributes = ReadonlyMap<string, unknown>;

const OPTIONAL = ["subject", "time", "datacontenttype", "dataschema"] as const;
const KNOWN = new Set<string>(["specversion", "id", "source", "type", ...OPTIONAL]);

const NAME = /^[a-z0-9]+$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: the specification forbids exactly these in strings
const FORBIDDEN = /[\u0000-\u001f\u007f-\u009f]/;

/**
 * Turns attributes into an event.
 *
 * @throws {InvalidAttributeError} with the name of the attribute, what was found and what is expected
 */
export function toEvent(attributes: RawAttributes, data: unknown): ReceivedEvent {
  const version = required(attributes, "specversion");
  if (version !== "1.0") throw new InvalidAttributeError(`specversion is ${shown(version)}, expected "1.0"`);
  for (const name of OPTIONAL) optional(attributes, name);
  const time = optional(attributes, "time");
  if (time !== null && !isTimestamp(time)) {
    throw new InvalidAttributeError(`time is ${shown(time)}, expected an RFC 3339 timestamp`);
  }
  return {
    id: required(attributes, "id"),
    source: required(attributes, "source"),
    type: required(attributes, "type"),
    subject: optional(attributes, "subject"),
    time,
    extensions: extensionsOf(attributes),
    data,
  };
}

/** The value of an optional attribute, null where it is absent; JSON's null means absent too. */
export function optional(attributes: RawAttributes, name: string): string | null {
  const value = attributes.get(name);
  if (value === undefined || value === null) return null;
  if (typeof value !== "string") {
    throw new InvalidAttributeError(`${name} is ${typeName(value)}, expected a string`);
  }
  return checked(name, value);
}

function required(attributes: RawAttributes, name: string): string {
  const value = optional(attributes, name);
  if (value === null) throw new InvalidAttributeError(`${name} is missing`);
  return value;
}

function extensionsOf(attributes: RawAttributes): Record<string, string> {
  const extensions: Record<string, string> = Object.create(null);
  for (const [name, value] of attributes) {
    if (KNOWN.has(name) || value === null) continue;
    if (!NAME.test(name)) {
      throw new InvalidAttributeError(`attribute name ${shown(name)} has other characters than a-z and 0-9`);
    }
    extensions[name] = canonical(name, value);
  }
  return extensions;
}

/** String form of the types an attribute may have: strings, booleans and 32-bit integers. */
function canonical(name: string, value: unknown): string {
  if (typeof value === "string") return value === "" ? value : checked(name, value);
  if (typeof value === "boolean") return String(value);
  if (typeof value === "number" && (value | 0) === value) return String(value);
  throw new InvalidAttributeError(
    `${name} is ${typeName(value)}, expected a string, a boolean or an integer`,
  );
}

function checked(name: string, value: string): string {
  if (value === "") throw new InvalidAttributeError(`${name} is empty`);
  if (FORBIDDEN.test(value) || !value.isWellFormed()) {
    throw new InvalidAttributeError(`${name} has characters that attributes must not have`);
  }
  return value;
}

function typeName(value: unknown): string {
  if (Array.isArray(value)) return "an array";
  return value !== null && typeof value === "object" ? "an object" : `a ${typeof value}`;
}
