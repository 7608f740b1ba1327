/**
 * Which issuer the certificates of routes have now, so that none is issued by another. Pure.
 *
 * @module
 */
import type { KubernetesObject } from "../../kubernetes/objects.ts";
import { isRecord } from "../../schema/unknown.ts";
import { count } from "../terminal/words.ts";
import type { Findings } from "./findings.ts";
import type { Inventory } from "./inventory.ts";
import type { Suggestion } from "./suggestion.ts";

interface Issuer {
  readonly kind: string;
  readonly name: string;
  readonly group?: string;
}

/** Paths below the integration for certificates. */
export function issuerSuggestions(inventory: Inventory, { certificates }: Findings): readonly Suggestion[] {
  const found = certificates
    .filter(({ isWider }) => !isWider)
    .flatMap(({ namespace, certificate }) => {
      const issuer = issuerOf(certificate);
      return issuer === null ? [] : [{ namespace, issuer }];
    });
  const usual = mostFrequent(found.map(({ issuer }) => issuer));
  if (usual === null) return onlyIssuer(inventory);
  const uses = found.filter(({ issuer }) => textOf(issuer) === textOf(usual)).length;
  const byNamespace = Map.groupBy(found, ({ namespace }) => namespace);
  const others = [...byNamespace].flatMap(([namespace, list]) => {
    const issuer = mostFrequent(list.map((each) => each.issuer));
    return issuer === null || textOf(issuer) === textOf(usual) ? [] : [{ namespace, issuer }];
  });
  const overrides = [...Map.groupBy(others, ({ issuer }) => textOf(issuer)).values()].flatMap((list) => {
    const [first] = list;
    if (first === undefined) return [];
    const namespaces = list.map(({ namespace }) => namespace).sort();
    return [{ namespaces, certificateTemplate: { spec: { issuerRef: first.issuer } } }];
  });
  return [
    {
      path: ["certificateTemplate", "spec", "issuerRef"],
      value: usual,
      why: `the issuer of ${uses} of ${count(found.length, "Certificate")} for Secrets of routes`,
    },
    ...(overrides.length === 0
      ? []
      : [
          { path: ["overrides"], value: overrides, why: "namespaces whose Certificates have another issuer" },
        ]),
  ];
}

/** Where nothing has been issued yet: the one there is. */
function onlyIssuer({ issuers }: Inventory): readonly Suggestion[] {
  const [only, ...others] = issuers;
  if (only === undefined || others.length > 0) return [];
  return [
    {
      path: ["certificateTemplate", "spec", "issuerRef"],
      value: { kind: "ClusterIssuer", name: only.metadata.name },
      why: "the only ClusterIssuer there is",
    },
  ];
}

function issuerOf({ spec }: KubernetesObject): Issuer | null {
  const reference = isRecord(spec) && isRecord(spec.issuerRef) ? spec.issuerRef : {};
  const { name, kind = "Issuer", group } = reference;
  if (typeof name !== "string" || typeof kind !== "string") return null;
  return { kind, name, ...(typeof group === "string" && group !== "cert-manager.io" ? { group } : {}) };
}

/** Of as many, the first by name. */
function mostFrequent(issuers: readonly Issuer[]): Issuer | null {
  const groups = [...Map.groupBy(issuers, textOf)].sort(([one], [other]) => (one < other ? -1 : 1));
  const [most] = groups.sort(([, one], [, other]) => other.length - one.length);
  return most?.[1][0] ?? null;
}

function textOf({ kind, name, group = "" }: Issuer): string {
  return `${kind} ${name} ${group}`;
}
