/**
 * Two routes that are reconciled at one time and name the same shared resource, such as one Secret, both find that
 * nothing has it. The first to write wins here; the other observes again and joins. Between processes the look after
 * the write does that (verify.ts), at the price of a write; here it is spared.
 *
 * @module
 */
import type { Integration, SharedResource } from "../../integrations/integration.ts";
import type { KubernetesClient } from "../../kubernetes/client.ts";
import { ConflictError } from "../../kubernetes/errors.ts";
import type { ResourceDefinition } from "../../kubernetes/objects.ts";
import { acquiredResource } from "../plan/plan.ts";
import type { Execute } from "./execute.ts";

/** More shared resources than are acquired while one observation is acted upon. */
const MAX_REMEMBERED = 10_000;

interface Taken {
  /** Name of the child that acquired it. */
  readonly name: string;
  /** Settles once that is written, or has failed. */
  readonly written: Promise<unknown>;
}

/**
 * An executor that refuses, with a `ConflictError`, to acquire a shared resource that another child has just acquired.
 */
export function withKeyLock(
  execute: Execute,
  integrations: readonly Integration[],
  client: Pick<KubernetesClient, "get">,
): Execute {
  const taken = new Map<string, Taken>();

  const isStillTaken = async (
    resource: ResourceDefinition,
    namespace: string,
    { of }: SharedResource,
    wanted: string,
    { name, written }: Taken,
  ): Promise<boolean> => {
    await written;
    const live = await client.get({ resource, namespace, name });
    return live !== null && of(live.spec) === wanted;
  };

  return async (resource, namespace, step) => {
    const sharedResource =
      integrations.find((integration) => integration.resource === resource)?.sharedResource ?? null;
    const wanted = acquiredResource({ sharedResource }, step);
    if (sharedResource === null || wanted === null || step.action === "delete") {
      return execute(resource, namespace, step);
    }
    const { name } = step.child.metadata;
    const key = `${resource.kind} ${namespace}/${wanted}`;
    for (let other = taken.get(key); other !== undefined && other.name !== name; other = taken.get(key)) {
      if (await isStillTaken(resource, namespace, sharedResource, wanted, other)) {
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
