/**
 * Answers of an API server that knows one route, Traefik's Service and no children: enough for a wake to go all the
 * way. Only for warming the compile cache; tests run against the real API server.
 *
 * @module
 */

const ROUTE = { namespace: "shop", name: "web" };
const KIND = { apiVersion: "traefik.io/v1alpha1", kind: "IngressRoute" };

/** What an ApiServerSource says of the route. */
export const ROUTE_REFERENCE = { ...KIND, ...ROUTE };

const route = {
  ...KIND,
  metadata: { ...ROUTE, uid: "00000000-0000-0000-0000-000000000001", resourceVersion: "1", generation: 1 },
  spec: {
    routes: [
      {
        kind: "Rule",
        match: "Host(`www.example.com`) && PathRegexp(`^/[a-z]+$`)",
        services: [{ name: "web" }],
      },
    ],
    tls: { secretName: "web-tls" },
  },
};

const service = {
  apiVersion: "v1",
  kind: "Service",
  metadata: { namespace: "traefik", name: "traefik", resourceVersion: "1" },
  spec: { type: "LoadBalancer", clusterIP: "10.0.0.1", clusterIPs: ["10.0.0.1"] },
  status: { loadBalancer: { ingress: [{ ip: "192.0.2.1" }] } },
};

const namespace = {
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name: ROUTE.namespace, resourceVersion: "1" },
};

export interface StubAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** The answer to a request with this body; an object that is written is taken as created. */
export function answer(method: string, url: string, body: string): StubAnswer {
  const { pathname, searchParams } = new URL(url, "https://127.0.0.1");
  if (method !== "GET") return { status: 201, body: created(body) };
  if (pathname.endsWith(`/namespaces/${ROUTE.namespace}`)) return { status: 200, body: namespace };
  if (pathname.endsWith(`/ingressroutes/${ROUTE.name}`)) return { status: 200, body: route };
  if (pathname.endsWith("/services/traefik")) return { status: 200, body: service };
  const name = /\/namespaces\/[^/]+\/[^/]+\/([^/]+)$/.exec(pathname)?.[1];
  if (name === undefined) {
    // A list at the version of a write has what was written.
    const isAtWrite = searchParams.get("resourceVersionMatch") === "Exact";
    const items = isAtWrite ? [writtenTo(pathname)] : [];
    return { status: 200, body: { kind: "List", metadata: { resourceVersion: "1" }, items } };
  }
  const status = { apiVersion: "v1", kind: "Status", status: "Failure", reason: "NotFound", code: 404 };
  return { status: 404, body: { ...status, message: `"${name}" not found`, details: { name } } };
}

function writtenTo(path: string): object {
  const isCertificate = path.endsWith("/certificates");
  const name = isCertificate ? `${ROUTE.name}-tls` : ROUTE.name;
  const kind = isCertificate
    ? { apiVersion: "cert-manager.io/v1", kind: "Certificate" }
    : { apiVersion: "externaldns.k8s.io/v1alpha1", kind: "DNSEndpoint" };
  return { ...kind, metadata: { ...ROUTE, name } };
}

function created(body: string): unknown {
  const object = JSON.parse(body) as { metadata: object };
  return {
    ...object,
    metadata: { ...object.metadata, uid: "00000000-0000-0000-0000-000000000002", resourceVersion: "2" },
  };
}
