/**
 * `spec.routes` of a route: its rules with their hosts, problems in their order.
 *
 * @module
 */

import type { Steps } from "../pace.ts";
import type { Problem } from "../problem.ts";
import { type FieldReader, isPresent, type JsonObject } from "./fields.ts";
import { usableHosts } from "./hosts.ts";
import { describePlaceholder, placeholderAt } from "./placeholders.ts";
import type { RouteReference, RuleDescription } from "./route-description.ts";
import type { CompileRegexp } from "./rule/regexp.ts";
import { analyzeRule, describeRuleError } from "./rule/rule.ts";
import type { RuleError } from "./rule/rule-error.ts";
import type { Protocol, RuleSyntax } from "./rule/syntax.ts";
import { otherSyntaxHint, readAs } from "./rule-syntax.ts";
import { parseServices } from "./services.ts";

export interface RulesOptions {
  readonly compileRegexp: CompileRegexp;
  readonly defaultRuleSyntax: RuleSyntax;
  /** The route has parents. */
  readonly isChild: boolean;
}

export interface ParsedRules {
  readonly rules: readonly RuleDescription[];
  /** Usable hosts of the rules that load: sorted, each once. */
  readonly hosts: readonly string[];
  /** A rule is missing or in error. */
  readonly incomplete: boolean;
}

interface ParsedRule {
  readonly rule: RuleDescription;
  /** As they were written; none where the rule does not load. */
  readonly names: readonly string[];
}

/** Reads `spec.routes`, a rule at each step. */
export function* parseRules(
  value: unknown,
  route: RouteReference,
  options: RulesOptions,
  reader: FieldReader,
): Steps<ParsedRules> {
  const rules: RuleDescription[] = [];
  const hosts = new Set<string>();
  if (!Array.isArray(value)) {
    reader.reject(value, "spec.routes", "a list");
    return { rules, hosts: [], incomplete: true };
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
    const { rule, names } =
      route.kind === "IngressRouteUDP"
        ? parseUdp(object, field, route, options, reader)
        : parseRule(object, field, route, options, reader);
    rules.push(rule);
    incomplete ||= rule.error !== null;
    const usable = usableHosts(names.map((name) => ({ name, field: `${field}.match`, source: rule.match })));
    for (const host of usable.hosts) {
      hosts.add(host);
    }
    reader.add(usable.problems);
    yield;
  }
  return { rules, hosts: [...hosts].sort(), incomplete };
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
  { compileRegexp, defaultRuleSyntax, isChild }: RulesOptions,
  reader: FieldReader,
): ParsedRule {
  const { group } = route;
  const protocol: Protocol = route.kind === "IngressRoute" ? "http" : "tcp";
  const chosen = readAs(object.syntax, { group, isChild, defaultRuleSyntax }, `${field}.syntax`, reader);
  const { syntax } = chosen;
  const services = parseServices(object.services, `${field}.services`, route.namespace, reader);
  const match = object.match;
  if (typeof match !== "string" || match === "") {
    reader.reject(match === "" ? undefined : match, `${field}.match`, "a rule such as Host(`example.com`)");
    const error = { stage: "parse", message: "there is no rule", position: 0 } as const;
    return { rule: { match: "", syntax, domains: [], paths: [], services, error }, names: [] };
  }
  const analysis = analyzeRule(match, { protocol, syntax, compileRegexp });
  const { domains, paths, error } = analysis;
  if (error !== null) {
    const hint = otherSyntaxHint(match, analysis, chosen, { protocol, compileRegexp });
    reader.add([ruleProblem(match, error, hint, `${field}.match`)]);
  }
  const names = error === null ? analysis.hosts.filter((name) => !isCatchAll(name, protocol)) : [];
  return { rule: { match, syntax, domains, paths, services, error }, names };
}

/** What a placeholder breaks, no other syntax mends: then the hint is left out. */
function ruleProblem(match: string, error: RuleError, hint: string, field: string): Problem {
  const reason = "InvalidRule";
  const placeholder = placeholderAt(match, error.position);
  if (placeholder === null) return { reason, message: describeRuleError(match, error) + hint, field };
  const message = describeRuleError(match, { ...error, message: `it ${describePlaceholder(placeholder)}` });
  return { reason, message, field, placeholder: placeholder.text };
}

/** Traefik wants a HostSNI in every TCP rule, so that plain TCP, which has no SNI, is written HostSNI(`*`). */
function isCatchAll(name: string, protocol: Protocol): boolean {
  return protocol === "tcp" && name === "*";
}

function parseUdp(
  object: JsonObject,
  field: string,
  route: RouteReference,
  { defaultRuleSyntax }: RulesOptions,
  reader: FieldReader,
): ParsedRule {
  const services = parseServices(object.services, `${field}.services`, route.namespace, reader);
  if (isPresent(object.match)) {
    reader.reject(object.match, `${field}.match`, "absent: an IngressRouteUDP has no rules");
  }
  const rule = { match: "", syntax: defaultRuleSyntax, domains: [], paths: [], services, error: null };
  return { rule, names: [] };
}
