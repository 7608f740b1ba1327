import assert from "node:assert/strict";
import { before, suite, test } from "node:test";
import type { Admin, Manifest } from "../control-plane/admin.ts";
import type { Cluster } from "../control-plane/cluster.ts";
import { sharedControlPlane } from "../control-plane/shared.ts";
import { type CloudEvent, changeEvent, resyncEvent } from "./harness/cloud-events.ts";
import {
  CERTIFICATES,
  dnsNames,
  ENDPOINTS,
  eventsOn,
  ingressRoute,
  ingressRouteTcp,
  ingressRouteUdp,
  mustGet,
  ROUTES,
  type RouteOptions,
  records,
  TCP_ROUTES,
  UDP_ROUTES,
  warningsOn,
} from "./harness/objects.ts";
import { installRelease, type Release } from "./harness/release.ts";
import { type RunningFunction, startFunction } from "./harness/running-function.ts";
import { untilAllowed } from "./harness/until.ts";

const RBAC = "rbac.authorization.k8s.io/v1";
const EVENTS = { apiVersion: "events.k8s.io/v1", kind: "Event" };

/** What a scenario has at hand: the function as an account with some rights, and a namespace of its own. */
interface Stage {
  readonly admin: Admin;
  readonly namespace: string;
  readonly route: (options?: Partial<RouteOptions>) => Manifest;
  readonly tcpRoute: (options?: Partial<RouteOptions>) => Manifest;
  readonly udpRoute: (options?: Partial<RouteOptions>) => Manifest;
  /** Sends to the function; to a new process of it, which remembers nothing, with `afresh`. */
  readonly send: (event: CloudEvent, options?: { afresh: boolean }) => Promise<void>;
  /** Of the first process. */
  readonly logs: () => RunningFunction["logs"];
}

type Scenario = (stage: Stage) => Promise<void>;

const changed = (namespace: string, kind: { apiVersion: string; kind: string } = ROUTES) =>
  changeEvent("update", { ...kind, namespace, name: "web" });

/** Of one namespace only: a host that two namespaces want is another story. */
const hostIn = (namespace: string) => `${namespace}.example.com`;

async function assertBothChildren({ admin, namespace }: Stage): Promise<void> {
  const host = hostIn(namespace);
  assert.deepEqual(await dnsNames(admin, namespace, "web-tls"), [host]);
  assert.deepEqual(await records(admin, namespace, "web"), [`${host} A 192.0.2.99`]);
}

const makes: Scenario = async (stage) => {
  await stage.admin.apply(stage.route());
  await stage.send(changed(stage.namespace));
  await assertBothChildren(stage);
};

const makesForTcp: Scenario = async ({ admin, namespace, tcpRoute, send }) => {
  await admin.apply(tcpRoute());
  await send(changed(namespace, TCP_ROUTES));
  assert.equal((await admin.list({ ...CERTIFICATES, namespace })).length, 1);
};

const makesForUdp: Scenario = async ({ admin, namespace, udpRoute, send }) => {
  await admin.apply(udpRoute());
  await send(changed(namespace, UDP_ROUTES));
  assert.equal((await admin.list({ ...ENDPOINTS, namespace })).length, 1);
};

const findsUdpInNamespace: Scenario = async ({ admin, namespace, udpRoute, send }) => {
  await admin.apply(udpRoute());
  await send(resyncEvent({ namespace }));
  assert.equal((await admin.list({ ...ENDPOINTS, namespace })).length, 1);
};

const findsInNamespace: Scenario = async (stage) => {
  await stage.admin.apply(stage.route());
  await stage.send(resyncEvent({ namespace: stage.namespace }));
  await assertBothChildren(stage);
};

const findsEverywhere: Scenario = async (stage) => {
  await stage.admin.apply(stage.route());
  await stage.send(resyncEvent());
  await assertBothChildren(stage);
};

const removes: Scenario = async (stage) => {
  const { admin, namespace, route, send } = stage;
  await makes(stage);
  await admin.apply(route({ annotations: { "traefik-cert-rotater.io/ignore": "all" } }));
  await send(changed(namespace));
  assert.deepEqual(await admin.list({ ...CERTIFICATES, namespace }), []);
  assert.deepEqual(await admin.list({ ...ENDPOINTS, namespace }), []);
};

const reports: Scenario = async (stage) => {
  await makes(stage);
  const reported = await eventsOn(stage.admin, stage.namespace, "web");
  assert.deepEqual(
    reported.map(({ type }) => type),
    ["Normal"],
  );
};

const warns: Scenario = async ({ admin, namespace, route, send }) => {
  await admin.apply(route({ match: "Host(" }));
  await send(changed(namespace));
  assert.equal((await warningsOn(admin, namespace, "web")).length, 1);
};

const warnsAgain: Scenario = async (stage) => {
  const { admin, namespace, send } = stage;
  await warns(stage);
  const [event] = await eventsOn(admin, namespace, "web");
  const target = { ...EVENTS, namespace, name: event?.metadata.name ?? "" };
  const series = { count: 2, lastObservedTime: "2026-01-01T00:00:00.000000Z" };
  await admin.patch(target, { series });
  await send(changed(namespace), { afresh: true });
  const { series: repeated } = (await mustGet(admin, target)) as unknown as { series: { count: number } };
  assert.equal(repeated.count, 3);
};

/** Events of some routes, one right after the other, are enough for another that has changed since. */
async function looksAhead(
  { admin, namespace, send, logs }: Stage,
  kind: { apiVersion: string; kind: string },
  routeOf: (options: Partial<RouteOptions>) => Manifest,
): Promise<void> {
  for (const name of ["first", "other"]) {
    await admin.apply(routeOf({ name, host: `${name}.${hostIn(namespace)}`, secretName: name }));
  }
  const event = changeEvent("update", { ...kind, namespace, name: "first" });
  // Other stages' functions look ahead at these routes too.
  const didSo = () => logs().some(({ ahead }) => ahead === true);
  for (let sent = 0; sent < 60 && !didSo(); sent++) await send(event);
  assert.ok(didSo());
}

const looksAheadAtRoutes: Scenario = (stage) => looksAhead(stage, ROUTES, stage.route);
const looksAheadAtTcpRoutes: Scenario = (stage) => looksAhead(stage, TCP_ROUTES, stage.tcpRoute);
const looksAheadAtUdpRoutes: Scenario = (stage) => looksAhead(stage, UDP_ROUTES, stage.udpRoute);

const LOOKING_AHEAD = new Set([looksAheadAtRoutes, looksAheadAtTcpRoutes, looksAheadAtUdpRoutes]);

/** Every right of the chart's ClusterRole, and what cannot be done without it. */
const NEEDED: Readonly<Record<string, Scenario>> = {
  "traefik.io/ingressroutes get": makes,
  "traefik.io/ingressroutes list": findsInNamespace,
  "traefik.io/ingressroutes watch": looksAheadAtRoutes,
  "traefik.io/ingressroutetcps get": makesForTcp,
  "traefik.io/ingressroutetcps list": findsInNamespace,
  "traefik.io/ingressroutetcps watch": looksAheadAtTcpRoutes,
  "traefik.io/ingressrouteudps get": makesForUdp,
  "traefik.io/ingressrouteudps list": findsUdpInNamespace,
  "traefik.io/ingressrouteudps watch": looksAheadAtUdpRoutes,
  "cert-manager.io/certificates get": makes,
  "cert-manager.io/certificates list": findsInNamespace,
  "cert-manager.io/certificates create": makes,
  "cert-manager.io/certificates patch": makes,
  "cert-manager.io/certificates delete": removes,
  "externaldns.k8s.io/dnsendpoints get": makes,
  "externaldns.k8s.io/dnsendpoints list": findsInNamespace,
  "externaldns.k8s.io/dnsendpoints create": makes,
  "externaldns.k8s.io/dnsendpoints patch": makes,
  "externaldns.k8s.io/dnsendpoints delete": removes,
  "/services get": makes,
  "/secrets get": makes,
  "/namespaces get": makes,
  "/namespaces list": findsEverywhere,
  "events.k8s.io/events get": warns,
  "events.k8s.io/events create": reports,
  "events.k8s.io/events patch": warnsAgain,
};

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

/** One rule for each right, by `group/resource verb`. */
function rightsOf(rules: readonly Rule[]): ReadonlyMap<string, Rule> {
  const rights = rules.flatMap(({ apiGroups, resources, verbs, ...rest }) =>
    apiGroups.flatMap((group) =>
      resources.flatMap((resource) =>
        verbs.map((verb): [string, Rule] => [
          `${group}/${resource} ${verb}`,
          { ...rest, apiGroups: [group], resources: [resource], verbs: [verb] },
        ]),
      ),
    ),
  );
  return new Map(rights);
}

suite("the function's rights", { concurrency: 4 }, () => {
  let cluster: Cluster;
  let release: Release;
  let rights: ReadonlyMap<string, Rule>;

  before(async () => {
    cluster = await sharedControlPlane();
    const { admin } = cluster;
    const namespace = await admin.createNamespace("rights");
    await admin.apply({
      apiVersion: "v1",
      kind: "Service",
      metadata: { namespace, name: "edge" },
      spec: { ports: [{ port: 443 }], externalIPs: ["192.0.2.99"] },
    });
    release = await installRelease(cluster, {
      namespace,
      values: {
        integrations: {
          certManager: { existingSecrets: "keep" },
          externalDNS: { targetService: { namespace, name: "edge" } },
        },
      },
    });
    const name = `${namespace}:tcr-traefik-cert-rotation`;
    const role = await mustGet(admin, { apiVersion: RBAC, kind: "ClusterRole", name });
    rights = rightsOf((role as unknown as { rules: Rule[] }).rules);
  });

  /** Runs the function as a new account with the chart's rights but one. */
  async function play(scenario: Scenario, without: string | null): Promise<void> {
    const { admin } = cluster;
    const namespace = await admin.createNamespace("stage");
    const account = { namespace: release.namespace, name: namespace };
    await admin.create({ apiVersion: "v1", kind: "ServiceAccount", metadata: account });
    const kept = [...rights].filter(([right]) => right !== without).map(([, rule]) => rule);
    await admin.create({ apiVersion: RBAC, kind: "ClusterRole", metadata: { name: namespace }, rules: kept });
    await admin.create({
      apiVersion: RBAC,
      kind: "ClusterRoleBinding",
      metadata: { name: namespace },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: namespace },
      subjects: [{ kind: "ServiceAccount", ...account }],
    });
    const user = `system:serviceaccount:${account.namespace}:${account.name}`;
    const some = kept.find(({ resourceNames }) => resourceNames === undefined) as Rule;
    const [group = "", resource = "", verb = ""] = [some.apiGroups[0], some.resources[0], some.verbs[0]];
    await untilAllowed(admin, user, { group, resource, verb }, true);
    const token = await admin.token(account.namespace, account.name);
    const apps: RunningFunction[] = [];
    const start = async () => {
      const app = await startFunction(cluster, release, {
        authorization: async () => `Bearer ${token}`,
        looksAhead: LOOKING_AHEAD.has(scenario),
      });
      apps.push(app);
      return app;
    };
    const first = await start();
    const { ingressClass } = release;
    const options = { namespace, name: "web", host: hostIn(namespace), ingressClass };
    try {
      await scenario({
        admin,
        namespace,
        route: (more = {}) => ingressRoute({ ...options, ...more }),
        tcpRoute: (more = {}) => ingressRouteTcp({ ...options, ...more }),
        udpRoute: (more = {}) =>
          ingressRouteUdp({
            ...options,
            ...more,
            annotations: { "external-dns.kubernetes.io/hostname": hostIn(namespace) },
          }),
        logs: () => first.logs,
        send: async (event, { afresh } = { afresh: false }) => {
          const app = afresh ? await start() : first;
          await app.send(event);
        },
      });
    } finally {
      await Promise.all(apps.map((app) => app.stop()));
      // The others' resyncs of everything need not go through these.
      await admin.delete({ ...ROUTES, namespace, name: "web" });
    }
  }

  test("are those that the scenarios need", () => {
    assert.deepEqual([...rights.keys()].sort(), Object.keys(NEEDED).sort());
  });

  for (const scenario of new Set(Object.values(NEEDED))) {
    test(`are enough: ${scenario.name}`, () => play(scenario, null));
  }

  test("without that to list IngressRouteUDPs a resync goes on with the other kinds", () =>
    play(findsInNamespace, "traefik.io/ingressrouteudps list"));

  for (const [right, scenario] of Object.entries(NEEDED)) {
    test(`are all needed: without ${right} it fails: ${scenario.name}`, async () => {
      assert.ok(rights.has(right));
      await assert.rejects(play(scenario, right), { name: "AssertionError" });
    });
  }
});
