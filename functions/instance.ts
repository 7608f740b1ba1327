/**
 * Which installation this is: the one whose name stands on its children.
 *
 * @module
 */

/** `<release namespace>/<release>` of the installation that the README's command makes. */
export const DEFAULT_INSTANCE = "traefik-cert-rotation/traefik-cert-rotation";

const NAMESPACE = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const RELEASE = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/;

/** Whether the text is `<namespace>/<release>`. */
export function isInstanceName(text: string): boolean {
  const [namespace = "", release = "", ...rest] = text.split("/");
  return NAMESPACE.test(namespace) && RELEASE.test(release) && rest.length === 0;
}
