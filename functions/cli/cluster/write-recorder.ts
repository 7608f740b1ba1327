/**
 * Puts down the writes of the reconciler instead of making them.
 *
 * @module
 */
import { ConflictError } from "../../kubernetes/errors.ts";
import type { KubernetesObject, ResourceDefinition } from "../../kubernetes/objects.ts";
import type { Execute } from "../../reconcile/apply/execute.ts";
import { listAll } from "../../reconcile/observe/listing.ts";
import { isOfInstance } from "../../reconcile/plan/ownership.ts";
import type { Write } from "../../reconcile/plan/plan.ts";
import type { ReadingClient } from "./reader.ts";

/** `adopt`: an update of an object that was not this installation's. */
export type PlannedAction = "create" | "update" | "adopt" | "delete";

export interface RecordedWrite {
  readonly action: PlannedAction;
  readonly resource: ResourceDefinition;
  readonly namespace: string;
  readonly name: string;
  readonly step: Write;
}

export interface WriteRecorder {
  readonly execute: Execute;
  /** By namespace, kind and name. */
  writes(): readonly RecordedWrite[];
}

/** `instance` is `<release namespace>/<release>`. */
export function createWriteRecorder(client: ReadingClient, instance: string): WriteRecorder {
  const recorded = new Map<string, RecordedWrite>();
  const names = new Map<string, Promise<ReadonlySet<string>>>();

  const isTaken = async (resource: ResourceDefinition, namespace: string, name: string): Promise<boolean> => {
    const key = `${namespace}/${resource.kind}`;
    const known = names.get(key) ?? namesIn(client, resource, namespace);
    names.set(key, known);
    return (await known).has(name);
  };

  return {
    execute: async (resource, namespace, step) => {
      const { name } = step.action === "create" ? step.child.metadata : step.live.metadata;
      // A real create fails where the name is taken, and then the object in the way is looked at.
      if (step.action === "create" && (await isTaken(resource, namespace, name))) {
        throw new ConflictError(`dry run of ${resource.plural} ${namespace}/${name}`, "it exists");
      }
      const action = actionOf(step, instance);
      recorded.set(`${namespace}/${resource.kind}/${name}`, { action, resource, namespace, name, step });
      return null;
    },
    writes: () => [...recorded].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, write]) => write),
  };
}

function actionOf(step: Write, instance: string): PlannedAction {
  return step.action === "update" && !isOfInstance(step.live, { instance, takeOverFrom: [] })
    ? "adopt"
    : step.action;
}

async function namesIn(
  client: ReadingClient,
  resource: ResourceDefinition,
  namespace: string,
): Promise<ReadonlySet<string>> {
  const objects: readonly KubernetesObject[] = await listAll(client, { resource, namespace });
  return new Set(objects.map(({ metadata }) => metadata.name));
}
