/**
 * Templates of v2 rules, such as {sub:[a-z]+}.example.com: pieces in braces are regular expressions, the rest is
 * literal. They are those of gorilla/mux (Traefik's fork of it), and its checks are repeated here.
 *
 * @module
 */

import { shown } from "../../schema/shown.ts";
import type { CompileRegexp } from "./regexp.ts";

/** What the template is for decides about its variables' default patterns and the checks made. */
export type TemplateUse = "host" | "path" | "pathPrefix" | "query" | "sni";

export interface TemplateCheck {
  readonly error: string | null;
  /** Names of the variables, in order; empty where there is an error. */
  readonly variables: readonly string[];
}

const defaultPatterns: Readonly<Record<TemplateUse, string>> = {
  host: "[^.]+",
  path: "[^/]+",
  pathPrefix: "[^/]+",
  query: ".*",
  sni: "[^.]+",
};

const fine: TemplateCheck = { error: null, variables: [] };

/** Checks a template the way the route that it belongs to would. */
export function checkTemplate(template: string, use: TemplateUse, compile: CompileRegexp): TemplateCheck {
  const braces = firstLevelBraces(template);
  if (braces === null) {
    return failed("its braces are not balanced");
  }
  if (!template.isWellFormed()) {
    return failed("it is not valid UTF-8");
  }
  if (braces.length === 0) {
    return fine;
  }
  let whole = use === "host" || use === "sni" ? "(?i)^" : "^";
  const variables: string[] = [];
  let end = 0;
  for (const [start, close] of braces) {
    const inner = template.slice(start + 1, close);
    const colon = inner.indexOf(":");
    const name = colon < 0 ? inner : inner.slice(0, colon);
    const pattern = colon < 0 ? defaultPatterns[use] : inner.slice(colon + 1);
    if (name === "" || pattern === "") {
      return failed(
        `${shown(template.slice(start, close + 1))} lacks a name or a pattern; write {name:pattern}`,
      );
    }
    if (use !== "sni") {
      const error = compile(`^${pattern}$`);
      if (error !== null) {
        return failed(error);
      }
    }
    whole += `${quoteMeta(template.slice(end, start))}(?P<v${variables.length}>${pattern})`;
    variables.push(name);
    end = close + 1;
  }
  whole += quoteMeta(template.slice(end));
  if (use === "query" && template.indexOf("=") === template.length - 1) {
    whole += defaultPatterns.query;
  }
  const error = compile(use === "pathPrefix" ? whole : `${whole}$`);
  return error === null ? { error: null, variables } : failed(error);
}

function failed(error: string): TemplateCheck {
  return { error, variables: [] };
}

/** Pairs of indexes of the outermost braces, null where they do not balance. */
function firstLevelBraces(template: string): [open: number, close: number][] | null {
  const pairs: [number, number][] = [];
  let depth = 0;
  let open = 0;
  for (let index = 0; index < template.length; index++) {
    const code = template.charCodeAt(index);
    if (code === 0x7b) {
      if (depth === 0) {
        open = index;
      }
      depth++;
    } else if (code === 0x7d) {
      depth--;
      if (depth < 0) {
        return null;
      }
      if (depth === 0) {
        pairs.push([open, index]);
      }
    }
  }
  return depth === 0 ? pairs : null;
}

/** Escapes what has a meaning in a regular expression, as Go's `regexp.QuoteMeta` does. */
function quoteMeta(text: string): string {
  return text.replace(/[\\.+*?()|[\]{}^$]/g, "\\$&");
}
