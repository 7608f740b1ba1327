/**
 * How an integration enters the configuration: the one thing that its folder exports to the list in `index.ts`.
 *
 * @module
 */
import type { GenericSchema } from "valibot";
import type { AnnotationNames } from "./annotation-names.ts";
import type { Integration } from "./integration.ts";

export interface IntegrationDefinition<Settings = unknown> {
  /** Its key under `integrations` in the configuration file, such as `certManager`. */
  readonly key: string;
  /** Its name in annotations, logs and messages, such as `cert-manager`. */
  readonly name: string;
  /** The annotations that it reads, so that a slip of the pen in a name can be told. */
  readonly annotationNames?: readonly AnnotationNames[];
  /** What its settings may be, with the defaults of those that are left out. An empty object is always valid. */
  readonly schema: GenericSchema<unknown, Settings>;
  create(settings: Settings): Integration;
  /** In its place once it is switched off with `onDisable: delete`: wants no child anywhere. */
  createRemover(): Integration;
}
