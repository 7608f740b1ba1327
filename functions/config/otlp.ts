/**
 * `telemetry.otlp` of the configuration file.
 *
 * @module
 */
import * as v from "valibot";
import { parseGoDuration, SECOND } from "../integrations/go-duration.ts";
import { settings } from "../schema/fields.ts";
import type { OtlpSettings } from "./configuration.ts";

const DEFAULT_INTERVAL = "15s";
const [SHORTEST, LONGEST] = [1, 3600];

export function otlp() {
  return v.pipe(
    settings({
      endpoint: v.pipe(
        v.string("an http or https URL"),
        v.check(isHttpUrl, "an http or https URL, such as http://otel-collector.observability:4318"),
      ),
      interval: v.optional(
        v.pipe(
          v.string("a duration such as 15s"),
          v.check((text) => {
            const seconds = secondsOf(text);
            return seconds >= SHORTEST && seconds <= LONGEST;
          }, "a duration from 1s to 1h, such as 15s"),
        ),
        DEFAULT_INTERVAL,
      ),
      caBundle: v.optional(
        v.pipe(
          v.string("certificates in PEM"),
          v.includes("-----BEGIN CERTIFICATE-----", "certificates in PEM"),
        ),
      ),
    }),
    v.transform(
      ({ endpoint, interval, caBundle = null }): OtlpSettings => ({
        endpoint: new URL(endpoint),
        intervalSeconds: secondsOf(interval),
        caBundle,
      }),
    ),
  );
}

/** Whether it names a receiver that can be sent to. */
export function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}

/** NaN for what is no duration. */
function secondsOf(duration: string): number {
  const nanoseconds = parseGoDuration(duration);
  return nanoseconds === null ? Number.NaN : Number(nanoseconds) / Number(SECOND);
}
