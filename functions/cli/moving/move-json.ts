/**
 * A move for programs.
 *
 * @module
 */
import { problemJson } from "../cluster/problem-text.ts";
import type { Move } from "./move.ts";
import { stepsOf } from "./steps.ts";

/** The documented shape: nothing may be renamed, things may be added. */
export function moveJson(move: Move): object {
  const { findings, run, losses, secrets, values, patches, unpublished, notes, failures } = move;
  const { certificates } = findings;
  const of = (origin: string) => certificates.filter((found) => found.origin === origin).length;
  const changes = (action: string) => run.writes.filter((write) => write.action === action).length;
  return {
    from: move.title,
    found: {
      routes: findings.routes.length,
      ours: findings.ours.length,
      switchboard: findings.switchboards.length,
      ofIngress: of("Ingress"),
      byHand: of("hand"),
      wildcards: certificates.filter(({ origin, isWider }) => origin === "hand" && isWider).length,
      foreignSecrets: findings.secrets.length,
      certResolver: findings.certResolver.length,
      tools: findings.tools,
    },
    steps: stepsOf(move),
    changes: {
      create: changes("create"),
      update: changes("update"),
      adopt: changes("adopt"),
      delete: changes("delete"),
    },
    overwrittenSecrets: secrets.map(({ namespace, secret }) => ({ namespace, ...secret })),
    vanishing: losses.vanishing,
    unpublished,
    leftovers: losses.leftovers,
    problems: run.problems.map(problemJson),
    values,
    patches,
    notes,
    failures,
  };
}
