/**
 * Commands that move what no setting can: routes whose certificate Traefik gets itself, and Certificates that belong to
 * an Ingress. Pure.
 *
 * @module
 */

import { ADOPT_ANNOTATION } from "../../reconcile/plan/ownership.ts";
import type { RouteDescription } from "../../traefik/route-description.ts";
import type { Findings, FoundCertificate } from "./findings.ts";

/** Comments and commands of a shell, in the order in which they are to be run; none where there is nothing to move so. */
export function patchesOf(findings: Findings): readonly string[] {
  const ofIngress = findings.certificates.filter(({ origin }) => origin === "Ingress");
  const named = withSecretNames(findings);
  return [
    ...section(
      "1. Certificates of an Ingress are handed over, before the Ingress goes",
      ofIngress.map(handOver),
    ),
    ...section(
      `${ofIngress.length > 0 ? 2 : 1}. Routes get a Secret beside certResolver; Traefik serves what it has until the Certificate is ready`,
      named.map(({ description, secretName }) => patch(description, { spec: { tls: { secretName } } })),
    ),
    ...section(
      "then, once `traefik-cert-rotater status` says ready",
      named.map(({ description }) => patch(description, { spec: { tls: { certResolver: null } } })),
    ),
  ];
}

function section(title: string, commands: readonly string[]): readonly string[] {
  return commands.length === 0 ? [] : [`# ${title}`, ...commands];
}

function handOver({ certificate }: FoundCertificate): string {
  const { namespace, name } = certificate.metadata;
  const body = { metadata: { ownerReferences: null, annotations: { [ADOPT_ANNOTATION]: "true" } } };
  return `kubectl patch certificate.cert-manager.io ${name} -n ${namespace} --type merge -p '${JSON.stringify(body)}'`;
}

function patch({ route }: RouteDescription, body: object): string {
  const resource = `${route.kind.toLowerCase()}.${route.group}`;
  return `kubectl patch ${resource} ${route.name} -n ${route.namespace} --type merge -p '${JSON.stringify(body)}'`;
}

interface Named {
  readonly description: RouteDescription;
  readonly secretName: string;
}

/** Named after the route, as its Certificate will be; with a number where the namespace has such a Secret already. */
function withSecretNames({ certResolver, routes }: Findings): readonly Named[] {
  const taken = new Set(
    routes.flatMap(({ route, tls }) => (tls?.secretName ? [`${route.namespace}/${tls.secretName}`] : [])),
  );
  return certResolver
    .filter(({ hosts, tls }) => hosts.length > 0 || (tls?.domains.length ?? 0) > 0)
    .map((description) => {
      const { namespace, name, kind } = description.route;
      const base = kind === "IngressRouteTCP" ? `${name}-tcp-tls` : `${name}-tls`;
      let secretName = base;
      for (let number = 2; taken.has(`${namespace}/${secretName}`); number++)
        secretName = `${base}-${number}`;
      taken.add(`${namespace}/${secretName}`);
      return { description, secretName };
    });
}
