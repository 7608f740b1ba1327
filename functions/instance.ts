/**
 * Which installation this is: the one whose name stands on its children.
 *
 * @module
 */

/** `<release namespace>/<release>` of the installation that the README's command makes. */
export const DEFAULT_INSTANCE = "traefik-cert-rotation/traefik-cert-rotation";
