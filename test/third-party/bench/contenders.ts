/**
 * Who is measured.
 *
 * @module
 */
import type { Manifest, Target } from "../../control-plane/admin.ts";
import type { AuditEntry } from "../../control-plane/audit-log.ts";
import { until } from "../../integration/harness/until.ts";
import type { RouteWorld } from "../harness/world.ts";
import type { Mode } from "./delivery.ts";

export type Named = Target & { readonly name: string };

/** What becomes of what is applied. */
export type What = "certificate" | "record";

export interface Contender {
  readonly name: string;
  /** The other ones are compared with the `peer`; the `floor` does the least that can be done in our place. */
  readonly side: "ours" | "peer" | "floor";
  readonly what: What;
  readonly delivery: Mode;
  /** Of the names of its objects, which no other contender has. */
  readonly prefix: string;
  /** What a user applies. */
  object(name: string): Manifest;
  target(name: string): Named;
  /** The Certificate or DNSEndpoint that comes of it; null where there is none. */
  childOf(name: string): Named | null;
  /** Whether a request is part of what it costs. */
  isOf(entry: AuditEntry): boolean;
  /** Starts what runs for it alone, if anything does; `phase`, from 0 to 1, is where in a poll the apply is to fall. */
  begin(phase: number): Promise<void>;
  /** Waits until nothing of it is left. */
  end(names: readonly string[]): Promise<void>;
}

/** Waits until none of the names has an object of the kind. */
export async function gone({ admin }: RouteWorld, kind: Target, names: readonly string[]): Promise<void> {
  const stem = names[0]?.replace(/\d+$/, "") ?? "";
  await until(
    `every ${kind.kind} of ${names.length} is gone`,
    async () => !(await admin.list(kind)).some(({ metadata }) => metadata.name.startsWith(stem)),
    300_000,
  );
}

/** Whether the function of the world, or its sources, sent the request. */
export function isOurs({ release }: RouteWorld): (entry: AuditEntry) => boolean {
  return ({ user, userAgent }) =>
    user === release.user && userAgent !== "raw" ? true : userAgent === "apiserver_receive_adapter";
}
