/**
 * A route of Traefik as the API server sends it, turned into a RouteDescription.
 *
 * Lenient at every field: a wrong type becomes a problem that names the field and costs as little as possible. What
 * costs knowledge about hosts makes the description `incomplete`, what costs more makes it `undecidable`.
 *
 * @module
 */
import type { KubernetesObject } from "../kubernetes/objects.ts";
import { atOnce, type Steps } from "../pace.ts";
import { isRecord } from "../schema/unknown.ts";
import { FieldReader, isPresent, type JsonObject } from "./fields.ts";
import { notesOf } from "./notes.ts";
import { blamePlaceholders } from "./placeholders.ts";
import { routeKindOf } from "./resources.ts";
import type { RouteDescription, RouteKind, RouteReference } from "./route-description.ts";
import { type CompileRegexp, mayNeedRegexp } from "./rule/regexp.ts";
import type { RuleSyntax } from "./rule/syntax.ts";
import { parseRules } from "./rules.ts";
import { parseTlsOf } from "./tls.ts";

const classAnnotation = "kubernetes.io/ingress.class";

export interface RouteOptions {
  /** Called only where `routesNeedRegexp` is true for the object. */
  readonly compileRegexp: CompileRegexp;
  /** What Traefik reads a rule without `syntax` as; v3 unless said otherwise. */
  readonly defaultRuleSyntax?: RuleSyntax;
  /** Names that the annotations add, by the integration that they are for; it lists only those with names. */
  readonly extraNames?: (annotations: RouteDescription["annotations"]) => RouteDescription["extraNames"];
}

/** Names the route that an object of one of Traefik's kinds is. */
export function routeReference(object: KubernetesObject): RouteReference {
  const { namespace = "default", name } = object.metadata;
  const kind = routeKindOf(object);
  return { ...(kind ?? { kind: "IngressRoute", group: "traefik.io" }), namespace, name };
}

/** True when describing the object may call `compileRegexp`. Cheap; never throws. */
export function routesNeedRegexp(object: KubernetesObject): boolean {
  const routes = isRecord(object.spec) ? object.spec.routes : undefined;
  return (
    Array.isArray(routes) &&
    routes.some(
      (route: unknown) => isRecord(route) && typeof route.match === "string" && mayNeedRegexp(route.match),
    )
  );
}

/** Describes a route. Never throws for what a user wrote: see `problems`. */
export function parseRoute(object: KubernetesObject, options: RouteOptions): RouteDescription {
  return atOnce(parseRouteInSteps(object, options));
}

/** The same, a rule at each step. */
export function* parseRouteInSteps(object: KubernetesObject, options: RouteOptions): Steps<RouteDescription> {
  const { compileRegexp, defaultRuleSyntax = "v3", extraNames: namesOf = () => ({}) } = options;
  const route = routeReference(object);
  // One reader a section: problems stand in the order of the fields, and some sections decide more than others.
  const [head, body, foot] = [new FieldReader(), new FieldReader(), new FieldReader()];
  const annotations = parseAnnotations(object.metadata.annotations, head);
  const spec = head.object(object.spec, "spec") ?? {};
  const ingressClass = head.string(spec.ingressClassName, "spec.ingressClassName");
  const isChild = hasParents(spec, route.kind, head);
  const { rules, hosts, incomplete } = yield* parseRules(
    spec.routes,
    route,
    { compileRegexp, defaultRuleSyntax, isChild },
    body,
  );
  // Traefik's API drops tls of UDP: nothing is undecided by it.
  const tlsReader = route.kind === "IngressRouteUDP" ? body : foot;
  const tls = parseTlsOf(spec.tls, route.kind, isChild, tlsReader);
  const extraNames = namesOf(annotations);
  const isUnreadable = [...head.problems, ...foot.problems].some(({ reason }) => reason === "InvalidField");
  const isNameless = isChild && hosts.length === 0 && Object.keys(extraNames).length === 0;
  const problems = [...head.problems, ...body.problems, ...foot.problems];
  return {
    route,
    uid: object.metadata.uid ?? "",
    createdAt: object.metadata.creationTimestamp ?? "",
    annotations,
    ingressClass: ingressClass ?? (annotations[classAnnotation] || null),
    rules,
    hosts,
    extraNames,
    tls,
    incomplete,
    undecidable: isUnreadable || isNameless,
    problems: blamePlaceholders(problems, object),
    // What is wrong comes first: a note on top could only repeat it.
    notes: problems.length > 0 ? [] : notesOf(isChild, { hosts, extraNames, tls }),
  };
}

/** True for a route of multi-layer routing below others (Traefik 3.6, HTTP only): an empty list is none. */
function hasParents(spec: JsonObject, kind: RouteKind, reader: FieldReader): boolean {
  return kind === "IngressRoute" && reader.list(spec.parentRefs, "spec.parentRefs").length > 0;
}

function parseAnnotations(value: unknown, reader: FieldReader): Readonly<Record<string, string>> {
  const annotations = isPresent(value) ? reader.object(value, "metadata.annotations") : null;
  const entries: [string, string][] = [];
  for (const [key, text] of Object.entries(annotations ?? {})) {
    if (typeof text === "string") {
      entries.push([key, text]);
    } else {
      reader.reject(text, `metadata.annotations[${key}]`, "a string");
    }
  }
  return Object.fromEntries(entries);
}
