/**
 * Which Service a host leads to, from Knative's internal Ingress objects.
 *
 * @module
 */
import type { KubernetesObject } from "../../../functions/kubernetes/objects.ts";

export const ingressClass = "fake.ingress.networking.knative.dev";

/** Where requests for a host go, and the headers that the activator needs to know the revision. */
export interface Backend {
  readonly namespace: string;
  readonly service: string;
  readonly port: number;
  readonly headers: Readonly<Record<string, string>>;
}

interface Split {
  readonly serviceName: string;
  readonly serviceNamespace: string;
  readonly servicePort: number;
  readonly percent?: number;
  readonly appendHeaders?: Readonly<Record<string, string>>;
}

interface IngressSpec {
  readonly rules: readonly {
    readonly hosts: readonly string[];
    readonly http: {
      readonly paths: readonly {
        readonly appendHeaders?: Readonly<Record<string, string>>;
        readonly splits: readonly Split[];
      }[];
    };
  }[];
}

/** Whether the object is for this ingress. */
export function isOurs({ metadata }: KubernetesObject): boolean {
  return metadata.annotations?.["networking.knative.dev/ingress.class"] === ingressClass;
}

/** Backends by host. Of several splits the one with most traffic gets all of it. */
export function backends(ingresses: Iterable<KubernetesObject>): Map<string, Backend> {
  const found = new Map<string, Backend>();
  for (const ingress of ingresses) {
    if (!isOurs(ingress)) continue;
    for (const { hosts, http } of (ingress.spec as IngressSpec).rules) {
      const path = http.paths[0];
      const split = path?.splits.toSorted((a, b) => (b.percent ?? 100) - (a.percent ?? 100))[0];
      if (split === undefined) continue;
      const headers = { ...path?.appendHeaders, ...split.appendHeaders };
      const { serviceNamespace: namespace, serviceName: service, servicePort: port } = split;
      for (const host of hosts) found.set(host, { namespace, service, port, headers });
    }
  }
  return found;
}
