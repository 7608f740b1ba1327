/**
 * Whether a write has acquired names that other children say something else of.
 *
 * @module
 */
import type { NameSharing } from "../../integrations/integration.ts";
import type { KubernetesObject, ResourceDefinition } from "../../kubernetes/objects.ts";
import { listAll, othersAtVersion } from "../observe/listing.ts";
import type { Reads } from "../observe/view.ts";
import { marksOf } from "../plan/names/name-marks.ts";
import { type Identity, isFoundByLabel, isOfInstance, LOOKUP_SELECTOR } from "../plan/ownership.ts";
import type { Written } from "./apply.ts";

export interface NamesContext extends Identity {
  readonly client: Reads;
}

/**
 * Looks at the other children at exactly the version of the write, which shows those that were before it: of two
 * writers one and only one sees the other. Nothing is read where no name is new.
 *
 * @throws KubernetesError the children could not be read
 */
export async function sharesTakenNames(
  context: NamesContext,
  { integration, plan, step, object }: Written,
): Promise<boolean> {
  const { nameSharing, resource } = integration;
  if (nameSharing === undefined) return false;
  const planned = new Map(plan.members.map((member) => [integration.childName(member.route), member]));
  const subject = planned.get(object.metadata.name);
  const owns = subject !== undefined && nameSharing.ownsTarget(subject);
  const taken = takenNames(nameSharing, step, owns);
  if (taken.length === 0) return false;
  const said = nameSharing.entries(step.child.spec);
  const others =
    owns || isFoundByLabel(object)
      ? await othersAtVersion(context.client, resource, object)
      : await decidersAtVersion(context.client, resource, object);
  return others.some((other) => {
    if (!isOfInstance(other, context)) return false;
    const entries = nameSharing.entries(other.spec);
    return taken.some((name) => {
      const [one, two] = [said.get(name), entries.get(name)];
      if (two === undefined) return false;
      return one?.target !== two.target || one.set !== two.set || (owns && !planned.has(other.metadata.name));
    });
  });
}

/**
 * The children of routes that say themselves where their names point, and of those that follow one. A route that does
 * not is never in conflict with another such, so it need not look at a thousand of them.
 */
function decidersAtVersion(
  client: Reads,
  resource: ResourceDefinition,
  { metadata: { namespace = "", resourceVersion = "" } }: KubernetesObject,
): Promise<readonly KubernetesObject[]> {
  const labelSelector = LOOKUP_SELECTOR;
  return listAll(client, { resource, namespace, labelSelector, exactVersion: resourceVersion });
}

/**
 * Names that the write adds, or points elsewhere where the route has a say in that. What moves with the installation's
 * target moves for all routes, and is no reason to look.
 */
function takenNames({ entries }: NameSharing, step: Written["step"], owns: boolean) {
  const [now, had] = [entries(step.child.spec), entries(step.action === "update" ? step.live.spec : null)];
  const decides = owns || (step.action === "update" && marksOf(step.live).size > 0);
  return [...now].flatMap(([name, { target, set }]) => {
    const before = had.get(name);
    if (before === undefined) return [name];
    return decides && (before.target !== target || before.set !== set) ? [name] : [];
  });
}
