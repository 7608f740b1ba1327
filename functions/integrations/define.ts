/**
 * An integration out of what is its own: everything that most do alike has a default.
 *
 * @module
 */
import type { GenericSchema } from "valibot";
import type { ResourceDefinition } from "../kubernetes/objects.ts";
import type { AnnotationNames } from "./annotation-names.ts";
import { childName, routesOfChildName, type Suffix } from "./child-name.ts";
import type { IntegrationDefinition, ReasonMeanings } from "./definition.ts";
import type { ChildKind, Integration } from "./integration.ts";

/** What is known of an integration's children without its settings. */
export interface KindOptions {
  /** Its name in annotations, logs and messages, such as `cert-manager`. */
  readonly name: string;
  readonly resource: ResourceDefinition;
  /** What follows the route's name in the child's; none: they have the same name. */
  readonly suffix?: Suffix;
  /** The DNS names that a child's spec has; none unless given, which takes its hosts out of host claims too. */
  readonly names?: ChildKind["names"];
  readonly isObserved?: ChildKind["isObserved"];
}

/** What an integration does with its settings. Only `desire` has no default. */
export type Behaviour = Pick<Integration, "desiredState"> &
  Partial<Omit<Integration, keyof ChildKind | "desiredState" | "removesAll">>;

export interface IntegrationOptions<Settings> extends KindOptions {
  /** Its key under `integrations` in the configuration file, such as `certManager`. */
  readonly key: string;
  /** What its settings may be, with the defaults of those that are left out. An empty object is always valid. */
  readonly schema: GenericSchema<unknown, Settings>;
  /** False: it is on only where the configuration names it. */
  readonly enabledByDefault?: boolean;
  readonly annotationNames?: readonly AnnotationNames[];
  readonly reasons?: ReasonMeanings;
  create(settings: Settings): Behaviour;
}

/** The one thing that an integration's folder exports to the list in `index.ts`. */
export function defineIntegration<Settings>(
  options: IntegrationOptions<Settings>,
): IntegrationDefinition<Settings> {
  const {
    key,
    name,
    resource,
    schema,
    annotationNames = [],
    reasons = {},
    enabledByDefault = true,
  } = options;
  return {
    key,
    name,
    resource,
    annotationNames,
    reasons,
    enabledByDefault,
    schema,
    create: (settings) => integrationOf(options, options.create(settings)),
    // It wants no child, reads nothing and shares nothing.
    createRemover: () => ({
      ...integrationOf(options, { desiredState: () => ({ kind: "absent", problems: [] }) }),
      removesAll: true,
    }),
  };
}

/** The integration with a default for whatever `behaviour` leaves out. */
export function integrationOf(
  { name, resource, suffix = "", names = () => [], isObserved = null }: KindOptions,
  behaviour: Behaviour,
): Integration {
  return {
    name,
    resource,
    childName: (route) => childName(route, suffix),
    routesOf: (child) => routesOfChildName(child, suffix),
    names,
    isObserved,
    dependencies: [],
    sharedResource: null,
    isReady: null,
    whyNotReady: () => null,
    waitsForOthers: false,
    extraNames: () => [],
    check: () => [],
    ...behaviour,
  };
}
