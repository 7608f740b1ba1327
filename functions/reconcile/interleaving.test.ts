import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { CERTIFICATES, ENDPOINTS, Replicas, type ReplicasOptions } from "../../test/replicas.ts";
import type { KubernetesObject } from "../kubernetes/objects.ts";
import { resourceOfRoute } from "../traefik/resources.ts";
import type { RouteReference } from "../traefik/route-description.ts";

const ROUTE = resourceOfRoute({ kind: "IngressRoute", group: "traefik.io" });

/** More on demand: `INTERLEAVINGS=5000 node --test functions/reconcile/interleaving.test.ts`. */
const onDemand = process.env.INTERLEAVINGS;
const runs = (usual: number) => ({ numRuns: onDemand === undefined ? usual : Number(onDemand) });

interface RouteSpec {
  readonly namespace?: string;
  readonly kind?: RouteReference["kind"];
  readonly hosts?: readonly string[];
  readonly secretName?: string | null;
  readonly ignore?: string;
}

function put(
  replicas: Replicas,
  name: string,
  {
    namespace = "shop",
    kind = "IngressRoute",
    hosts = [`${name}.org`],
    secretName = "one",
    ignore,
  }: RouteSpec,
): void {
  const matcher = kind === "IngressRoute" ? "Host" : "HostSNI";
  replicas.cluster.put(resourceOfRoute({ kind, group: "traefik.io" }), {
    apiVersion: "traefik.io/v1alpha1",
    kind,
    metadata: {
      namespace,
      name,
      ...(ignore === undefined ? {} : { annotations: { "traefik-cert-rotater.io/ignore": ignore } }),
    },
    spec: {
      routes: hosts.map((host) => ({ kind: "Rule", match: `${matcher}(\`${host}\`)` })),
      ...(secretName === null ? {} : { tls: { secretName } }),
    },
  });
}

/** `Secret [names] [owners]` of each Certificate. */
function certificates({ cluster }: Replicas): string[] {
  return cluster
    .all(CERTIFICATES)
    .map(({ metadata, spec }) => {
      const { secretName, dnsNames } = spec as { secretName: string; dnsNames: readonly string[] };
      const owners = (metadata.ownerReferences ?? []).map(({ kind, name }) => `${kind}/${name}`).sort();
      return `${secretName} [${dnsNames.join(" ")}] [${owners.join(" ")}]`;
    })
    .sort();
}

/** What each route publishes. */
function published({ cluster }: Replicas): string[] {
  return cluster.all(ENDPOINTS).map(({ metadata, spec }) => {
    const { endpoints } = spec as { endpoints: readonly { dnsName: string }[] };
    return `${metadata.namespace}/${metadata.name} ${endpoints.map(({ dnsName }) => dnsName).join(" ")}`;
  });
}

/** Writes `status` as soon as a Certificate changes, as cert-manager does. */
function runCertManager({ cluster }: Replicas, turn: ReplicasOptions["turn"]): void {
  const seen = new Map<string, string>();
  cluster.watch(async (change, { kind }, object) => {
    const { uid = "" } = object.metadata;
    const generation = JSON.stringify(object.spec);
    if (change === "delete" || kind !== CERTIFICATES.kind || seen.get(uid) === generation) return;
    seen.set(uid, generation);
    await turn();
    const live = cluster.all(CERTIFICATES).find(({ metadata }) => metadata.uid === uid);
    if (live !== undefined)
      cluster.put(CERTIFICATES, { ...live, status: { for: generation } } as KubernetesObject);
  });
}

/** Runs the scenario in many orders. */
async function inEveryOrder(
  scenario: (
    replicas: Replicas,
    turn: ReplicasOptions["turn"],
    /** Lets others go on for a while. */
    pause: () => Promise<void>,
  ) => Promise<void> | void,
  check: (replicas: Replicas) => void,
  { rounds = 200, ...options }: Partial<ReplicasOptions> & { readonly rounds?: number } = {},
): Promise<void> {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.infiniteStream(fc.nat({ max: 1_000_000 })),
      async (scheduler, choices) => {
        const turn = () => scheduler.schedule(Promise.resolve());
        const choose = (below: number) => (choices.next().value as number) % below;
        const replicas = new Replicas({ count: 2, turn, choose, ...options });
        await scheduler.waitFor(
          (async () => {
            await scenario(replicas, turn, async () => {
              for (let left = choose(40); left > 0; left--) await turn();
            });
            await replicas.untilIdle();
          })(),
        );
        check(replicas);
      },
    ),
    runs(rounds),
  );
}

suite("two replicas, one Secret, cert-manager at work: one Certificate, without a resync", () => {
  const pairs: readonly (readonly [string, RouteReference["kind"]])[][] = [
    [
      ["a", "IngressRoute"],
      ["b", "IngressRoute"],
    ],
    [
      ["b", "IngressRoute"],
      ["a", "IngressRoute"],
    ],
    [
      ["a", "IngressRoute"],
      ["b", "IngressRouteTCP"],
    ],
    [
      ["b", "IngressRouteTCP"],
      ["a", "IngressRoute"],
    ],
  ];
  for (const pair of pairs) {
    test(pair.map(([name, kind]) => `${kind} ${name}`).join(", then "), async () => {
      await inEveryOrder(
        (replicas, turn) => {
          runCertManager(replicas, turn);
          for (const [name, kind] of pair) put(replicas, name, { kind });
        },
        (replicas) => {
          const owners = pair.map(([name, kind]) => `${kind}/${name}`).sort();
          assert.deepEqual(certificates(replicas), [`one [a.org b.org] [${owners.join(" ")}]`]);
        },
      );
    });
  }

  test("three routes on three replicas, one of them moves to another Secret", async () => {
    await inEveryOrder(
      async (replicas, turn) => {
        runCertManager(replicas, turn);
        for (const name of ["a", "b", "c"]) put(replicas, name, {});
        await turn();
        put(replicas, "b", { secretName: "two" });
      },
      (replicas) =>
        assert.deepEqual(certificates(replicas), [
          "one [a.org c.org] [IngressRoute/a IngressRoute/c]",
          "two [b.org] [IngressRoute/b]",
        ]),
      { count: 3, rounds: 60 },
    );
  });
});

test("an edit that is taken back: the slower writer does not win", async () => {
  await inEveryOrder(
    async (replicas, _, pause) => {
      put(replicas, "a", { hosts: ["first.org"] });
      await replicas.untilIdle();
      put(replicas, "a", { hosts: ["second.org"] });
      await pause();
      put(replicas, "a", { hosts: ["first.org"] });
    },
    (replicas) => {
      assert.deepEqual(certificates(replicas), ["one [first.org] [IngressRoute/a]"]);
      assert.deepEqual(published(replicas), ["shop/a first.org"]);
    },
    { slowness: 60, rounds: 100 },
  );
});

test("routes opt out and change while a first resync works: none gets what it no longer wants", async () => {
  const names = ["a", "b", "c", "d"];
  await inEveryOrder(
    async (replicas, _, pause) => {
      for (const name of names) put(replicas, name, { secretName: `s-${name}` });
      replicas.startSource();
      replicas.send({
        kind: "resync",
        scope: { namespace: null, name: null, confirmDeletions: true },
      });
      for (const name of ["a", "b"]) {
        await pause();
        put(replicas, name, { secretName: `s-${name}`, ignore: "all" });
      }
      await pause();
      put(replicas, "c", { secretName: "s-c", hosts: ["other.org"] });
    },
    (replicas) => {
      assert.deepEqual(certificates(replicas), [
        "s-c [other.org] [IngressRoute/c]",
        "s-d [d.org] [IngressRoute/d]",
      ]);
      assert.deepEqual(published(replicas), ["shop/c other.org", "shop/d d.org"]);
    },
    // The routes were there before the source was.
    { startsSource: false, slowness: 20, rounds: 40 },
  );
});

test("at rest after mixed bursts over three replicas, a resync finds nothing to change", async () => {
  const change = fc.record({
    name: fc.constantFrom("a", "b", "c", "d"),
    kind: fc.constantFrom<RouteReference["kind"]>("IngressRoute", "IngressRouteTCP"),
    hosts: fc.array(fc.constantFrom("x.org", "y.org", "*.x.org", "z.org"), { maxLength: 3 }),
    secretName: fc.constantFrom("one", "two", null),
    ignore: fc.constantFrom(undefined, undefined, "all", "cert-manager"),
    removes: fc.constantFrom(false, false, false, true),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.infiniteStream(fc.nat({ max: 1_000_000 })),
      fc.array(fc.array(change, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 3 }),
      async (scheduler, choices, bursts) => {
        const turn = () => scheduler.schedule(Promise.resolve());
        const choose = (below: number) => (choices.next().value as number) % below;
        const replicas = new Replicas({ count: 3, turn, choose });
        runCertManager(replicas, turn);
        await scheduler.waitFor(
          (async () => {
            for (const burst of bursts) {
              for (const { name, kind, hosts, secretName, ignore, removes } of burst) {
                const resource = resourceOfRoute({ kind, group: "traefik.io" });
                if (removes) replicas.cluster.remove(resource, "shop", name);
                else
                  put(replicas, name, {
                    kind,
                    hosts,
                    secretName,
                    ...(ignore === undefined ? {} : { ignore }),
                  });
                await turn();
              }
              await replicas.untilIdle();
              replicas.cluster.collectGarbage();
              await replicas.untilIdle();
            }
          })(),
        );
        const before = replicas.cluster.writes.length;
        replicas.send({ kind: "resync", scope: { namespace: null, name: null, confirmDeletions: true } });
        await scheduler.waitFor(replicas.untilIdle());
        assert.deepEqual(replicas.cluster.writes.slice(before), []);
      },
    ),
    runs(70),
  );
});

suite("behind the source, which sends one event of a kind at a time", () => {
  const names = ["a", "b", "c", "d", "e", "f", "g", "h"];

  for (const count of [1, 2]) {
    test(`${count} that look ahead: each route gets what it says, while it and others change`, async () => {
      let ahead = 0;
      await inEveryOrder(
        async (replicas, turn, pause) => {
          runCertManager(replicas, turn);
          for (const name of names) put(replicas, name, { secretName: `s-${name}` });
          await pause();
          put(replicas, "f", { secretName: "s-f", hosts: ["other.org"] });
          put(replicas, "g", { secretName: "s-h" });
          await pause();
          put(replicas, "e", { secretName: "s-e", ignore: "all" });
          replicas.cluster.remove(ROUTE, "shop", "d");
          await replicas.untilIdle();
          replicas.cluster.collectGarbage();
          ahead += replicas.watches;
        },
        (replicas) => {
          assert.deepEqual(certificates(replicas), [
            "s-a [a.org] [IngressRoute/a]",
            "s-b [b.org] [IngressRoute/b]",
            "s-c [c.org] [IngressRoute/c]",
            "s-f [other.org] [IngressRoute/f]",
            "s-h [g.org h.org] [IngressRoute/g IngressRoute/h]",
          ]);
          assert.deepEqual(published(replicas), [
            "shop/a a.org",
            "shop/b b.org",
            "shop/c c.org",
            "shop/f other.org",
            "shop/g g.org",
            "shop/h h.org",
          ]);
        },
        { count, isSerial: true, rounds: 60 },
      );
      assert.ok(ahead > 0);
    });
  }
});
