/**
 * Under which syntax Traefik reads a rule: the route's own word, else that of Traefik's static configuration
 * (`core.defaultRuleSyntax`), which applies to routes without parents only. Traefik v2, and so its API group, knows v2
 * only.
 *
 * @module
 */
import type { FieldReader } from "./fields.ts";
import type { RouteGroup } from "./route-description.ts";
import { analyzeRule, type RuleAnalysis, type RuleOptions } from "./rule/rule.ts";
import type { RuleSyntax } from "./rule/syntax.ts";

export interface ReadAs {
  readonly syntax: RuleSyntax;
  readonly chosenBy: "route" | "parents" | "group" | "configuration";
}

export interface SyntaxChoice {
  readonly group: RouteGroup;
  /** The route has parents. */
  readonly isChild: boolean;
  readonly defaultRuleSyntax: RuleSyntax;
}

/** `value` is what stands in the rule's field `syntax`. */
export function readAs(
  value: unknown,
  { group, isChild, defaultRuleSyntax }: SyntaxChoice,
  field: string,
  reader: FieldReader,
): ReadAs {
  if (group === "traefik.containo.us") {
    return { syntax: "v2", chosenBy: "group" };
  }
  const syntax = reader.string(value, field);
  if (syntax === null || syntax === "") {
    return isChild
      ? { syntax: "v3", chosenBy: "parents" }
      : { syntax: defaultRuleSyntax, chosenBy: "configuration" };
  }
  if (syntax !== "v2" && syntax !== "v3") {
    reader.reject(syntax, field, "v2 or v3: Traefik reads this rule as v3");
  }
  return { syntax: syntax === "v2" ? "v2" : "v3", chosenBy: "route" };
}

/** What to do where Traefik would load the rule under the syntax that nobody chose for it; else empty. */
export function otherSyntaxHint(
  rule: string,
  { error }: RuleAnalysis,
  { syntax, chosenBy }: ReadAs,
  options: Omit<RuleOptions, "syntax">,
): string {
  const other = syntax === "v2" ? "v3" : "v2";
  if (error?.stage !== "load" || chosenBy === "route" || chosenBy === "parents") {
    return "";
  }
  if (analyzeRule(rule, { ...options, syntax: other }).error !== null) {
    return "";
  }
  if (chosenBy === "group") {
    return ". Rules of traefik.containo.us are read as v2, as Traefik 2 does";
  }
  return syntax === "v2"
    ? ". It is of syntax v3: set syntax: v3 on this route, or traefik.defaultRuleSyntax: v3 in the configuration if that is your Traefik's"
    : ". Traefik 2, and Traefik 3 with core.defaultRuleSyntax: v2, load it: if that is yours, set traefik.defaultRuleSyntax: v2 in the configuration";
}
