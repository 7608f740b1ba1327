/**
 * Routes that share a Certificate and ask for different ones. The first of them decides, so the others' annotations
 * would be lost without a word.
 *
 * @module
 */
import type { Problem } from "../../problem.ts";
import { shown } from "../../schema/shown.ts";
import { isRecord } from "../../schema/unknown.ts";
import type { RouteDescription } from "../../traefik/route-description.ts";
import type { Spec } from "../integration.ts";

/** What a route asks for by annotations, and what it would get for itself. */
export interface Wish {
  readonly route: RouteDescription["route"];
  /** The fields that its annotations set, and no others. */
  readonly asked: Spec;
  /** These over its template. */
  readonly whole: Spec;
}

/** What cert-manager takes where a field is not set, so that to ask for it contradicts nothing. */
const DEFAULTS: ReadonlyMap<string, string> = new Map([
  ["duration", "2160h"],
  ["privateKey.algorithm", "RSA"],
  ["privateKey.encoding", "PKCS1"],
]);

/** One for each field that a route asks for and that the first does not have so. */
export function contradictionsOf(
  [first, ...others]: readonly [Wish, ...Wish[]],
  secretName: string,
): readonly Problem[] {
  const has = leavesOf(first.whole);
  return others.flatMap(({ route, asked }) =>
    [...leavesOf(asked)].flatMap(([path, value]): Problem[] => {
      const counts = has.get(path) ?? DEFAULTS.get(path);
      if (counts === value) return [];
      const message =
        `${nameOf(route)} asks for ${path} ${shown(value)} in the Certificate of Secret ${secretName}, which it shares with ${nameOf(first.route)}; ` +
        `that one came first and has ${counts === undefined ? "none" : shown(counts)}, which counts. ` +
        "Write the same in both, or give one of them a secretName of its own.";
      return [{ reason: "ContradictingRoutes", message, field: "spec.tls.secretName" }];
    }),
  );
}

/** Values by path; objects but for lists are taken apart, an issuer is one value. */
function leavesOf(spec: Spec): ReadonlyMap<string, string> {
  const leaves = new Map<string, string>();
  for (const [field, value] of Object.entries(spec)) {
    if (field === "issuerRef") leaves.set(field, issuerText(value));
    else if (!isRecord(value)) leaves.set(field, text(value));
    else for (const [inner, of] of Object.entries(value)) leaves.set(`${field}.${inner}`, text(of));
  }
  return leaves;
}

function issuerText(issuer: unknown): string {
  if (!isRecord(issuer)) return text(issuer);
  const group = issuer.group === undefined || issuer.group === "cert-manager.io" ? "" : `.${issuer.group}`;
  return `${issuer.kind ?? "Issuer"}${group}/${issuer.name}`;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function nameOf({ kind, name }: RouteDescription["route"]): string {
  return `${kind} ${name}`;
}
