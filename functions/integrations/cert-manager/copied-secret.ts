/**
 * Secrets that a tool keeps as copies of others, or makes from elsewhere: each has its own marks on them.
 *
 * @module
 */
import type { KubernetesObject } from "../../kubernetes/objects.ts";

interface Copier {
  readonly name: string;
  /** Keys of annotations or labels; the value of the first one names what is copied, where it has the form of a name. */
  readonly marks: readonly string[];
  /** Kinds of owners that the tool gives what it makes. */
  readonly owners?: readonly string[];
}

const COPIERS: readonly Copier[] = [
  { name: "reflector", marks: ["reflector.v1.k8s.emberstack.com/reflects"] },
  {
    name: "replicator",
    marks: [
      "replicator.v1.mittwald.de/replicate-from",
      "replicator.v1.mittwald.de/replicated-from-version",
      "replicator.v1.mittwald.de/replicated-at",
    ],
  },
  { name: "config-syncer", marks: ["kubed.appscode.com/origin", "kubed.appscode.com/origin.name"] },
  { name: "Kyverno", marks: ["generate.kyverno.io/policy-name"] },
  {
    name: "External Secrets",
    marks: ["reconcile.external-secrets.io/data-hash"],
    owners: ["ExternalSecret"],
  },
  { name: "Sealed Secrets", marks: [], owners: ["SealedSecret"] },
];

/** Who keeps the Secret as a copy, and of what, such as `reflector (copy of infra/wildcard)`; null where nobody is seen to. */
export function copierOf({ metadata }: Pick<KubernetesObject, "metadata">): string | null {
  const { annotations = {}, labels = {}, ownerReferences = [] } = metadata;
  for (const { name, marks, owners = [] } of COPIERS) {
    const key = marks.find((mark) => mark in annotations || mark in labels);
    if (key === undefined && !ownerReferences.some(({ kind }) => owners.includes(kind))) continue;
    const of = key === undefined ? "" : (annotations[key] ?? labels[key] ?? "");
    return /^[a-z0-9.-]{1,63}\/[a-z0-9.-]{1,253}$/.test(of) ? `${name} (copy of ${of})` : name;
  }
  return null;
}
