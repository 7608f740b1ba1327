/**
 * Problems and notes of routes in one line each, and for programs. Pure.
 *
 * @module
 */
import { problemText } from "../../problem.ts";
import { routeName } from "../../traefik/route-description.ts";
import { shortList } from "../terminal/words.ts";
import type { RouteProblem } from "./dry-run.ts";

/** A note with the route that it is about. */
export function noteText(note: RouteProblem): string {
  return `${about(note)}${problemText(note)}`;
}

/** A problem with its reason and the route that has it. */
export function reasonText(problem: RouteProblem): string {
  return `${about(problem)}${problem.reason}: ${problemText(problem)}`;
}

function about({ route }: RouteProblem): string {
  return route === null ? "" : `${routeName(route)}: `;
}

/** One line for what is the same of several routes of a namespace, such as those below one wildcard. */
export function notesInShort(notes: readonly RouteProblem[]): readonly string[] {
  const groups = Map.groupBy(notes, ({ route, message }) => `${route?.namespace} ${route?.kind} ${message}`);
  return [...groups.values()].map(([first, ...others]) => {
    if (first === undefined) return "";
    const { route } = first;
    const names = [first, ...others].flatMap((note) => note.route?.name ?? []);
    if (route === null || names.length < 2) return noteText(first);
    return `${route.kind}s ${shortList(names)} in ${route.namespace}: ${problemText(first)}`;
  });
}

/** The documented shape: nothing may be renamed, things may be added. */
export function problemJson({ route, reason, message, field }: RouteProblem): object {
  return { route: route === null ? null : routeJson(route), reason, message, field };
}

export function routeJson({ kind, namespace, name }: NonNullable<RouteProblem["route"]>): object {
  return { kind, namespace, name };
}
