/**
 * The comparison is fair only if both sides ask the API server for the same.
 *
 * @module
 */
import { describe, type TimedRequest } from "./audit-times.ts";

/** The namespace, and the version that each side's own write has answered with, differ. */
function normal(uri: string): string {
  return uri
    .replace(/lone-\d+/, "NAMESPACE")
    .replace(/\bresourceVersion=[1-9]\d*/, "resourceVersion=VERSION");
}

/** Throws unless both made the same requests, in whatever order; Events, which only the function writes, apart. */
export function sameRequests(ours: readonly TimedRequest[], raw: readonly TimedRequest[]): void {
  const [one, other] = [ours, raw].map((requests) =>
    describe(
      requests
        .filter(({ resource }) => resource !== "events")
        .map((request) => ({ ...request, uri: normal(request.uri) }))
        .toSorted((a, b) => (a.uri < b.uri ? -1 : 1)),
    ),
  );
  if (one !== other)
    throw new Error(`the sides do not make the same requests:\nours: ${one}\nraw:  ${other}`);
}
