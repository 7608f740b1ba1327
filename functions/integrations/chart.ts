/**
 * What the Helm chart must know of an integration, beside the values and their schema that stand in its folder. Read
 * by `tools/integrations.ts` alone: nothing of it is in the function.
 *
 * @module
 */
import type { ResourceDefinition } from "../kubernetes/objects.ts";
import type { IntegrationDefinition } from "./definition.ts";

/** An object that the function reads by name and that is watched: the value `from` names it. */
export interface ChartDependency {
  readonly resource: ResourceDefinition;
  /** The value that has its `namespace` and `name`; without either there is none. */
  readonly from: string;
  /** Values that stand in its place where they are set. */
  readonly unless: readonly string[];
  /** The value below `source` with labels that narrow down the watch. */
  readonly selector?: string;
  /** Why the chart is not installed where neither it nor what stands in its place is set. */
  readonly required?: string;
}

/** A right of the function's that goes with these values, such as `{ existingSecrets: "keep" }`. */
export interface ChartRight {
  readonly when: Readonly<Record<string, string | boolean>>;
  readonly comment: string;
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

/** `chart/part.ts` of an integration's folder. */
export interface ChartPart {
  readonly definition: Pick<
    IntegrationDefinition,
    "key" | "name" | "resource" | "reasons" | "enabledByDefault"
  >;
  /** Values that are not in the configuration file while they are empty. */
  readonly omitEmpty?: readonly string[];
  readonly dependencies?: readonly ChartDependency[];
  readonly rights?: readonly ChartRight[];
}
