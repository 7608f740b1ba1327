import assert from "node:assert/strict";
import { mock, suite, test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { createMemoryCluster, type MemoryCluster } from "../../test/memory-cluster.ts";
import { createMemoryDispatcher } from "../../test/memory-dispatcher.ts";
import { CERTIFICATES, ENDPOINTS } from "../../test/memory-installation.ts";
import { OPTIONAL_INPUTS, type OptionalInput } from "../../test/removal-inputs.ts";
import { withoutHistory } from "../../test/without-history.ts";
import { parseConfiguration } from "../config/parse.ts";
import { INTEGRATIONS } from "../integrations/index.ts";
import type { KubernetesObject, ResourceDefinition } from "../kubernetes/objects.ts";
import type { Problem } from "../problem.ts";
import { resourceOfRoute } from "../traefik/resources.ts";
import type { RouteReference } from "../traefik/route-description.ts";
import type { Work } from "../work.ts";
import { createExecutor, type Execute } from "./apply/execute.ts";
import { withKeyLock } from "./apply/key-lock.ts";
import type { Write } from "./plan/plan.ts";

const ROUTE: RouteReference = {
  kind: "IngressRoute",
  group: "traefik.io",
  namespace: "shop",
  name: "web",
};

const ROUTE_EVENT: Work = { kind: "route", hint: "update", route: ROUTE };
const RESYNC: Work = { kind: "resync", scope: { namespace: null, name: null, confirmDeletions: true } };

type Spec = Readonly<Record<string, unknown>>;
type State = readonly OptionalInput[];

function configurationOf(state: State) {
  const spec = Object.assign({}, ...state.map(({ template }) => template?.spec ?? {}));
  const metadata = Object.assign({}, ...state.map(({ template }) => template?.metadata ?? {}));
  const externalDNS = Object.assign({ targetIPs: ["192.0.2.7"] }, ...state.map((input) => input.externalDNS));
  const certManager = { certificateTemplate: { metadata, spec: { issuerRef: { name: "ca" }, ...spec } } };
  const { configuration } = parseConfiguration({ integrations: { certManager, externalDNS } }, INTEGRATIONS);
  return configuration;
}

function routeOf(state: State): KubernetesObject {
  const annotations = Object.assign({}, ...state.map((input) => input.annotations));
  const tls = Object.assign({ secretName: "web" }, ...state.map((input) => input.tls));
  const { namespace, name } = ROUTE;
  return {
    apiVersion: "traefik.io/v1alpha1",
    kind: "IngressRoute",
    metadata: { namespace, name, annotations },
    spec: { routes: [{ kind: "Rule", match: "Host(`a.example.org`)" }], tls },
  };
}

/** A cluster with one route and whatever is asked for it. */
class World {
  readonly cluster: MemoryCluster;
  #problems: readonly Problem[] = [];
  #state: State = [];

  constructor(cluster: MemoryCluster = createMemoryCluster()) {
    this.cluster = cluster;
  }

  /** The route and the configuration say this now. */
  set(state: State): void {
    this.#state = state;
    this.cluster.put(resourceOfRoute(ROUTE), routeOf(state));
  }

  /** Returns what was wrong with the route. */
  async handle(work: Work): Promise<readonly Problem[]> {
    const { client } = this.cluster;
    await this.#handle(work, withKeyLock(createExecutor(client), configurationOf([]).integrations, client));
    return this.#problems;
  }

  /** What a resync would write, as `plan` asks it. */
  async plan(): Promise<readonly Write[]> {
    const writes: Write[] = [];
    await this.#handle(RESYNC, async (_, __, step) => {
      writes.push(step);
      return null;
    });
    return writes;
  }

  async #handle(work: Work, execute: Execute): Promise<void> {
    this.#problems = [];
    const dispatcher = createMemoryDispatcher(this.cluster.client, configurationOf(this.#state), {
      execute,
      events: {
        record: async (_, __, problems) => {
          this.#problems = problems;
        },
      },
    });
    assert.deepEqual(await dispatcher.handle(work), { status: "done" });
  }

  /** The children, and what our apply owns of them. */
  children(): readonly unknown[] {
    return [CERTIFICATES, ENDPOINTS]
      .flatMap((resource) => this.cluster.all(resource))
      .map(({ kind, metadata: { name, labels, annotations, ownerReferences, managedFields }, spec }) => ({
        kind,
        name,
        labels,
        annotations: withoutHistory(annotations),
        ownerReferences,
        spec,
        owned: withoutHistoryOf(managedFields?.find(({ operation }) => operation === "Apply")?.fieldsV1),
      }));
  }
}

function withoutHistoryOf(fieldsV1: Readonly<Record<string, unknown>> | undefined): unknown {
  const { "f:metadata": metadata, ...others } = (fieldsV1 ?? {}) as { "f:metadata"?: Record<string, object> };
  const annotations = withoutHistory({ ...metadata?.["f:annotations"] });
  return { ...others, "f:metadata": { ...metadata, "f:annotations": annotations } };
}

interface Fresh {
  readonly children: readonly unknown[];
  /** Where an annotation does not fit, what is published may stay, so nothing follows from the route alone. */
  readonly isPlain: boolean;
}

/** More on demand: `PROPERTY_RUNS=2000 node --test functions/reconcile/removal.test.ts`. */
const RUNS = { numRuns: Number(process.env.PROPERTY_RUNS ?? 50) };

const known = new Map<string, Fresh>();

/** What the first event of such a route makes in an empty cluster. */
async function fresh(state: State): Promise<Fresh> {
  const key = state.map(({ name }) => name).join(" ");
  const found = known.get(key);
  if (found !== undefined) return found;
  const world = new World();
  world.set(state);
  const problems = await world.handle(ROUTE_EVENT);
  const made = { children: world.children(), isPlain: problems.length === 0 };
  known.set(key, made);
  return made;
}

/** Goes from state to state: at each the children are what a fresh apply gives, and `plan` said whether they change. */
async function walk(states: readonly State[], work: Work): Promise<void> {
  const world = new World();
  for (const state of states) {
    const expected = await fresh(state);
    world.set(state);
    const planned = await world.plan();
    const before = world.children();
    await world.handle(work);
    if (!expected.isPlain) continue;
    const title = state.map(({ name }) => name).join(" and ") || "nothing optional";
    assert.deepEqual(world.children(), expected.children, title);
    assert.equal(planned.length > 0, !isDeepStrictEqual(before, expected.children), `planned for ${title}`);
  }
  const writes = world.cluster.writes.length;
  for (const again of [ROUTE_EVENT, RESYNC]) await world.handle(again);
  assert.deepEqual(world.cluster.writes.slice(writes), [], "at rest");
}

// A test process is larger than the function's, and each resync would collect its garbage: most of the time here.
mock.method(process.memoryUsage, "rss", () => 0);

suite("an optional input that goes leaves the children", () => {
  for (const [road, work] of [
    ["event", ROUTE_EVENT],
    ["resync", RESYNC],
  ] as const) {
    test(`each, on and off, by ${road}`, async () => {
      for (const input of OPTIONAL_INPUTS) {
        const [off, on] = [await fresh([]), await fresh([input])];
        assert.ok(on.isPlain, `${input.name} is valid`);
        assert.notDeepEqual(on.children, off.children, `${input.name} has an effect`);
        await walk([[], [input], []], work);
      }
    });

    test(`any two, one after the other, by ${road}`, async () => {
      const input = fc.constantFrom(...OPTIONAL_INPUTS);
      const pair = fc.uniqueArray(input, { minLength: 2, maxLength: 2, selector: ({ name }) => name });
      await fc.assert(
        fc.asyncProperty(pair, async ([one, other]) => {
          if (one === undefined || other === undefined) return;
          await walk([[one], [one, other], [other], [], [one, other], [], [other], [one]], work);
        }),
        RUNS,
      );
    });
  }
});

suite("what somebody else adds to a child", () => {
  async function edited(change: (spec: Spec) => object, resource: ResourceDefinition) {
    const world = new World();
    world.set(
      OPTIONAL_INPUTS.filter(({ name }) => name.endsWith("/cloudflare-proxied") || name === "outputFormats"),
    );
    await world.handle(ROUTE_EVENT);
    const before = world.children();
    const [child] = world.cluster.all(resource);
    assert.ok(child);
    const spec = change(structuredClone(child.spec) as Spec);
    world.cluster.put(resource, { ...child, spec });
    const { group, kind } = resource;
    const { name } = child.metadata;
    const event: Work = {
      kind: "child",
      hint: "update",
      child: { group, kind, namespace: ROUTE.namespace, name },
    };
    return { world, before, event };
  }

  const whole: readonly (readonly [string, ResourceDefinition, (spec: Spec) => object])[] = [
    [
      "a field of an item",
      ENDPOINTS,
      ({ endpoints }) => ({
        endpoints: (endpoints as object[]).map((item) => ({ ...item, setIdentifier: "hand" })),
      }),
    ],
    [
      "an item of a list in an item",
      ENDPOINTS,
      ({ endpoints }) => ({
        endpoints: (endpoints as { providerSpecific: object[] }[]).map((item) => ({
          ...item,
          providerSpecific: [...item.providerSpecific, { name: "aws/weight", value: "0" }],
        })),
      }),
    ],
    [
      "an item of a list of objects",
      CERTIFICATES,
      ({ additionalOutputFormats, ...spec }) => ({
        ...spec,
        additionalOutputFormats: [...(additionalOutputFormats as object[]), { type: "CombinedPEM" }],
      }),
    ],
  ];
  for (const [title, resource, change] of whole) {
    for (const road of ["the child's event", "a resync"]) {
      test(`${title} goes again by ${road}`, async () => {
        const { world, before, event } = await edited(change, resource);
        assert.equal((await world.plan()).length, 1);
        await world.handle(road === "a resync" ? RESYNC : event);
        assert.deepEqual(world.children(), before);
      });
    }
  }

  test("a field beside ours in a map stays, and nothing is written for it", async () => {
    const { world, event } = await edited(
      ({ issuerRef, ...spec }) => ({
        ...spec,
        issuerRef: { ...(issuerRef as object), group: "cert-manager.io" },
        revisionHistoryLimit: 3,
      }),
      CERTIFICATES,
    );
    const writes = world.cluster.writes.length;
    for (const work of [event, ROUTE_EVENT, RESYNC]) await world.handle(work);
    assert.deepEqual(world.cluster.writes.slice(writes), []);
    const [certificate] = world.cluster.all(CERTIFICATES);
    assert.ok(certificate);
    assert.equal((certificate.spec as Spec).revisionHistoryLimit, 3);
  });

  test("a value that somebody changed and changed back is left alone", async () => {
    const { world, event } = await edited(() => ({ endpoints: [] }), ENDPOINTS);
    await world.handle(event);
    const [child] = world.cluster.all(ENDPOINTS);
    assert.ok(child);
    world.cluster.put(ENDPOINTS, { ...child, spec: { endpoints: [] } });
    world.cluster.put(ENDPOINTS, child);
    const writes = world.cluster.writes.length;
    for (const work of [event, ROUTE_EVENT, RESYNC]) await world.handle(work);
    assert.deepEqual(world.cluster.writes.slice(writes), []);
  });
});

suite("what the cluster's admission adds to each record", () => {
  const proxied = OPTIONAL_INPUTS.filter(({ name }) => name.endsWith("/cloudflare-proxied"));

  function admit(object: KubernetesObject): KubernetesObject {
    const { endpoints } = object.spec as { endpoints?: readonly object[] };
    if (endpoints === undefined) return object;
    return {
      ...object,
      spec: { endpoints: endpoints.map((item) => ({ ...item, setIdentifier: "policy" })) },
    };
  }

  const endpoint = ({ cluster }: World) =>
    (cluster.all(ENDPOINTS)[0]?.spec as { endpoints: readonly Spec[] } | undefined)?.endpoints[0];

  test("stays, is written once, and hides no removal", async () => {
    const world = new World(createMemoryCluster(admit));
    world.set(proxied);
    for (const work of [ROUTE_EVENT, ROUTE_EVENT, RESYNC]) await world.handle(work);
    assert.deepEqual(await world.plan(), []);
    assert.deepEqual(world.cluster.writes.toSorted(), [
      "create Certificate shop/web-tls",
      "create DNSEndpoint shop/web",
    ]);
    world.set([]);
    for (const work of [ROUTE_EVENT, RESYNC]) await world.handle(work);
    assert.deepEqual(world.cluster.writes.slice(2), ["update DNSEndpoint shop/web"]);
    const { setIdentifier, providerSpecific } = endpoint(world) ?? {};
    assert.deepEqual([setIdentifier, providerSpecific], ["policy", undefined]);
  });
});
