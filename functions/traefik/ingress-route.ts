/**
 * An IngressRoute or IngressRouteTCP as the API server sends it, turned into a RouteDescription.
 *
 * Lenient at every field: a wrong type becomes a problem that names the field and costs as little as possible. What
 * costs knowledge about hosts makes the description `incomplete`, what costs more makes it `undecidable`.
 *
 * @module
 */
import type { KubernetesObject } from "../kubernetes/objects.ts";
import type { Problem } from "../problem.ts";
import { isRecord } from "../unknown.ts";
import { FieldReader, type JsonObject } from "./fields.ts";
import { type HostCandidate, usableHosts } from "./hosts.ts";
import { blamePlaceholders, describePlaceholder, placeholderAt } from "./placeholders.ts";
import type {
  Protocol,
  RouteDescription,
  RouteReference,
  RuleDescription,
  RuleError,
  RuleSyntax,
} from "./route-description.ts";
import type { CompileRegexp } from "./rule/matchers.ts";
import { analyzeRule, describeRuleError, mayNeedRegexp } from "./rule/rule.ts";
import { parseServices } from "./services.ts";
import { parseTls } from "./tls.ts";

const classAnnotation = "kubernetes.io/ingress.class";

export interface RouteOptions {
  /** Called only where `routesNeedRegexp` is true for the object. */
  readonly compileRegexp: CompileRegexp;
}

/** Names the route that an object of one of the four kinds is. */
export function routeReference(object: KubernetesObject): RouteReference {
  return {
    kind: object.kind === "IngressRouteTCP" ? "IngressRouteTCP" : "IngressRoute",
    group: object.apiVersion.startsWith("traefik.containo.us/") ? "traefik.containo.us" : "traefik.io",
    namespace: object.metadata.namespace ?? "default",
    name: object.metadata.name,
  };
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
  const route = routeReference(object);
  const reader = new FieldReader();
  const annotations = parseAnnotations(object.metadata.annotations, reader);
  const spec = reader.object(object.spec, "spec") ?? {};
  const ingressClass = reader.string(spec.ingressClassName, "spec.ingressClassName");
  const isChild = parseIsChild(spec, route, reader);
  const tlsObject = isPresent(spec.tls) ? reader.object(spec.tls, "spec.tls") : null;
  const tls = tlsObject === null ? null : parseTls(tlsObject, route.kind, reader);
  const undecidable = isChild || reader.problems.some(({ reason }) => reason === "InvalidField");
  if (isChild && isPresent(spec.tls)) {
    reader.reject(spec.tls, "spec.tls", "absent: Traefik refuses routes with both parentRefs and tls");
  }
  const { rules, candidates, incomplete } = parseRules(spec.routes, route, options, reader);
  const { hosts, problems } = usableHosts(isChild ? [] : candidates);
  return {
    route,
    uid: object.metadata.uid ?? "",
    createdAt: object.metadata.creationTimestamp ?? "",
    annotations,
    ingressClass: ingressClass ?? (annotations[classAnnotation] || null),
    rules,
    hosts,
    extraNames: {},
    tls,
    incomplete,
    undecidable,
    problems: blamePlaceholders([...reader.problems, ...problems], object),
  };
}

function isPresent(value: unknown): boolean {
  return value !== undefined && value !== null;
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

/** True for a route of multi-layer routing below another (Traefik 3.6, HTTP only): an empty list is none. */
function parseIsChild(spec: JsonObject, route: RouteReference, reader: FieldReader): boolean {
  return route.kind === "IngressRoute" && reader.list(spec.parentRefs, "spec.parentRefs").length > 0;
}

interface ParsedRules {
  readonly rules: readonly RuleDescription[];
  /** Hosts of the rules that load. */
  readonly candidates: readonly HostCandidate[];
  readonly incomplete: boolean;
}

function parseRules(
  value: unknown,
  route: RouteReference,
  options: RouteOptions,
  reader: FieldReader,
): ParsedRules {
  const rules: RuleDescription[] = [];
  const candidates: HostCandidate[] = [];
  if (!Array.isArray(value)) {
    reader.reject(value, "spec.routes", "a list");
    return { rules, candidates, incomplete: true };
  }
  let incomplete = false;
  for (const [index, entry] of (value as unknown[]).entries()) {
    const field = `spec.routes[${index}]`;
    const object = reader.object(entry, field);
    if (object === null) {
      incomplete = true;
      continue;
    }
    if (route.kind === "IngressRoute" && !isRule(object.kind, `${field}.kind`, reader)) {
      incomplete ||= isPresent(object.kind) && typeof object.kind !== "string";
      continue;
    }
    const rule = parseRule(object, field, route, options, reader);
    rules.push(rule);
    if (rule.error === null) {
      for (const name of rule.domains) {
        candidates.push({ name, field: `${field}.match`, source: rule.match });
      }
    } else {
      incomplete = true;
    }
  }
  return { rules, candidates, incomplete };
}

/** Traefik takes an absent or empty kind for Rule and skips every other. */
function isRule(kind: unknown, field: string, reader: FieldReader): boolean {
  if (kind === undefined || kind === null || kind === "" || kind === "Rule") {
    return true;
  }
  reader.reject(kind, field, "Rule (or absent): Traefik skips this route");
  return false;
}

function parseRule(
  object: JsonObject,
  field: string,
  route: RouteReference,
  options: RouteOptions,
  reader: FieldReader,
): RuleDescription {
  const protocol: Protocol = route.kind === "IngressRoute" ? "http" : "tcp";
  const syntax = parseSyntax(object.syntax, `${field}.syntax`, reader);
  const services = parseServices(object.services, `${field}.services`, route.namespace, reader);
  const match = object.match;
  if (typeof match !== "string" || match === "") {
    reader.reject(match === "" ? undefined : match, `${field}.match`, "a rule such as Host(`example.com`)");
    const message = "there is no rule";
    return {
      match: "",
      syntax,
      domains: [],
      paths: [],
      services,
      error: { stage: "parse", message, position: 0 },
    };
  }
  const analysis = analyzeRule(match, { protocol, syntax, compileRegexp: options.compileRegexp });
  if (analysis.error !== null) {
    reader.problems.push(ruleProblem(match, analysis.error, `${field}.match`));
  }
  return { match, syntax, ...analysis, services };
}

function ruleProblem(match: string, error: RuleError, field: string): Problem {
  const placeholder = placeholderAt(match, error.position);
  if (placeholder === null) return { reason: "InvalidRule", message: describeRuleError(match, error), field };
  const message = describeRuleError(match, { ...error, message: `it ${describePlaceholder(placeholder)}` });
  return { reason: "InvalidRule", message, field, placeholder: placeholder.text };
}

function parseSyntax(value: unknown, field: string, reader: FieldReader): RuleSyntax {
  const syntax = reader.string(value, field);
  if (syntax !== null && syntax !== "" && syntax !== "v2" && syntax !== "v3") {
    reader.reject(syntax, field, "v2 or v3: Traefik reads this rule as v3");
  }
  return syntax === "v2" ? "v2" : "v3";
}
