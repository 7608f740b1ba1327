/**
 * What the planned Certificates would do to Secrets that exist: cert-manager issues into whatever Secret they name.
 *
 * @module
 */
import type { Integration } from "../../integrations/integration.ts";
import { readClaimed } from "../../reconcile/observe/guard.ts";
import { Pool } from "../../reconcile/resync/pool.ts";
import { type ReadingClient, whereReadable } from "./reader.ts";
import type { RecordedWrite } from "./write-recorder.ts";

/** `name` is the Secret's; `reason` says why its content would be lost. */
export interface EndangeredSecret {
  readonly name: string;
  readonly reason: string;
}

const READS_AT_ONCE = 16;

/** The Secrets that would be overwritten, by the write that would do it. Reads metadata only. */
export async function endangeredSecrets(
  client: ReadingClient,
  integrations: readonly Integration[],
  writes: readonly RecordedWrite[],
): Promise<ReadonlyMap<RecordedWrite, EndangeredSecret>> {
  const found = new Map<RecordedWrite, EndangeredSecret>();
  const pool = new Pool(READS_AT_ONCE);
  for (const write of writes) {
    await pool.add(async () => {
      const secret = await endangeredBy(client, integrations, write);
      if (secret !== null) found.set(write, secret);
    });
  }
  await pool.drain();
  return found;
}

async function endangeredBy(
  client: ReadingClient,
  integrations: readonly Integration[],
  { resource, namespace, step }: RecordedWrite,
): Promise<EndangeredSecret | null> {
  const integration = integrations.find((candidate) => candidate.resource === resource);
  const claim = integration?.claim ?? null;
  if (integration === undefined || claim === null || step.action === "delete") return null;
  const name = claim.of(step.child.spec);
  if (name === null || (step.action === "update" && claim.of(step.live.spec) === name)) return null;
  const claimed = await whereReadable(readClaimed(client, integration, claim.stake, namespace, name), null);
  if (claimed === null) return null;
  const reason = claim.stake.endangers(claimed.object, claimed.maker, step.child.metadata.name);
  return reason === null ? null : { name, reason };
}
