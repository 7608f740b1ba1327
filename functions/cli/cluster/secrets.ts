/**
 * What the planned Certificates would do to Secrets that exist: cert-manager issues into whatever Secret they name.
 *
 * @module
 */
import type { Integration } from "../../integrations/integration.ts";
import { readSharedObject } from "../../reconcile/observe/guard.ts";
import { acquiredResource } from "../../reconcile/plan/plan.ts";
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
export async function secretsAtRisk(
  client: ReadingClient,
  integrations: readonly Integration[],
  writes: readonly RecordedWrite[],
): Promise<ReadonlyMap<RecordedWrite, EndangeredSecret>> {
  const found = new Map<RecordedWrite, EndangeredSecret>();
  const pool = new Pool(READS_AT_ONCE);
  for (const write of writes) {
    await pool.add(async () => {
      const secret = await secretAtRisk(client, integrations, write);
      if (secret !== null) found.set(write, secret);
    });
  }
  await pool.drain();
  return found;
}

async function secretAtRisk(
  client: ReadingClient,
  integrations: readonly Integration[],
  { resource, namespace, step }: RecordedWrite,
): Promise<EndangeredSecret | null> {
  const integration = integrations.find((candidate) => candidate.resource === resource);
  const sharedResource = integration?.sharedResource ?? null;
  if (integration === undefined || sharedResource === null || step.action === "delete") return null;
  const name = acquiredResource(integration, step);
  if (name === null) return null;
  const claimed = await whereReadable(
    readSharedObject(client, integration, sharedResource.overwriteRisk, namespace, name),
    null,
  );
  if (claimed === null) return null;
  const reason = sharedResource.overwriteRisk.reasonFor(
    claimed.object,
    claimed.maker,
    step.child.metadata.name,
  );
  return reason === null ? null : { name, reason };
}
