/**
 * What an Ingress names, out of whatever form it has. Pure.
 *
 * @module
 */
import type { KubernetesObject } from "../../kubernetes/objects.ts";
import { isRecord } from "../../schema/unknown.ts";

export interface IngressNames {
  readonly hosts: readonly string[];
  readonly secretNames: readonly string[];
}

export function namesOfIngress({ spec }: KubernetesObject): IngressNames {
  const { rules, tls } = isRecord(spec) ? spec : {};
  return { hosts: texts(rules, "host"), secretNames: texts(tls, "secretName") };
}

function texts(list: unknown, key: string): readonly string[] {
  const items = Array.isArray(list) ? list.filter(isRecord) : [];
  return items.map((item) => item[key]).filter((value): value is string => typeof value === "string");
}
