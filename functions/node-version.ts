/**
 * The oldest Node that everything runs on, `engines` in package.json: the HTTP client inside @kubernetes/client-node
 * asks for it.
 *
 * @module
 */
export const OLDEST_NODE = "22.19";

/** What to report on a Node of this version, such as `20.11.1`; null where it is new enough. */
export function refusalOfNode(version: string): string | null {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = OLDEST_NODE.split(".").map(Number);
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return null;
  return `traefik-cert-rotater needs Node ${OLDEST_NODE} or newer, and this is Node ${version}: install a newer one, or use npx in the project's folder, which brings its own.`;
}
