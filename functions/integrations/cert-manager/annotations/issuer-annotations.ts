/**
 * Which issuer the annotations of a route name.
 *
 * @module
 */
import type { Problem } from "../../../problem.ts";
import { isObjectName } from "../../../schema/object-names.ts";
import { shown } from "../../../schema/shown.ts";
import { isRecord } from "../../../schema/unknown.ts";
import { isUnfilled } from "../../../traefik/placeholders.ts";
import { invalidAnnotation } from "../../annotation.ts";

const ISSUER = "cert-manager.io/issuer";
const CLUSTER_ISSUER = "cert-manager.io/cluster-issuer";
const KIND = "cert-manager.io/issuer-kind";
const GROUP = "cert-manager.io/issuer-group";

const OWN_GROUP = "cert-manager.io";

export interface IssuerReference {
  readonly kind: string;
  readonly name: string;
  /** Left out for cert-manager's own issuers. */
  readonly group?: string;
}

/** `invalid`: the annotations contradict each other, so nobody knows who is to issue. */
export type IssuerAnnotations =
  | { readonly kind: "none" }
  | { readonly kind: "issuer"; readonly issuerRef: IssuerReference }
  | { readonly kind: "invalid"; readonly problem: Problem };

/**
 * The issuer that the annotations name. `issuer-kind` and `issuer-group` alone change only those of the template's
 * issuer. As cert-manager's shim and webhook refuse: both kinds of issuer, `cluster-issuer` with a kind or a group, an
 * empty name, and an unknown kind without a group.
 */
export function issuerOf(
  annotations: Readonly<Record<string, string>>,
  templateIssuer: unknown,
): IssuerAnnotations {
  const present = [ISSUER, CLUSTER_ISSUER, KIND, GROUP].filter((key) => annotations[key] !== undefined);
  const [first] = present;
  if (first === undefined) return { kind: "none" };
  const issuerRef = reference(annotations, isRecord(templateIssuer) ? templateIssuer : {});
  const contradicting = contradiction(present);
  const wrong = contradicting === null ? wrongReference(issuerRef, annotations) : { error: contradicting };
  if (wrong === null) return { kind: "issuer", issuerRef };
  const message = `${wrong.error}. Until then the Certificate stays as it is, rather than be issued by somebody else.`;
  return { kind: "invalid", problem: invalidAnnotation(wrong.key ?? first, message, wrong.value) };
}

function reference(
  annotations: Readonly<Record<string, string>>,
  template: Record<string, unknown>,
): IssuerReference {
  const clusterIssuer = annotations[CLUSTER_ISSUER];
  if (clusterIssuer !== undefined) return { kind: "ClusterIssuer", name: clusterIssuer };
  const issuer = annotations[ISSUER];
  const base = issuer === undefined ? template : { name: issuer };
  const group = annotations[GROUP] ?? base.group;
  return {
    kind: text(annotations[KIND] ?? base.kind) || "Issuer",
    name: text(base.name),
    ...(text(group) === "" ? {} : { group: text(group) }),
  };
}

function contradiction(present: readonly string[]): string | null {
  if (!present.includes(CLUSTER_ISSUER) || present.length === 1) return null;
  const others = present.filter((key) => key !== CLUSTER_ISSUER).join(" and ");
  return `${CLUSTER_ISSUER} and ${others} contradict each other: keep one issuer`;
}

interface Wrong {
  readonly error: string;
  readonly key?: string;
  readonly value?: string;
}

function wrongReference(
  { kind, name, group }: IssuerReference,
  annotations: Readonly<Record<string, string>>,
): Wrong | null {
  if (name === "") return { error: "the name of the issuer is empty: write one, or remove the annotation" };
  const named = [CLUSTER_ISSUER, ISSUER].find((key) => annotations[key] !== undefined);
  if (named !== undefined && !isObjectName(name)) {
    const error = `no issuer can have the name ${shown(name)}: write lower-case letters, digits, "-" and "."`;
    return { error, key: named, value: name };
  }
  if (group !== undefined && annotations[GROUP] !== undefined && !isObjectName(group)) {
    const error = `${shown(group)} is no API group: write one such as ${OWN_GROUP}`;
    return { error, key: GROUP, value: group };
  }
  const isForeign = group !== undefined && group !== OWN_GROUP;
  if (annotations[KIND] !== undefined && isUnfilled(kind)) {
    return { error: `${shown(kind)} is no kind of issuer`, key: KIND, value: kind };
  }
  if (isForeign || kind === "Issuer" || kind === "ClusterIssuer") return null;
  const error = `${shown(kind)} is no kind of issuer of cert-manager: write Issuer or ClusterIssuer, or name its group with ${GROUP}`;
  return { error, value: kind };
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
