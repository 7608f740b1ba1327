/**
 * What the routes of a batch read in common: lists of their namespaces, the namespaces, the dependencies. Each is read
 * once, or a batch would list a large namespace for every route in it.
 *
 * @module
 */
import type { KubernetesObject, ObjectReference } from "../../kubernetes/objects.ts";
import type { ReconcileContext } from "../route/context.ts";

/**
 * The context for one batch. Routes and children are still read live, each for itself. A write that fails, for an
 * object or a shared resource was taken in between, makes all be read again.
 */
export function sharingReads(context: ReconcileContext): ReconcileContext {
  const { client, execute, integrations } = context;
  const reads = new Map<string, Promise<unknown>>();

  const once = <T>(key: string, read: () => Promise<T>): Promise<T> => {
    const known = reads.get(key) as Promise<T> | undefined;
    if (known !== undefined) return known;
    const reading = read();
    reads.set(key, reading);
    reading.catch(() => reads.delete(key));
    return reading;
  };

  const isShared = ({ resource, namespace, name }: ObjectReference): boolean =>
    (resource.group === "" && resource.plural === "namespaces") ||
    integrations.some(({ dependencies }) =>
      dependencies.some(
        (known) =>
          known.resource.plural === resource.plural && known.namespace === namespace && known.name === name,
      ),
    );

  return {
    ...context,
    client: {
      getMetadata: client.getMetadata,
      get(reference): Promise<KubernetesObject | null> {
        const { resource, namespace, name } = reference;
        if (!isShared(reference)) return client.get(reference);
        return once(`get ${resource.plural} ${namespace}/${name}`, () => client.get(reference));
      },
      list: (resource, options) =>
        once(`list ${resource.group}/${resource.plural} ${JSON.stringify(options)}`, () =>
          client.list(resource, options),
        ),
    },
    execute: async (...write) => {
      try {
        return await execute(...write);
      } catch (error) {
        reads.clear();
        throw error;
      }
    },
  };
}
