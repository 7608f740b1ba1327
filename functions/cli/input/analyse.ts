/**
 * Files, configuration and target to derivations: what `render` and `explain` have in common.
 *
 * @module
 */
import type { KubernetesObject } from "../../kubernetes/objects.ts";
import type { Problem } from "../../problem.ts";
import { describeRoute } from "../../reconcile/observe/describe.ts";
import { refusalOf } from "../../reconcile/plan/host-policy.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { readConfiguration } from "./configuration-file.ts";
import { type Derivation, derive } from "./derive.ts";
import { readRoutes } from "./input.ts";
import { dependencyNames, factsWith, parseTarget, UNKNOWN_TARGET } from "./target.ts";

export interface AnalyseOptions {
  readonly filename: readonly string[];
  readonly config?: string;
  readonly target?: string;
}

export interface LocatedDerivation extends Derivation {
  readonly origin: string;
}

export interface Analysis {
  readonly derivations: readonly LocatedDerivation[];
  /** Input that could not be read. */
  readonly errors: readonly string[];
  /** Services whose address is not known, for which the documentation address stands in; empty where it is known. */
  readonly unknownTargets: readonly string[];
}

const loadRegexp = async () => (await import("../../traefik/rule/regexp.lazy.ts")).compileRegexp;

/** @throws {UsageError} if a file, the configuration or the target cannot be used */
export async function analyse(options: AnalyseOptions, terminal: Terminal): Promise<Analysis> {
  const { selector, defaultRuleSyntax, integrations, hostPolicy } = await readConfiguration(
    options.config ?? null,
    terminal,
  );
  const refuseHost = (namespace: string, host: string) => refusalOf(hostPolicy, namespace, host);
  const target = options.target === undefined ? null : parseTarget(options.target);
  const services = dependencyNames(integrations);
  if (target !== null && services.length === 0) {
    terminal.err("warning: --target has no effect, for the configuration needs no Service's address\n");
  }
  const { objects, errors } = await readRoutes(options.filename, terminal);
  const descriptions = await Promise.all(
    objects.map(({ object }) =>
      describeRoute({ integrations, defaultRuleSyntax, loadRegexp, refuseHost }, object, {}),
    ),
  );
  const dependencies = factsWith(integrations, target ?? [UNKNOWN_TARGET]);
  const derivations = derive(descriptions, { integrations, selector, dependencies, refuseHost });
  if (objects.length === 0 && errors.length === 0) {
    terminal.err(
      "warning: there is no IngressRoute and no IngressRouteTCP of Traefik in the input, nor an IngressRouteUDP\n",
    );
  }
  return {
    derivations: derivations.map((derivation, index) => ({
      ...placed(derivation, objects[index]?.object),
      origin: objects[index]?.origin ?? "",
    })),
    errors,
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

/** The problems of the input and of the routes, one line each. */
export function problemLines({ derivations, errors }: Analysis): readonly string[] {
  return [
    ...errors,
    ...derivations.flatMap(({ origin, problems }) => problems.map((problem) => lineOf(origin, problem))),
  ];
}

/** What is worth knowing though nothing is wrong, one line each. */
export function noteLines({ derivations }: Analysis): readonly string[] {
  return derivations.flatMap(({ origin, description }) =>
    description.notes.map((note) => lineOf(origin, note)),
  );
}

function lineOf(origin: string, { field, message }: Problem): string {
  return `${origin}: ${field === null ? "" : `${field}: `}${message}`;
}

/** Whether a child stands there with the address that stands in for an unknown one. */
export function hasUnknownTarget({ unknownTargets }: Analysis, child: KubernetesObject): boolean {
  return unknownTargets.length > 0 && JSON.stringify(child.spec).includes(JSON.stringify(UNKNOWN_TARGET));
}
