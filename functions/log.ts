/**
 * Structured logs, one JSON object a line.
 *
 * @module
 */
import { pino } from "pino";
import { visible } from "./hidden-characters.ts";

export const LOG_LEVELS = ["debug", "info", "warn", "error"] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];

type Log = (fields: Readonly<Record<string, unknown>>, message: string) => void;

/** What the rooms log through. An error belongs into the field `err`. */
export type Logger = Readonly<Record<LogLevel, Log>>;

/** Fields that hold credentials wherever they appear, in case an error or a request finds its way into a line. */
const SECRET_FIELDS = ["authorization", "Authorization", "token", "cookie"];

const REDACTED_PATHS = ["", "*.", "*.*."].flatMap((depth) => SECRET_FIELDS.map((field) => depth + field));

export interface LogDestination {
  write(line: string): void;
}

/** A logger that writes to standard output, or to `destination`. */
export function createLogger(level: LogLevel, destination?: LogDestination): Logger {
  const options = {
    level,
    base: null,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: REDACTED_PATHS,
    // JSON leaves some control characters as they are, and people read logs in terminals.
    hooks: { streamWrite: visible },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}
