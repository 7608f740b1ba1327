/**
 * Objects that many routes need at one time, such as the target Service: whoever asks while one is being read shares the
 * next read, which begins after the asking and so shows all that a read of one's own would.
 *
 * @module
 */
import type { Integration } from "../../integrations/integration.ts";
import type { KubernetesObject, ObjectReference } from "../../kubernetes/objects.ts";
import { Coalescer } from "../coalesce.ts";
import { NAMESPACE, type Reads } from "./view.ts";

/** The client with such reads of dependencies and namespaces. */
export function joiningReads<Client extends Pick<Reads, "get">>(
  client: Client,
  integrations: readonly Integration[],
): Client {
  const reads = new Coalescer<KubernetesObject | null>();
  const plurals = new Set(
    integrations.flatMap(({ dependencies }) => dependencies.map(({ resource }) => resource.plural)),
  ).add(NAMESPACE.plural);
  const get = (reference: ObjectReference): Promise<KubernetesObject | null> => {
    const { resource, namespace, name } = reference;
    if (!plurals.has(resource.plural)) return client.get(reference);
    const key = `${resource.group}/${resource.plural} ${namespace ?? ""}/${name}`;
    return reads.run(key, "", () => client.get(reference));
  };
  return { ...client, get };
}
