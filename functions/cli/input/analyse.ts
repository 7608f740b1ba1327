/**
 * Files, configuration and target to derivations: what `render` and `explain` have in common.
 *
 * @module
 */
import type { KubernetesObject } from "../../kubernetes/objects.ts";
import { inPieces, Pace } from "../../pace.ts";
import { describeRoute } from "../../reconcile/observe/describe.ts";
import { settingsOf } from "../../reconcile/route/context.ts";
import type { RouteDescription } from "../../traefik/route-description.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { readConfiguration } from "./configuration-file.ts";
import { type Derivation, derive, type LocatedDerivation } from "./derive.ts";
import { lastOfEach } from "./duplicates.ts";
import { readObjects } from "./input.ts";
import { noteLines, problemLines } from "./problem-lines.ts";
import { dependenciesWith, dependencyNames, parseTarget, UNKNOWN_TARGET } from "./target.ts";

export interface AnalyseOptions {
  readonly filename: readonly string[];
  readonly config?: string;
  readonly target?: string;
}

export interface Analysis {
  readonly derivations: readonly LocatedDerivation[];
  /** Input that could not be read, or that contradicts itself. */
  readonly errors: readonly string[];
  /** What is wrong with routes, one line each. */
  readonly problems: readonly string[];
  /** Worth knowing, though nothing is wrong. */
  readonly notes: readonly string[];
  /** Services whose address is not known, for which the documentation address stands in; empty where it is known. */
  readonly unknownTargets: readonly string[];
}

/** @throws {UsageError} if a file, the configuration or the target cannot be used */
export async function analyse(options: AnalyseOptions, terminal: Terminal): Promise<Analysis> {
  const settings = settingsOf(await readConfiguration(options.config ?? null, terminal));
  const { selector, integrations, refuseHost } = settings;
  const target = options.target === undefined ? null : parseTarget(options.target);
  const services = dependencyNames(integrations);
  if (target !== null && services.length === 0) {
    terminal.err("warning: --target has no effect, for the configuration needs no Service's address\n");
  }
  const input = await readObjects(options.filename, terminal);
  const { objects, contradictions } = lastOfEach(input.routes);
  const errors = [...input.errors, ...contradictions];
  const pace = new Pace();
  const descriptions: RouteDescription[] = [];
  for (const { object } of objects) descriptions.push(await describeRoute(settings, object, {}, pace));
  const dependencies = dependenciesWith(integrations, target ?? [UNKNOWN_TARGET]);
  const others = lastOfEach(input.others).objects.map(({ object }) => object);
  const surroundings = { objects: others, identity: null };
  const deriver = { integrations, selector, dependencies, refuseHost, surroundings };
  const derived = await inPieces(derive(descriptions, deriver), pace);
  if (objects.length === 0 && errors.length === 0) {
    terminal.err(
      "warning: there is no IngressRoute and no IngressRouteTCP of Traefik in the input, nor an IngressRouteUDP\n",
    );
  }
  const derivations = derived.map((derivation, index) => ({
    ...placed(derivation, objects[index]?.object),
    origin: objects[index]?.origin ?? "",
    file: objects[index]?.file ?? null,
  }));
  return {
    derivations,
    errors,
    problems: problemLines(derivations, input.templates),
    notes: noteLines(derivations, selector),
    unknownTargets: target === null ? services : [],
  };
}

/** A child has a namespace where its route names one; else it goes wherever the route goes. */
function placed(derivation: Derivation, object: KubernetesObject | undefined): Derivation {
  if (object?.metadata.namespace !== undefined) return derivation;
  const children = derivation.children.map(({ child, ...rest }) => {
    if (child === null) return { ...rest, child };
    const { namespace: _, ...metadata } = child.metadata;
    return { ...rest, child: { ...child, metadata } };
  });
  return { ...derivation, children };
}

/** Whether a child stands there with the address that stands in for an unknown one. */
export function hasUnknownTarget(
  { unknownTargets }: Pick<Analysis, "unknownTargets">,
  child: KubernetesObject,
): boolean {
  return unknownTargets.length > 0 && JSON.stringify(child.spec).includes(JSON.stringify(UNKNOWN_TARGET));
}
