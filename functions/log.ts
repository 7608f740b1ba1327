/**
 * Structured logs, one JSON object a line.
 *
 * @module
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { pino } from "pino";
import { visible } from "./hidden-characters.ts";

export const LOG_LEVELS = ["debug", "info", "warn", "error"] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];

type Fields = Readonly<Record<string, unknown>>;

type Log = (fields: Fields, message: string) => void;

/** What the rooms log through. An error belongs into the field `err`. */
export interface Logger extends Readonly<Record<LogLevel, Log>> {
  /** Whoever logs a line while the work runs, it has these fields too: those of the event that asked for the work. */
  within<T>(fields: Fields, work: () => T): T;
  /** The same for work that is no event's, though one may have set it off. */
  apart<T>(fields: Fields, work: () => T): T;
}

/** Fields that hold credentials wherever they appear, in case an error or a request finds its way into a line. */
const SECRET_FIELDS = ["authorization", "Authorization", "token", "cookie"];

const REDACTED_PATHS = ["", "*.", "*.*."].flatMap((depth) => SECRET_FIELDS.map((field) => depth + field));

export interface LogDestination {
  write(line: string): void;
}

/** A logger that writes to standard output, or to `destination`. */
export function createLogger(level: LogLevel, destination?: LogDestination): Logger {
  const context = new AsyncLocalStorage<Fields>();
  const options = {
    level,
    base: null,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: REDACTED_PATHS,
    mixin: () => ({ ...context.getStore() }),
    // JSON leaves some control characters as they are, and people read logs in terminals.
    hooks: { streamWrite: visible },
  };
  // Named, or pino asks for `process.stdout`, which takes longer to make than all else that a logger needs.
  const log = pino(options, destination ?? pino.destination(1));
  return Object.assign(log, {
    within: <T>(fields: Fields, work: () => T) => context.run({ ...context.getStore(), ...fields }, work),
    apart: <T>(fields: Fields, work: () => T) => context.run(fields, work),
  });
}
