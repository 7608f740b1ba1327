/**
 * What the suites about shared Certificates look at: owners and names.
 *
 * @module
 */
import type { KubernetesObject, OwnerReference } from "../../../functions/kubernetes/objects.ts";
import type { Admin } from "../../control-plane/admin.ts";
import { CERTIFICATES, mustGet } from "./objects.ts";

/** Names of an object's owners, sorted, with a star after the controller. */
export function ownersOf({ metadata }: KubernetesObject): string[] {
  const mark = ({ name, controller }: OwnerReference) => (controller === true ? `${name}*` : name);
  return (metadata.ownerReferences ?? []).map(mark).sort();
}

/** A Certificate in short: `name secretName [names] [owners]`. */
export function inShort(certificate: KubernetesObject): string {
  const { secretName, dnsNames } = certificate.spec as { secretName: string; dnsNames: readonly string[] };
  return `${certificate.metadata.name} ${secretName} [${dnsNames.join(" ")}] [${ownersOf(certificate).join(" ")}]`;
}

/** All Certificates of a namespace whose Secret's name begins so, in short, sorted. */
export async function certificatesFor(admin: Admin, namespace: string, secrets: string): Promise<string[]> {
  const all = await admin.list({ ...CERTIFICATES, namespace });
  const concerned = all.filter(({ spec }) => (spec as { secretName: string }).secretName.startsWith(secrets));
  return concerned.map(inShort).sort();
}

/** What a user would call the same Certificate: uid, name and Secret. */
export async function identityOf(admin: Admin, namespace: string, name: string): Promise<string[]> {
  const { metadata, spec } = await mustGet(admin, { ...CERTIFICATES, namespace, name });
  return [metadata.uid ?? "", metadata.name, (spec as { secretName: string }).secretName];
}
