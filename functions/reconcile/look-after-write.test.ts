import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { createMemoryCluster } from "../../test/memory-cluster.ts";
import { createMemoryDispatcher } from "../../test/memory-dispatcher.ts";
import { parseConfiguration } from "../config/parse.ts";
import { INTEGRATIONS } from "../integrations/index.ts";
import type { KubernetesClient } from "../kubernetes/client.ts";
import { ExpiredError, TooManyRequestsError, UnavailableError } from "../kubernetes/errors.ts";
import type { KubernetesObject } from "../kubernetes/objects.ts";
import { resourceOfRoute } from "../traefik/resources.ts";
import { createExecutor } from "./apply/execute.ts";

const ROUTES = resourceOfRoute({ kind: "IngressRoute", group: "traefik.io" });

/** What the printer column says of each Certificate; there is none where it says nothing. */
type Column = "its own" | "nothing" | "another Secret";

/** One replica, whose requests a test may look at, and before which it may do something. */
function replica(hostClaims: "strict" | "resync" = "resync", says: Column = "its own") {
  const { configuration } = parseConfiguration(
    { integrations: { certManager: {} }, hostClaims },
    INTEGRATIONS,
  );
  const certificates = configuration.integrations[0]?.resource;
  assert.ok(certificates !== undefined);
  const cluster = createMemoryCluster();
  const looks: string[] = [];
  const reads: string[] = [];
  const before: { apply?: () => void; exactList?: () => void; emptiesExactLists?: boolean } = {};
  const client: KubernetesClient = {
    ...cluster.client,
    get: (reference) => {
      if (reference.resource.kind === "IngressRoute") looks.push(reference.name);
      if (reference.resource.kind !== "Namespace") reads.push(`${reference.resource.kind} ${reference.name}`);
      return cluster.client.get(reference);
    },
    list: async (resource, options) => {
      if (options?.exactVersion !== undefined) before.exactList?.();
      const page = await cluster.client.list(resource, options);
      return options?.exactVersion !== undefined && before.emptiesExactLists ? { ...page, items: [] } : page;
    },
    listColumn: async (resource, column, options) => {
      if (options.exactVersion !== undefined) before.exactList?.();
      const page = await cluster.client.listColumn(resource, column, options);
      if (page === null || says === "nothing") return null;
      if (options.exactVersion !== undefined && before.emptiesExactLists)
        return { ...page, texts: new Map() };
      return says === "its own"
        ? page
        : { ...page, texts: new Map([...page.texts.keys()].map((name) => [name, says])) };
    },
    apply: async (...parameters) => {
      before.apply?.();
      return cluster.client.apply(...parameters);
    },
  };
  const dispatcher = createMemoryDispatcher(client, configuration, { execute: createExecutor(client) });
  const put = (name: string, hosts: readonly string[], namespace = "shop") =>
    cluster.put(ROUTES, {
      apiVersion: "traefik.io/v1alpha1",
      kind: "IngressRoute",
      metadata: { namespace, name },
      spec: {
        routes: hosts.map((host) => ({ kind: "Rule", match: `Host(\`${host}\`)` })),
        tls: { secretName: "one" },
      },
    });
  const route = (name: string, namespace = "shop") =>
    dispatcher.handle({
      kind: "route",
      hint: "add",
      route: { kind: "IngressRoute", group: "traefik.io", namespace, name },
    });
  const child = (name: string, hint: "add" | "update" | "delete") =>
    dispatcher.handle({
      kind: "child",
      hint,
      child: { group: certificates.group, kind: certificates.kind, namespace: "shop", name },
    });
  const names = () =>
    cluster
      .all(certificates)
      .map(({ metadata, spec }) => `${metadata.name} ${(spec as { dnsNames: string[] }).dnsNames.join(" ")}`);
  return { cluster, certificates, before, looks, reads, put, route, child, names };
}

const DONE = { status: "done" };

for (const column of ["its own", "nothing", "another Secret"] as const)
  suite(`the look after the write, where the column says ${column}`, () => {
    const replicaOf = (hostClaims: "strict" | "resync" = "resync") => replica(hostClaims, column);
    test("all is as it was: one look before and one after, and no other write", async () => {
      const on = replicaOf();
      on.put("a", ["a.org"]);
      assert.deepEqual(await on.route("a"), DONE);
      assert.deepEqual(on.looks, ["a", "a"]);
      assert.equal(on.cluster.writes.length, 1);
    });

    test("the route changed before the write: what it says now is written", async () => {
      const on = replicaOf();
      on.put("a", ["first.org"]);
      on.before.apply = () => {
        delete on.before.apply;
        on.put("a", ["second.org"]);
      };
      assert.deepEqual(await on.route("a"), DONE);
      assert.deepEqual(on.names(), ["a-tls second.org"]);
    });

    test("somebody else took up the Secret before the write: one child in the end", async () => {
      const on = replicaOf();
      on.put("a", ["a.org"]);
      on.put("b", ["b.org"]);
      const other = replicaOf();
      other.put("b", ["b.org"]);
      await other.route("b");
      const [theirs] = other.cluster.all(on.certificates) as [KubernetesObject];
      on.before.apply = () => {
        delete on.before.apply;
        const { uid: _, resourceVersion: __, creationTimestamp: ___, ...metadata } = theirs.metadata;
        on.cluster.put(on.certificates, { ...theirs, metadata });
      };
      assert.deepEqual(await on.route("a"), DONE);
      assert.equal(on.names().length, 1, on.names().join("; "));
    });

    test("the version of the write is forgotten already: looked at again, and answered", async () => {
      const on = replicaOf();
      on.put("a", ["a.org"]);
      on.before.exactList = () => {
        throw new ExpiredError("GET /certificates", "too old resource version");
      };
      assert.deepEqual(await on.route("a"), DONE);
      assert.deepEqual(on.names(), ["a-tls a.org"]);
    });

    test("the look fails: to be sent again, and the write stays", async () => {
      const on = replicaOf();
      on.put("a", ["a.org"]);
      on.before.exactList = () => {
        throw new TooManyRequestsError("GET /certificates", "slow down", 7);
      };
      assert.deepEqual(await on.route("a"), { status: "retry", retryAfterSeconds: 7 });
      assert.deepEqual(on.names(), ["a-tls a.org"]);
    });

    test("a list without what was written is no list: to be sent again", async () => {
      const on = replicaOf();
      on.put("a", ["a.org"]);
      on.before.emptiesExactLists = true;
      assert.equal((await on.route("a")).status, "retry");
      assert.deepEqual(on.names(), ["a-tls a.org"]);
    });

    test("a member of the group is without a host that another namespace has: still one look after the write", async () => {
      const on = replicaOf("strict");
      on.put("owner", ["taken.org"], "bank");
      assert.deepEqual(await on.route("owner", "bank"), DONE);
      on.put("a", ["a.org"]);
      assert.deepEqual(await on.route("a"), DONE);
      on.put("b", ["b.org", "taken.org"]);
      assert.deepEqual(await on.route("b"), DONE);
      on.put("c", ["c.org"]);
      on.looks.length = 0;
      assert.deepEqual(await on.route("c"), DONE);
      assert.deepEqual(on.looks.sort(), ["a", "b", "c", "c"]);
      assert.ok(on.names().includes("a-tls a.org b.org c.org"), on.names().join("; "));
    });
  });

suite("the event of a child that somebody has made", () => {
  /** A child that another replica has made. */
  async function made() {
    const on = replica();
    on.put("a", ["a.org"]);
    await on.route("a");
    const other = replica();
    other.put("a", ["a.org"]);
    for (const { metadata, ...object } of [...on.cluster.all(ROUTES), ...on.cluster.all(on.certificates)]) {
      const resource = object.kind === ROUTES.kind ? ROUTES : on.certificates;
      if (resource !== ROUTES) other.cluster.put(resource, { ...object, metadata });
    }
    return other;
  }

  test("so late that its version is forgotten: answered, not sent again and again", async () => {
    const on = await made();
    let asked = 0;
    on.before.exactList = () => {
      asked++;
      throw new ExpiredError("GET /certificates", "too old resource version");
    };
    assert.deepEqual(await on.child("a-tls", "add"), DONE);
    assert.equal(asked, 1);
    assert.deepEqual(on.names(), ["a-tls a.org"]);
  });
});

suite("the event of a child that this process has made", () => {
  test("while it is being verified: waited for, and nothing is read", async () => {
    const on = replica();
    on.put("a", ["a.org"]);
    let echo: Promise<unknown> = Promise.resolve("nothing was verified");
    on.before.exactList = () => {
      delete on.before.exactList;
      on.reads.length = 0;
      echo = on.child("a-tls", "add");
    };
    await on.route("a");
    assert.deepEqual(await echo, DONE);
    // What the verification itself reads.
    assert.deepEqual(on.reads, ["IngressRoute a"]);
  });

  test("once: another of its name is looked at", async () => {
    const on = replica();
    on.put("a", ["a.org"]);
    await on.route("a");
    on.reads.length = 0;
    for (const expected of [[], ["Certificate a-tls"]]) {
      await on.child("a-tls", "add");
      assert.deepEqual(on.reads.splice(0), expected);
    }
  });

  test("after it was deleted: what has its name now is looked at", async () => {
    const on = replica();
    on.put("a", ["a.org"]);
    await on.route("a");
    await on.child("a-tls", "delete");
    on.reads.length = 0;
    await on.child("a-tls", "add");
    assert.deepEqual(on.reads, ["Certificate a-tls"]);
  });

  test("that could not be verified: looked at, and verified", async () => {
    const on = replica();
    on.put("a", ["a.org"]);
    on.before.exactList = () => {
      throw new TooManyRequestsError("GET /certificates", "slow down", 7);
    };
    await on.route("a");
    delete on.before.exactList;
    on.reads.length = 0;
    assert.deepEqual(await on.child("a-tls", "add"), DONE);
    assert.ok(on.reads.includes("Certificate a-tls"));
    assert.ok(on.reads.includes("IngressRoute a"));
  });

  test("that was not made after all, as far as is known: looked at", async () => {
    const on = replica();
    on.put("a", ["a.org"]);
    on.before.apply = () => {
      throw new UnavailableError("PATCH /certificates", "no answer in 10000 ms");
    };
    await on.route("a");
    on.reads.length = 0;
    await on.child("a-tls", "add");
    assert.ok(on.reads.includes("Certificate a-tls"));
  });
});
