/**
 * The metrics: names, units and meanings. `http.client.request.duration` is OpenTelemetry's own, with its buckets; the
 * others follow its rules for names and units (https://opentelemetry.io/docs/specs/semconv/general/metrics/).
 *
 * @module
 */

export interface Instrument {
  readonly kind: "counter" | "gauge" | "histogram";
  readonly name: string;
  /** UCUM. */
  readonly unit: string;
  readonly description: string;
  /** Upper limits of a histogram's buckets, each included; one more bucket has the rest. */
  readonly bounds?: readonly number[];
}

/** The buckets that OpenTelemetry gives HTTP requests, in seconds. */
const REQUEST_BOUNDS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
/** Events also wait for cold starts and slow API servers. */
const EVENT_BOUNDS = [...REQUEST_BOUNDS, 30, 60];
const RESYNC_BOUNDS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600];
const START_BOUNDS = [0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.5, 0.75, 1, 2.5, 5];

export const EVENTS: Instrument = {
  kind: "counter",
  name: "traefik_cert_rotater.events",
  unit: "{event}",
  description: "Events by their type and by the status that was answered for them",
};

export const EVENT_DURATION: Instrument = {
  kind: "histogram",
  name: "traefik_cert_rotater.event.duration",
  unit: "s",
  description: "From the beginning of an event's work to its end",
  bounds: EVENT_BOUNDS,
};

export const DEAD_LETTERS: Instrument = {
  kind: "counter",
  name: "traefik_cert_rotater.dead_letters",
  unit: "{event}",
  description: "Events that came as a Broker's dead letters, by the status that it gave up on",
};

export const CHANGES: Instrument = {
  kind: "counter",
  name: "traefik_cert_rotater.changes",
  unit: "{change}",
  description: "Children that were created, updated or deleted, by their kind",
};

export const PROBLEMS: Instrument = {
  kind: "counter",
  name: "traefik_cert_rotater.problems",
  unit: "{problem}",
  description: "Problems found at routes, by reason; each time that the route is looked at",
};

export const API_REQUEST_DURATION: Instrument = {
  kind: "histogram",
  name: "http.client.request.duration",
  unit: "s",
  description: "Requests to the Kubernetes API server",
  bounds: REQUEST_BOUNDS,
};

export const RESYNC_DURATION: Instrument = {
  kind: "histogram",
  name: "traefik_cert_rotater.resync.duration",
  unit: "s",
  description: "Resyncs by their scope; with error.type where one must be tried again",
  bounds: RESYNC_BOUNDS,
};

export const RESYNC_LAST_SUCCESS: Instrument = {
  kind: "gauge",
  name: "traefik_cert_rotater.resync.last_success",
  unit: "s",
  description: "When the last resync of everything ended that need not be tried again, in seconds since 1970",
};

export const RESYNC_ROUTES: Instrument = {
  kind: "gauge",
  name: "traefik_cert_rotater.resync.routes",
  unit: "{route}",
  description: "Routes that the last resync of everything saw",
};

export const RESYNC_REPAIRS: Instrument = {
  kind: "counter",
  name: "traefik_cert_rotater.resync.repairs",
  unit: "{change}",
  description: "What resyncs had to mend: what events lost, or nobody told of",
};

export const DELETIONS_HELD: Instrument = {
  kind: "gauge",
  name: "traefik_cert_rotater.resync.deletions_held",
  unit: "{deletion}",
  description: "Deletions that the deletion limit held back in the last resync of everything",
};

export const SPANS_DROPPED: Instrument = {
  kind: "counter",
  name: "traefik_cert_rotater.spans_dropped",
  unit: "{span}",
  description: "Spans that found no room, since too many were waiting to be pushed",
};

export const START_DURATION: Instrument = {
  kind: "histogram",
  name: "traefik_cert_rotater.start.duration",
  unit: "s",
  description: "Cold starts, from the start of the process to listening",
  bounds: START_BOUNDS,
};
