/** Lists that lag, are empty by mistake, come in half or end in the middle: through a proxy that lies to the function. */
import assert from "node:assert/strict";
import { after, afterEach, before, suite, test } from "node:test";
import { sharedControlPlane } from "../control-plane/shared.ts";
import {
  type FaultProxy,
  type ProxiedRequest,
  type Rule,
  startFaultProxy,
  statusAnswer,
} from "./harness/fault-proxy.ts";
import { CERTIFICATES, dnsNames, ingressRouteTcp, namesOf, ROUTES, TCP_ROUTES } from "./harness/objects.ts";
import { startWorld, type World } from "./harness/world.ts";

const isList = ({ method, path }: ProxiedRequest) =>
  method === "GET" && /s$/.test(path.split("/").at(-1) ?? "") && path.split("/").length % 2 === 1;
const isCached = (request: ProxiedRequest) => isList(request) && request.query.get("resourceVersion") === "0";
/** A list, or a table of it. */
interface Listed {
  readonly metadata: object;
  readonly items?: readonly unknown[];
  readonly rows?: readonly unknown[];
  readonly columnDefinitions?: readonly { readonly name: string }[];
}
const only = (count: number, { items, rows, ...list }: Listed) => ({
  ...list,
  ...(items === undefined ? {} : { items: items.slice(0, count) }),
  ...(rows === undefined ? {} : { rows: rows.slice(0, count) }),
});
const without = (body: string) => JSON.stringify(only(0, JSON.parse(body) as Listed));
const emptied = { kind: "replace", body: without } as const;

/** The second page of each list is gone by the time it is asked for, each time. */
const expiring: Rule = (request) => {
  if (!isList(request)) return null;
  if (request.query.has("continue")) return statusAnswer(410, "Expired");
  const first = (body: string) => {
    const list = only(1, JSON.parse(body) as Listed);
    return JSON.stringify({ ...list, metadata: { ...list.metadata, continue: "more" } });
  };
  return { kind: "replace", body: first };
};

const isTable = ({ query }: ProxiedRequest) => query.get("includeObject") === "None";
/** The column that says who has a Secret is called something else, or says something else. */
const columnsOf =
  (...names: readonly string[]): Rule =>
  (request) => {
    if (!isTable(request)) return null;
    const body = (text: string) => {
      const { columnDefinitions = [], ...table } = JSON.parse(text) as Listed;
      const renamed = columnDefinitions.map((column) => ({
        ...column,
        name: names[["Secret", "Issuer"].indexOf(column.name)] ?? column.name,
      }));
      return JSON.stringify({ ...table, columnDefinitions: renamed });
    };
    return { kind: "replace", body };
  };

const LIES: readonly (readonly [string, Rule])[] = [
  [
    "lists from the cache that are as they were before anything was made",
    (request) => (isCached(request) ? emptied : null),
  ],
  ["lists that are all empty", (request) => (isList(request) ? emptied : null)],
  ["lists of which half comes", (request) => (isList(request) ? { kind: "truncate" } : null)],
  ["lists that break off", (request) => (isList(request) ? { kind: "cut" } : null)],
  ["lists that expire on their second page", expiring],
  ["tables of which half comes", (request) => (isTable(request) ? { kind: "truncate" } : null)],
  ["tables without the column of the Secret", columnsOf("Gone")],
  ["tables whose column of the Secret says something else", columnsOf("Issuer", "Secret")],
];

suite("lists that do not tell the truth", () => {
  let world: World;
  let proxy: FaultProxy;

  before(async () => {
    const cluster = await sharedControlPlane();
    proxy = await startFaultProxy(cluster);
    const externalDNS = { targetIPs: ["192.0.2.7"] };
    world = await startWorld(cluster, {
      values: { integrations: { externalDNS } },
      function: { apiServer: proxy },
    });
  });
  afterEach(() => {
    proxy.rule = null;
  });
  after(async () => {
    await world?.stop();
    await proxy?.stop();
  });

  /** `name Secret names` of the Certificates whose name begins so. */
  async function certificates(prefix: string): Promise<string[]> {
    const all = await world.admin.list({ ...CERTIFICATES, namespace: world.namespace });
    return all
      .filter(({ metadata }) => metadata.name.startsWith(prefix))
      .map(({ metadata, spec }) => {
        const { secretName, dnsNames: names } = spec as { secretName: string; dnsNames: string[] };
        return `${metadata.name} ${secretName} ${names
          .map((name) => name.split(".")[0])
          .sort()
          .join(",")}`;
      })
      .sort();
  }

  /** What the source sends of the route and, as long as it is answered 503, of what was made. */
  async function settled(names: readonly string[]): Promise<void> {
    for (const name of names) assert.equal(await world.sendEvent("update", ROUTES, name), 204);
    const children = await namesOf(world.admin, { ...CERTIFICATES, namespace: world.namespace });
    for (const name of children) assert.equal(await world.sendEvent("add", CERTIFICATES, name), 204);
  }

  for (const [index, [title, lie]] of LIES.entries()) {
    const [one, two, late] = [`lie${index}-one`, `lie${index}-two`, `lie${index}-wee`];
    const shared = `lie${index}-shared`;
    const put = (name: string, secretName: string) => world.admin.apply(world.route({ name, secretName }));

    test(`${title}: nothing is deleted, and in the end one Certificate has each Secret`, async () => {
      const { cluster, namespace } = world;
      for (const name of [one, two]) {
        await put(name, shared);
        assert.equal(await world.sendEvent("add", ROUTES, name), 204);
      }
      assert.deepEqual(await certificates(`lie${index}-`), [`${one}-tls ${shared} ${one},${two}`]);

      const mark = await cluster.auditLog.mark();
      proxy.rule = lie;
      const statuses: number[] = [];
      // Nothing to do, a join, and one that leaves.
      statuses.push(await world.sendEvent("update", ROUTES, one));
      await put(late, shared);
      statuses.push(await world.sendEvent("add", ROUTES, late));
      await put(two, `${two}-own`);
      statuses.push(await world.sendEvent("update", ROUTES, two));
      assert.ok(
        statuses.every((status) => status === 204 || status === 503),
        `${statuses}`,
      );
      const kept = await dnsNames(world.admin, namespace, `${one}-tls`);
      assert.ok((kept as string[]).includes(`${one}.example.com`), `${kept}`);
      const deleted = (await world.writes(mark)).filter((write) => write.startsWith("delete"));
      if (index > 0) assert.deepEqual(deleted, []);

      proxy.rule = null;
      await settled([one, late, two]);
      assert.deepEqual(await certificates(`lie${index}-`), [
        `${one}-tls ${shared} ${one},${late}`,
        `${two}-tls ${two}-own ${two}`,
      ]);
    });
  }

  test("a cache that lags: two kinds of route that name one Secret at one time get one Certificate", async () => {
    const { admin, ingressClass } = { admin: world.admin, ingressClass: world.release.ingressClass };
    proxy.rule = (request) => (isCached(request) ? emptied : null);
    for (let round = 0; round < 5; round++) {
      const [name, secretName] = [`race-${round}`, `race-${round}-shared`];
      await admin.apply(world.route({ name, secretName }));
      await admin.apply(
        ingressRouteTcp({
          namespace: world.namespace,
          ingressClass,
          name,
          secretName,
          host: `${name}-tcp.example.com`,
        }),
      );
      const statuses = await Promise.all([
        world.sendEvent("add", ROUTES, name),
        world.sendEvent("add", TCP_ROUTES, name),
      ]);
      assert.deepEqual(statuses, [204, 204]);
      const [certificate, ...others] = await certificates(`${name}-`);
      assert.deepEqual(others, []);
      assert.ok(certificate?.endsWith(` ${secretName} ${name},${name}-tcp`), `${certificate}`);
    }
  });

  test("an API server that cannot be reached: 503", async () => {
    await world.admin.apply(world.route({ name: "unreached" }));
    proxy.rule = () => ({ kind: "refuse" });
    for (const verb of ["add", "update", "delete"] as const) {
      assert.equal(await world.sendEvent(verb, ROUTES, "unreached"), 503);
      assert.equal(await world.sendEvent(verb, CERTIFICATES, "unreached-tls"), 503);
    }
  });
});
