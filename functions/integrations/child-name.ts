/**
 * Names of children. Routes of different kinds and one name are common and must not fight over one child, so the
 * children of the other kinds carry a hash that no IngressRoute's children can have by accident.
 *
 * @module
 */
import { createHash } from "node:crypto";
import type { RouteReference } from "../traefik/route-description.ts";

/** Longest name of a Kubernetes object. */
const MAX_NAME_LENGTH = 253;

/** What follows the route's name in its child's. */
export type Suffix = "" | `-${string}`;

/** What stands before the hash. */
const INFIXES: Readonly<Record<RouteReference["kind"], string | null>> = {
  IngressRoute: null,
  IngressRouteTCP: "tcp",
  IngressRouteUDP: "udp",
};

/**
 * The child's name: `<route><suffix>`, or `<route>-tcp-<8 hex><suffix>` for an IngressRouteTCP, likewise UDP. A name over 253
 * characters is cut and closed with a hash of the whole, so that it is the same at every run.
 */
export function childName(route: Pick<RouteReference, "kind" | "name">, suffix: Suffix): string {
  const infix = INFIXES[route.kind];
  const base = infix === null ? route.name : `${route.name}-${infix}-${hash(`${route.kind}/${route.name}`)}`;
  const name = base + suffix;
  if (name.length <= MAX_NAME_LENGTH) return name;
  const tail = `-${hash(name)}${suffix}`;
  return base.slice(0, MAX_NAME_LENGTH - tail.length).replace(/[.-]+$/, "") + tail;
}

/**
 * The routes whose child could bear this name, for a child that is gone and can no longer name its owner.
 * Null where the route does not follow from it: the name was cut, or is none that follows from a route's (a child that
 * was adopted, or that got a hash because its first name was taken).
 */
export function routesOfChildName(
  name: string,
  suffix: Suffix,
): readonly Pick<RouteReference, "kind" | "name">[] | null {
  if (!name.endsWith(suffix)) return null;
  const base = name.slice(0, name.length - suffix.length);
  const candidates: Pick<RouteReference, "kind" | "name">[] = [{ kind: "IngressRoute", name: base }];
  const [, hashed, infix] = /^(.+)-(tcp|udp)-[0-9a-f]{8}$/.exec(base) ?? [];
  if (hashed !== undefined) {
    candidates.push({ kind: infix === "tcp" ? "IngressRouteTCP" : "IngressRouteUDP", name: hashed });
  }
  const exact = candidates.filter((candidate) => childName(candidate, suffix) === name);
  const mayBeCut = name.length > MAX_NAME_LENGTH - 12 && /-[0-9a-f]{8}$/.test(base);
  return mayBeCut ? null : exact;
}

function hash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 8);
}
