/**
 * One name, several routes of one namespace: which of them says where it points. Pure.
 *
 * A route with a target of its own goes before one without; then the older one. One without follows it in silence; one
 * with another target of its own follows and is reported. Entries of different sets (weighted records) stand beside
 * each other, yet a plain route without a target follows them too: a plain record beside them is refused by providers.
 *
 * @module
 */
import type { NameEntry, NameSharing, Spec } from "../../../integrations/integration.ts";
import type { Problem } from "../../../problem.ts";
import type { RouteDescription } from "../../../traefik/route-description.ts";
import { compareAge } from "../age.ts";
import { markOf, type NameMarks } from "./name-marks.ts";

/** What a route would publish if it were alone. */
export interface Publisher {
  readonly description: RouteDescription;
  /** It has a target of its own. */
  readonly owns: boolean;
  readonly entries: ReadonlyMap<string, NameEntry>;
}

export interface NameDecision {
  readonly decider: RouteDescription;
  readonly entry: NameEntry;
  /** Its own target gives way. */
  readonly isOverruled: boolean;
}

/** The decisions that concern one route, by name; names that it has to itself are not among them. */
export type Decisions = ReadonlyMap<string, NameDecision>;

/** Linear in the names of all publishers. */
export function decideNames(publishers: readonly Publisher[]): ReadonlyMap<RouteDescription, Decisions> {
  const byName = new Map<string, Publisher[]>();
  for (const publisher of [...publishers].sort(compareRank)) {
    for (const name of publisher.entries.keys()) {
      const known = byName.get(name);
      if (known === undefined) byName.set(name, [publisher]);
      else known.push(publisher);
    }
  }
  const decisions = new Map<RouteDescription, Map<string, NameDecision>>();
  for (const [name, ranked] of byName) {
    for (const [description, decision] of decideName(name, ranked)) {
      const known = decisions.get(description) ?? new Map<string, NameDecision>();
      decisions.set(description, known.set(name, decision));
    }
  }
  return decisions;
}

function compareRank(one: Publisher, other: Publisher): number {
  if (one.owns !== other.owns) return one.owns ? -1 : 1;
  return compareAge(one.description, other.description);
}

/** `ranked` from the best down. */
function decideName(name: string, ranked: readonly Publisher[]): [RouteDescription, NameDecision][] {
  if (ranked.length < 2 || ranked[0]?.owns !== true) return [];
  const first = new Map<string | null, Publisher>();
  for (const publisher of ranked) {
    const { set } = entryOf(publisher, name);
    if (!first.has(set)) first.set(set, publisher);
  }
  const followed = ranked.map((publisher) => {
    const { set } = entryOf(publisher, name);
    const follows = set === null && !publisher.owns ? ranked[0] : first.get(set);
    return [publisher, follows ?? publisher] as const;
  });
  const deciders = new Set(followed.flatMap(([one, other]) => (one === other ? [] : [other])));
  return followed.flatMap(([publisher, decider]) => {
    if (!decider.owns || (publisher === decider && !deciders.has(decider))) return [];
    return [[publisher.description, decisionOf(name, publisher, decider)]];
  });
}

function decisionOf(name: string, publisher: Publisher, decider: Publisher): NameDecision {
  const [own, decided] = [entryOf(publisher, name), entryOf(decider, name)];
  const isSame = publisher.owns && own.target === decided.target;
  return {
    decider: decider.description,
    entry: isSame ? own : decided,
    isOverruled: publisher.owns && !isSame,
  };
}

function entryOf({ entries }: Publisher, name: string): NameEntry {
  return entries.get(name) ?? NOTHING;
}

const NOTHING: NameEntry = { set: null, target: "", parts: [] };

/** What the decisions mean for the child of one route. */
export interface DecidedNames {
  /** What the child says of names that another route decides. */
  readonly followed: ReadonlyMap<string, readonly Spec[]>;
  readonly marks: NameMarks;
  readonly problems: readonly Problem[];
}

export function decidedFor(
  sharing: NameSharing,
  description: RouteDescription,
  decisions: Decisions,
): DecidedNames {
  const all = [...decisions];
  const others = all.filter(([, { decider }]) => decider !== description);
  return {
    followed: new Map(others.map(([name, { entry }]) => [name, entry.parts])),
    marks: new Map(all.map(([name, { decider }]) => [name, markOf(decider.route)])),
    problems: others
      .filter(([, { isOverruled }]) => isOverruled)
      .map(([name, { decider }]) => sharing.contradicts(name, decider.route, description)),
  };
}
