/**
 * Header values of the HTTP binding's binary mode.
 *
 * @module
 */
import { InvalidAttributeError } from "./errors.ts";

/**
 * Undoes quoting, then one round of percent-encoding:
 * https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md#3132-http-header-values
 *
 * @throws {InvalidAttributeError} if a percent sign starts no escape or the bytes are not UTF-8
 */
export function decodeHeaderValue(name: string, value: string): string {
  const unquoted =
    /^".*"$/.test(value) && value.length > 1 ? value.slice(1, -1).replace(/\\(.)/g, "$1") : value;
  if (!unquoted.includes("%")) return unquoted;
  try {
    return decodeURIComponent(unquoted);
  } catch (cause) {
    throw new InvalidAttributeError(`${name} is not valid percent-encoded UTF-8`, { cause });
  }
}
