/**
 * How an integration enters the configuration: what `defineIntegration` makes of its folder.
 *
 * @module
 */
import type { GenericSchema } from "valibot";
import type { ResourceDefinition } from "../kubernetes/objects.ts";
import type { ProblemReason } from "../problem.ts";
import type { AnnotationNames } from "./annotation-names.ts";
import type { Integration } from "./integration.ts";

/** What each reason of an integration's own problems means, for the documentation. */
export type ReasonMeanings = Readonly<Partial<Record<ProblemReason, string>>>;

export interface IntegrationDefinition<Settings = unknown> {
  /** Its key under `integrations` in the configuration file, such as `certManager`. */
  readonly key: string;
  /** Its name in annotations, logs and messages, such as `cert-manager`. */
  readonly name: string;
  /** The kind of its children. */
  readonly resource: ResourceDefinition;
  /** The annotations that it reads, so that a slip of the pen in a name can be reported. */
  readonly annotationNames: readonly AnnotationNames[];
  readonly reasons: ReasonMeanings;
  /** Whether it is on where the configuration says nothing of any integration. */
  readonly enabledByDefault: boolean;
  /** What its settings may be, with the defaults of those that are left out. An empty object is always valid. */
  readonly schema: GenericSchema<unknown, Settings>;
  create(settings: Settings): Integration;
  /** In its place once it is switched off with `onDisable: delete`: wants no child anywhere. */
  createRemover(): Integration;
}
