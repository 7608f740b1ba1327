/**
 * Adoption in bulk (`adopt: matching`): an object that nobody handed over, yet that is what the child would be, and that
 * no tool and no other object looks after. Pure.
 *
 * @module
 */
import type { Integration } from "../../integrations/integration.ts";
import type { KubernetesObject } from "../../kubernetes/objects.ts";
import type { Problem } from "../../problem.ts";
import { ADOPT_ANNOTATION, MANAGED_BY_LABEL, makerOf } from "./ownership.ts";

/** Whether the object is taken over without a word from its maker. */
export function isTaken(
  integration: Pick<Integration, "mismatch">,
  live: KubernetesObject,
  wanted: KubernetesObject["spec"],
): boolean {
  const { mismatch } = integration;
  return mismatch !== undefined && wanted !== undefined && obstacle(mismatch, live, wanted) === null;
}

/** The problem of an object in the way, with why it is not adopted where all that match are. */
export function withObstacle(
  problem: Problem,
  { mismatch }: Pick<Integration, "mismatch">,
  live: KubernetesObject,
  wanted: KubernetesObject["spec"],
): Problem {
  const why = mismatch === undefined || wanted === undefined ? null : obstacle(mismatch, live, wanted);
  if (why === null) return problem;
  return { ...problem, message: `${problem.message} It is not adopted (adopt: matching): ${why}.` };
}

function obstacle(
  mismatch: NonNullable<Integration["mismatch"]>,
  live: KubernetesObject,
  wanted: KubernetesObject["spec"],
): string | null {
  return whoseElse(live) ?? mismatch(live.spec, wanted);
}

/** The tools whose marks outlive what they do, and the mark with which each lets go of an object. */
const TOOLS = [
  {
    name: "Argo CD",
    marks: ["argocd.argoproj.io/tracking-id", "argocd.argoproj.io/instance"],
    manager: /^argocd-/,
    letsGo: { key: "argocd.argoproj.io/sync-options", value: "Prune=false" },
  },
  {
    name: "Flux",
    marks: ["kustomize.toolkit.fluxcd.io/name"],
    manager: /^kustomize-controller$/,
    letsGo: { key: "kustomize.toolkit.fluxcd.io/prune", value: "disabled" },
  },
  {
    name: "Helm",
    marks: ["meta.helm.sh/release-name"],
    manager: /^helm(?:-controller)?$/,
    letsGo: { key: "helm.sh/resource-policy", value: "keep" },
  },
] as const;

/** Of kubectl's kind: it writes what it is told and removes nothing by itself. */
const HARMLESS_MANAGER = /^(?:Helm$|kustomize)/;

/** A tool that has the object in its books and would remove it with its source, and the mark that keeps it from that. */
export interface Pruner {
  readonly tool: string;
  /** `key: value` of an annotation. */
  readonly annotation: string;
}

/** Argo CD may mark an object by a label that others use too, so whoever wrote its fields counts as well. */
export function prunerOf({ metadata }: KubernetesObject): Pruner | null {
  const { labels = {}, annotations = {}, managedFields = [] } = metadata;
  const tool = TOOLS.find(({ marks, manager, letsGo }) => {
    const isMarked = marks.some((mark) => mark in labels || mark in annotations);
    const isWriter = managedFields.some((entry) => manager.test(entry.manager ?? ""));
    return (isMarked || isWriter) && !hasWord(annotations[letsGo.key], letsGo.value);
  });
  if (tool === undefined) return null;
  return { tool: tool.name, annotation: `${tool.letsGo.key}: ${tool.letsGo.value}` };
}

/** Who else has a say in the object; null where nobody has. Its maker may have said too that it is not to be adopted. */
function whoseElse(object: KubernetesObject): string | null {
  const { labels = {}, annotations = {}, ownerReferences = [], deletionTimestamp } = object.metadata;
  if (deletionTimestamp !== undefined) return "it is being deleted";
  const [owner] = ownerReferences;
  if (owner !== undefined) return `it belongs to ${owner.kind} ${owner.name}`;
  if (makerOf(object) !== undefined) return "it is, or was, an installation's of this product";
  const word = annotations[ADOPT_ANNOTATION];
  if (word !== undefined) return `its annotation ${ADOPT_ANNOTATION} does not say "true"`;
  const pruner = prunerOf(object);
  if (pruner !== null) {
    return `${pruner.tool} would remove it; give it the annotation ${pruner.annotation} first`;
  }
  const manager = labels[MANAGED_BY_LABEL] ?? labels["app.kubernetes.io/managed-by"];
  return manager === undefined || HARMLESS_MANAGER.test(manager) ? null : `${manager} looks after it`;
}

/** Of a list separated by commas, as Argo CD has it. */
function hasWord(value: string | undefined, word: string): boolean {
  return (value ?? "").split(",").some((part) => part.trim() === word);
}
