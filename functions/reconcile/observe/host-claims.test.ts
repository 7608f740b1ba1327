import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { createMemoryCluster } from "../../../test/memory-cluster.ts";
import { parseConfiguration } from "../../config/parse.ts";
import { INTEGRATIONS } from "../../integrations/index.ts";
import { ForbiddenError, KindNotServedError, type KubernetesError } from "../../kubernetes/errors.ts";
import { parseRoute } from "../../traefik/ingress-route.ts";
import { type HostClaimContext, withoutClaimedHosts } from "./host-claims.ts";

const { configuration } = parseConfiguration({}, INTEGRATIONS);

const route = parseRoute(
  {
    apiVersion: "traefik.io/v1alpha1",
    kind: "IngressRoute",
    metadata: { name: "web", namespace: "shop" },
    spec: { routes: [{ match: "Host(`a.example.com`)" }] },
  },
  { compileRegexp: () => null },
);

/** What a cluster says that answers lists of a kind with an error. */
function claimsIn(kind: string, error: KubernetesError) {
  const { client } = createMemoryCluster();
  const context: HostClaimContext = {
    ...configuration,
    client: {
      ...client,
      list: async (resource, options) => {
        if (resource.kind === kind) throw error;
        return client.list(resource, options);
      },
    },
    instance: "tests/claims",
    refuseHost: () => null,
    loadRegexp: async () => () => null,
  };
  return withoutClaimedHosts(context, [route], []);
}

suite("claims of the whole cluster", () => {
  test("a kind of route that is not served claims nothing", async () => {
    const read = await claimsIn("IngressRouteTCP", new KindNotServedError("GET /x", "not found"));
    assert.deepEqual(
      read.map(({ hosts }) => hosts),
      [["a.example.com"]],
    );
  });

  test("IngressRouteUDPs that may not be read claim nothing", async () => {
    const read = await claimsIn("IngressRouteUDP", new ForbiddenError("GET /x", "no"));
    assert.deepEqual(
      read.map(({ hosts }) => hosts),
      [["a.example.com"]],
    );
  });

  test("a kind of child that is not served claims nothing: the other integrations go on", async () => {
    const read = await claimsIn("DNSEndpoint", new KindNotServedError("GET /x", "not found"));
    assert.deepEqual(
      read.map(({ hosts }) => hosts),
      [["a.example.com"]],
    );
  });

  test("of each object is let go what says who manages its fields: most of it, where all are held at once", async () => {
    let reads = 0;
    const { client } = createMemoryCluster();
    const listed = (kind: string) => ({
      apiVersion: "a/v1",
      kind,
      metadata: {
        namespace: "other",
        name: "web",
        get managedFields() {
          reads++;
          return [];
        },
      },
      spec: {},
    });
    const kinds = ["IngressRoute", "Certificate", "DNSEndpoint"];
    const context: HostClaimContext = {
      ...configuration,
      client: {
        ...client,
        list: async (resource, options) => {
          const page = await client.list(resource, options);
          return kinds.includes(resource.kind) ? { ...page, items: [listed(resource.kind)] } : page;
        },
      },
      instance: "tests/claims",
      refuseHost: () => null,
      loadRegexp: async () => () => null,
    };
    await withoutClaimedHosts(context, [route], []);
    // Taken off once; whoever keeps it never looks.
    assert.equal(reads, kinds.length);
  });

  test("another kind that may not be read leaves them unknown", async () => {
    await assert.rejects(claimsIn("IngressRouteTCP", new ForbiddenError("GET /x", "no")), ForbiddenError);
  });

  test("a child has its names by its own integration, not by one of another group with a kind of the same name", async () => {
    const [certificates] = configuration.integrations;
    assert.ok(certificates !== undefined);
    const resource = { ...certificates.resource, group: "other.example.com" };
    const nameless = { ...certificates, resource, names: () => [] };
    const context = {
      ...configuration,
      integrations: [nameless, certificates],
      client: { list: () => assert.fail("its child has the host already: nothing need be read") } as never,
      instance: "tests/claims",
      refuseHost: () => null,
      loadRegexp: async () => () => null,
    };
    const child = {
      apiVersion: "cert-manager.io/v1",
      kind: "Certificate",
      metadata: { name: "web-tls", namespace: "shop" },
      spec: { dnsNames: ["a.example.com"] },
    };
    assert.deepEqual(await withoutClaimedHosts(context, [route], [child]), [route]);
  });
});
