/**
 * Two routes that are reconciled at one time and claim the same, such as one Secret, both find that nothing has it.
 * The first to write wins here; the other observes again and joins. Between processes the next resync does that.
 *
 * @module
 */
import type { Claim, Integration } from "../../integrations/integration.ts";
import type { KubernetesClient } from "../../kubernetes/client.ts";
import { ConflictError } from "../../kubernetes/errors.ts";
import type { ResourceDefinition } from "../../kubernetes/objects.ts";
import type { Write } from "../plan/plan.ts";
import type { Execute } from "./execute.ts";

/** More claims than are taken up while one observation is acted upon. */
const MAX_REMEMBERED = 10_000;

interface Taken {
  /** Name of the child that took the claim up. */
  readonly name: string;
  /** Settles once that is written, or has failed. */
  readonly written: Promise<unknown>;
}

/** An executor that refuses, with a `ConflictError`, to take up a claim that another child has just taken up. */
export function takingTurns(
  execute: Execute,
  integrations: readonly Integration[],
  client: Pick<KubernetesClient, "get">,
): Execute {
  const taken = new Map<string, Taken>();

  const isStillHeld = async (
    resource: ResourceDefinition,
    namespace: string,
    { of }: Claim,
    wanted: string,
    { name, written }: Taken,
  ): Promise<boolean> => {
    await written;
    const live = await client.get({ resource, namespace, name });
    return live !== null && of(live.spec) === wanted;
  };

  return async (resource, namespace, step) => {
    const claim = integrations.find((integration) => integration.resource === resource)?.claim ?? null;
    const wanted = claim === null ? null : newClaim(claim, step);
    if (claim === null || wanted === null || step.action === "delete") {
      return execute(resource, namespace, step);
    }
    const { name } = step.child.metadata;
    const key = `${resource.kind} ${namespace}/${wanted}`;
    for (let other = taken.get(key); other !== undefined && other.name !== name; other = taken.get(key)) {
      if (await isStillHeld(resource, namespace, claim, wanted, other)) {
        throw new ConflictError(`${resource.kind} ${name}`, `${other.name} has taken up ${wanted} meanwhile`);
      }
      if (taken.get(key) === other) taken.delete(key);
    }
    const writing = execute(resource, namespace, step);
    if (taken.size >= MAX_REMEMBERED) taken.clear();
    taken.set(key, { name, written: writing.catch(() => undefined) });
    return writing;
  };
}

/** What the step makes a child claim that it did not claim before; null where nothing. */
function newClaim({ of }: Claim, step: Write): string | null {
  if (step.action === "delete") return null;
  const wanted = of(step.child.spec);
  return step.action === "update" && of(step.live.spec) === wanted ? null : wanted;
}
