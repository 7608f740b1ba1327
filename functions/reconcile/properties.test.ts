import assert from "node:assert/strict";
import { mock, test } from "node:test";
import fc from "fast-check";
import { createMemoryCluster, type MemoryCluster } from "../../test/memory-cluster.ts";
import { createMemoryDispatcher } from "../../test/memory-dispatcher.ts";
import { withoutHistory } from "../../test/without-history.ts";
import { parseConfiguration } from "../config/parse.ts";
import { INTEGRATIONS } from "../integrations/index.ts";
import type { KubernetesObject } from "../kubernetes/objects.ts";
import { resourceOfRoute } from "../traefik/resources.ts";
import type { RouteReference } from "../traefik/route-description.ts";
import type { Work } from "../work.ts";
import type { Dispatcher } from "./dispatch.ts";

// A test process is larger than the function's, and each resync would collect its garbage: most of the time here.
mock.method(process.memoryUsage, "rss", () => 0);

const NAMESPACE = "shop";
const { configuration } = parseConfiguration(
  { integrations: { certManager: {}, externalDNS: { targetIPs: ["192.0.2.7", "2001:db8::7"] } } },
  INTEGRATIONS,
);
const [CERTIFICATES, ENDPOINTS] = configuration.integrations.map(({ resource }) => resource);
if (CERTIFICATES === undefined || ENDPOINTS === undefined) throw new Error("an integration is missing");

/** One rule of a route; a broken one has hosts as well, which nobody knows. */
interface Rule {
  readonly hosts: readonly string[];
  readonly broken: boolean;
}

/** What a user may say about a route. */
interface RouteState {
  readonly rules: readonly Rule[];
  readonly secretName: string | null;
  readonly ignore: string | null;
}

type State = readonly RouteState[];

const referenceOf = (index: number): RouteReference => ({
  kind: index % 3 === 2 ? "IngressRouteTCP" : "IngressRoute",
  group: "traefik.io",
  namespace: NAMESPACE,
  // The HTTP and the TCP routes have namesakes.
  name: `route-${Math.floor(index / 3) * 2 + (index % 3 === 1 ? 1 : 0)}`,
});

function objectOf(index: number, { rules, secretName, ignore }: RouteState): KubernetesObject {
  const { kind, name } = referenceOf(index);
  const matcher = kind === "IngressRoute" ? "Host" : "HostSNI";
  const match = ({ hosts, broken }: Rule) =>
    hosts.map((host) => `${matcher}(\`${host}\`)`).join(" || ") + (broken ? " && (" : "");
  return {
    apiVersion: "traefik.io/v1alpha1",
    kind,
    metadata: {
      namespace: NAMESPACE,
      name,
      annotations: ignore === null ? {} : { "traefik-cert-rotater.io/ignore": ignore },
    },
    spec: {
      routes: rules.map((rule) => ({ kind: "Rule", match: match(rule) })),
      ...(secretName === null ? {} : { tls: { secretName } }),
    },
  };
}

class Simulation {
  readonly cluster: MemoryCluster = createMemoryCluster();
  readonly #dispatcher: Dispatcher;

  constructor() {
    this.#dispatcher = createMemoryDispatcher(this.cluster.client, configuration);
  }

  async #handle(work: Work): Promise<void> {
    assert.deepEqual(await this.#dispatcher.handle(work), { status: "done" });
  }

  set(index: number, state: RouteState): void {
    this.cluster.put(resourceOfRoute(referenceOf(index)), objectOf(index, state));
  }

  /** The event of a route, and then, as the source would, those of the children that it changed. */
  async sendEvent(index: number, hint: "add" | "update" = "update"): Promise<void> {
    const before = this.cluster.writes.length;
    await this.#handle({ kind: "route", hint, route: referenceOf(index) });
    for (const line of this.cluster.writes.slice(before)) {
      const [, kind = "", path = ""] = line.split(" ");
      const name = path.slice(NAMESPACE.length + 1);
      const group = kind === "Certificate" ? "cert-manager.io" : "externaldns.k8s.io";
      await this.#handle({ kind: "child", hint, child: { group, kind, namespace: NAMESPACE, name } });
    }
  }

  async resync(): Promise<void> {
    this.cluster.collectGarbage();
    await this.#handle({ kind: "resync", scope: { namespace: null, name: null, confirmDeletions: true } });
  }

  /** Sets all routes and sends their events in the order that is given, each at least once. */
  async apply(state: State, order: readonly number[] = []): Promise<void> {
    for (const [index, route] of state.entries()) this.set(index, route);
    for (const index of [...order.filter((place) => place < state.length), ...state.keys()]) {
      await this.sendEvent(index);
    }
  }

  /** Everything that is written, without what the API server adds. */
  children(): string[] {
    return [...this.cluster.all(CERTIFICATES as never), ...this.cluster.all(ENDPOINTS as never)].map(
      ({ kind, metadata: { name, labels, annotations, ownerReferences }, spec }) =>
        JSON.stringify({ kind, name, labels, annotations, ownerReferences, spec }),
    );
  }

  /** The same without the record of when names came, which distinguishes two histories, and the digest that covers it. */
  childrenWithoutHistory(): string[] {
    return this.children().map((text) => {
      const child = JSON.parse(text) as { annotations: Record<string, string> };
      return JSON.stringify({ ...child, annotations: withoutHistory(child.annotations) });
    });
  }

  /** Secret, names and owners of each Certificate: what sharing promises, whoever is first. */
  certificates(): string[] {
    return this.cluster
      .all(CERTIFICATES as never)
      .map(({ metadata, spec }) => {
        const { secretName, dnsNames } = spec as { secretName: string; dnsNames: readonly string[] };
        const owners = (metadata.ownerReferences ?? []).map(({ kind, name }) => `${kind}/${name}`).sort();
        return `${secretName} [${dnsNames.join(" ")}] [${owners.join(" ")}]`;
      })
      .sort();
  }

  /** Names that a route's DNSEndpoint publishes. */
  published(index: number): readonly string[] {
    const { kind, name } = referenceOf(index);
    const endpoint = this.cluster
      .all(ENDPOINTS as never)
      .find(({ metadata }) =>
        metadata.ownerReferences?.some((one) => one.kind === kind && one.name === name),
      );
    const { endpoints = [] } = (endpoint?.spec ?? {}) as { endpoints?: readonly { dnsName: string }[] };
    return [...new Set(endpoints.map(({ dnsName }) => dnsName))];
  }
}

const host = fc.constantFrom("a.org", "b.org", "c.org", "www.a.org", "*.b.org", "xn--bcher-kva.org");
const rule = (broken: fc.Arbitrary<boolean>): fc.Arbitrary<Rule> =>
  fc.record({ hosts: fc.array(host, { minLength: 1, maxLength: 4 }), broken });
const whole = fc.constant(false);
const maybeBroken = fc.boolean();

/** `secrets` draws the secretName of the route at an index. */
function states(
  secrets: (index: number) => fc.Arbitrary<string | null>,
  broken: fc.Arbitrary<boolean> = whole,
  ignore: fc.Arbitrary<string | null> = fc.constantFrom(null, null, null, "all", "cert-manager"),
): fc.Arbitrary<State> {
  const route = (index: number): fc.Arbitrary<RouteState> =>
    fc.record({ rules: fc.array(rule(broken), { maxLength: 3 }), secretName: secrets(index), ignore });
  return fc.tuple(...Array.from({ length: 5 }, (_, index) => route(index)));
}
const ownSecret = (index: number) => fc.constantFrom(`s${index}`, `t${index}`, null);
const anySecret = () => fc.constantFrom("one", "two", "three", null);
const order = fc.array(fc.nat({ max: 4 }), { maxLength: 12 });
/** More on demand: `PROPERTY_RUNS=2000 node --test functions/reconcile/properties.test.ts`. */
const RUNS = { numRuns: Number(process.env.PROPERTY_RUNS ?? 50) };

test("any order and repetition of events gives the same bytes", async () => {
  await fc.assert(
    fc.asyncProperty(states(ownSecret), order, order, async (state, one, other) => {
      const [first, second, third] = [new Simulation(), new Simulation(), new Simulation()];
      await first.apply(state, one);
      await second.apply(state, other);
      for (const [index, route] of state.entries()) third.set(index, route);
      await third.resync();
      assert.deepEqual(second.children(), first.children());
      assert.deepEqual(third.children(), first.children());
    }),
    RUNS,
  );
});

test("any order of rules and hosts gives the same bytes", async () => {
  const shuffled = states(ownSecret).chain((state) =>
    fc.tuple(
      fc.constant(state),
      fc.tuple(
        ...state.map((route) =>
          fc
            .shuffledSubarray([...route.rules], { minLength: route.rules.length })
            .chain((rules) =>
              fc.tuple(
                ...rules.map(({ hosts, broken }) =>
                  fc
                    .shuffledSubarray([...hosts], { minLength: hosts.length })
                    .map((turned) => ({ hosts: [...turned, ...turned], broken })),
                ),
              ),
            )
            .map((rules) => ({ ...route, rules })),
        ),
      ),
    ),
  );
  await fc.assert(
    fc.asyncProperty(shuffled, async ([state, turned]) => {
      const simulation = new Simulation();
      await simulation.apply(state);
      const before = simulation.children();
      const writes = simulation.cluster.writes.length;
      await simulation.apply(turned);
      assert.deepEqual(simulation.cluster.writes.slice(writes), []);
      assert.deepEqual(simulation.children(), before);
    }),
    RUNS,
  );
});

/** What `certificates()` must be, straight from the routes. */
function expectedCertificates(state: State): string[] {
  const groups = Map.groupBy(
    // A route without a name has no part in a Certificate.
    [...state.entries()].filter(
      ([, { rules, secretName, ignore }]) => rules.length > 0 && secretName !== null && ignore === null,
    ),
    ([, { secretName }]) => secretName ?? "",
  );
  return [...groups]
    .map(([secretName, members]) => {
      const names = [
        ...new Set(members.flatMap(([, { rules }]) => rules.flatMap(({ hosts }) => hosts))),
      ].sort();
      const owners = members.map(([index]) => referenceOf(index)).map(({ kind, name }) => `${kind}/${name}`);
      return `${secretName} [${names.join(" ")}] [${owners.sort().join(" ")}]`;
    })
    .sort();
}

test("routes that share Secrets: after any events one Certificate for each, with all names and owners", async () => {
  await fc.assert(
    fc.asyncProperty(states(anySecret), order, async (state, events) => {
      const simulation = new Simulation();
      await simulation.apply(state, events);
      assert.deepEqual(simulation.certificates(), expectedCertificates(state));
    }),
    RUNS,
  );
});

test("and a resync alone, or one that repairs what events left, comes to the same and then rests", async () => {
  await fc.assert(
    fc.asyncProperty(states(anySecret), states(anySecret), order, async (before, state, events) => {
      const simulation = new Simulation();
      await simulation.apply(before, events);
      for (const [index, route] of state.entries()) simulation.set(index, route);
      for (const index of events.slice(0, 2)) await simulation.sendEvent(index);
      await simulation.resync();
      assert.deepEqual(simulation.certificates(), expectedCertificates(state));
      const writes = simulation.cluster.writes.length;
      await simulation.resync();
      for (const index of state.keys()) await simulation.sendEvent(index);
      assert.deepEqual(simulation.cluster.writes.slice(writes), []);
    }),
    RUNS,
  );
});

test("a first owner that goes leaves uid, name and Secret to the next", async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat({ max: 3 }), fc.boolean(), async (gone, collectedFirst) => {
      const simulation = new Simulation();
      const hosts = ["a.org"];
      const route = { rules: [{ hosts, broken: false }], secretName: "one", ignore: null };
      const state: State = [route, route, route, route];
      await simulation.apply(state);
      const [before] = simulation.cluster.all(CERTIFICATES as never);
      const { namespace, name } = referenceOf(gone);
      simulation.cluster.remove(resourceOfRoute(referenceOf(gone)), namespace, name);
      if (collectedFirst) simulation.cluster.collectGarbage();
      await simulation.sendEvent(gone);
      simulation.cluster.collectGarbage();
      await simulation.resync();
      const [now, ...others] = simulation.cluster.all(CERTIFICATES as never);
      assert.deepEqual(others, []);
      assert.deepEqual(
        [now?.metadata.uid, now?.metadata.name],
        [before?.metadata.uid, before?.metadata.name],
      );
      assert.deepEqual(now?.spec, before?.spec);
      const controllers = (now?.metadata.ownerReferences ?? []).filter(({ controller }) => controller);
      assert.equal(now?.metadata.ownerReferences?.length, 3);
      assert.equal(controllers.length, 1);
    }),
    { numRuns: 20 },
  );
});

test("S0, S1, S0 comes back to the same objects", async () => {
  await fc.assert(
    fc.asyncProperty(states(ownSecret), states(ownSecret), order, async (start, between, events) => {
      const simulation = new Simulation();
      await simulation.apply(start);
      const before = simulation.childrenWithoutHistory();
      await simulation.apply(between, events);
      await simulation.apply(start, events);
      assert.deepEqual(simulation.childrenWithoutHistory(), before);
    }),
    RUNS,
  );
});

test("S0, S1, S0 with shared Secrets comes back to the same Secrets, names and owners", async () => {
  await fc.assert(
    fc.asyncProperty(states(anySecret), states(anySecret), order, async (start, between, events) => {
      const simulation = new Simulation();
      await simulation.apply(start);
      const before = simulation.certificates();
      await simulation.apply(between, events);
      await simulation.apply(start, events);
      assert.deepEqual(simulation.certificates(), before);
    }),
    RUNS,
  );
});

test("a rule in error keeps exactly the names that the child has, and S0 comes back all the same", async () => {
  const never = fc.constant(null);
  await fc.assert(
    fc.asyncProperty(
      states(ownSecret, whole, never),
      states(ownSecret, maybeBroken, never),
      order,
      async (start, between, events) => {
        const simulation = new Simulation();
        await simulation.apply(start);
        const had = start.map((_, index) => simulation.published(index));
        const before = simulation.childrenWithoutHistory();
        await simulation.apply(between, events);
        for (const [index, { rules }] of between.entries()) {
          const valid = rules.filter(({ broken }) => !broken).flatMap(({ hosts }) => hosts);
          const kept = rules.some(({ broken }) => broken) ? (had[index] ?? []) : [];
          assert.deepEqual(simulation.published(index), [...new Set([...valid, ...kept])].sort());
        }
        await simulation.apply(start, events);
        assert.deepEqual(simulation.childrenWithoutHistory(), before);
      },
    ),
    RUNS,
  );
});
