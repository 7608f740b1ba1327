/**
 * Lenient reading of fields that nobody has validated: a wrong type costs that field and becomes a problem.
 *
 * @module
 */
import type { Problem } from "../problem.ts";
import { isRecord } from "../schema/unknown.ts";

export type JsonObject = Readonly<Record<string, unknown>>;

/** Whether a field is set: Kubernetes takes null for one that is not. */
export function isPresent(value: unknown): boolean {
  return value !== undefined && value !== null;
}

/** Collects problems while one object is read. */
export class FieldReader {
  readonly problems: Problem[] = [];

  /** A string, or null where it is absent or (with a problem) something else. */
  string(value: unknown, field: string): string | null {
    if (value === undefined || value === null || typeof value === "string") {
      return value ?? null;
    }
    this.reject(value, field, "a string");
    return null;
  }

  /** A boolean; false where it is absent or (with a problem) something else. */
  boolean(value: unknown, field: string): boolean {
    if (value === undefined || value === null || typeof value === "boolean") {
      return value ?? false;
    }
    this.reject(value, field, "true or false");
    return false;
  }

  /** A list; empty where it is absent or (with a problem) something else. */
  list(value: unknown, field: string): readonly unknown[] {
    if (value === undefined || value === null || Array.isArray(value)) {
      return value ?? [];
    }
    this.reject(value, field, "a list");
    return [];
  }

  /** An object, or null (with a problem) where it is something else. Ask for absence before. */
  object(value: unknown, field: string): JsonObject | null {
    if (isRecord(value)) {
      return value;
    }
    this.reject(value, field, "an object");
    return null;
  }

  add(problems: readonly Problem[]): void {
    for (const problem of problems) {
      this.problems.push(problem);
    }
  }

  reject(value: unknown, field: string, expected: string): void {
    this.problems.push({
      reason: "InvalidField",
      message: `found ${typeName(value)}; it must be ${expected}`,
      field,
    });
  }
}

function typeName(value: unknown): string {
  if (value === undefined || value === null) {
    return "nothing";
  }
  if (Array.isArray(value)) {
    return "a list";
  }
  return typeof value === "object" ? "an object" : `the ${typeof value} ${String(value).slice(0, 32)}`;
}
