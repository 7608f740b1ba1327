/**
 * Who measures, in OTLP's words.
 *
 * @module
 */
export const SCOPE = { name: "traefik-cert-rotater" };
