import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { WatchedKinds } from "../work.ts";
import { InvalidPayloadError } from "./errors.ts";
import type { ReceivedEvent } from "./received-event.ts";
import { toWork } from "./to-work.ts";

const KINDS: WatchedKinds = {
  children: [{ group: "cert-manager.io", version: "v1", plural: "certificates", kind: "Certificate" }],
  dependencies: [{ group: "", kind: "Service" }],
};

function event(type: string, data: unknown, rest: Partial<ReceivedEvent> = {}): ReceivedEvent {
  return { id: "1", source: "/s", type, subject: null, time: null, extensions: {}, data, ...rest };
}

function change(data: unknown, rest: Partial<ReceivedEvent> = {}) {
  return toWork(event("dev.knative.apiserver.ref.update", data, rest), KINDS);
}

const REFERENCE = { kind: "IngressRoute", namespace: "shop", name: "web", apiVersion: "traefik.io/v1alpha1" };
const ROUTE = { kind: "IngressRoute", group: "traefik.io", namespace: "shop", name: "web" };

describe("changes of objects", () => {
  for (const hint of ["add", "update", "delete"] as const) {
    test(`route, ${hint}`, () => {
      const work = toWork(event(`dev.knative.apiserver.ref.${hint}`, REFERENCE), KINDS);
      assert.deepEqual(work, { kind: "route", route: ROUTE, hint });
    });
  }

  test("every kind of route in both groups", () => {
    for (const kind of ["IngressRoute", "IngressRouteTCP", "IngressRouteUDP"]) {
      for (const group of ["traefik.io", "traefik.containo.us"]) {
        const work = change({ ...REFERENCE, kind, apiVersion: `${group}/v1alpha1` });
        assert.deepEqual(work, { kind: "route", route: { ...ROUTE, kind, group }, hint: "update" });
      }
    }
  });

  test("whole object in resource mode", () => {
    const { kind, apiVersion, namespace, name } = REFERENCE;
    const object = {
      apiVersion,
      kind,
      metadata: { namespace, name, managedFields: [] },
      spec: { name: "other" },
    };
    const work = toWork(event("dev.knative.apiserver.resource.add", object), KINDS);
    assert.deepEqual(work, { kind: "route", route: ROUTE, hint: "add" });
  });

  test("child of an integration that is on", () => {
    const work = change({ ...REFERENCE, kind: "Certificate", apiVersion: "cert-manager.io/v1" });
    const child = { group: "cert-manager.io", kind: "Certificate", namespace: "shop", name: "web" };
    assert.deepEqual(work, { kind: "child", child, hint: "update" });
  });

  test("dependency in the core group", () => {
    const work = change({ kind: "Service", apiVersion: "v1", namespace: "traefik", name: "traefik" });
    const dependency = { group: "", kind: "Service", namespace: "traefik", name: "traefik" };
    assert.deepEqual(work, { kind: "dependency", dependency });
  });

  test("names from the extensions where the data has none", () => {
    const extensions = {
      kind: "IngressRoute",
      apiversion: "traefik.io/v1alpha1",
      namespace: "shop",
      name: "web",
    };
    assert.deepEqual(change(undefined, { extensions }), { kind: "route", route: ROUTE, hint: "update" });
  });

  test("names from the subject where nothing else has them", () => {
    const subject = "/apis/traefik.io/v1alpha1/namespaces/shop/ingressroutes/web";
    assert.deepEqual(change({}, { subject }), { kind: "route", route: ROUTE, hint: "update" });
    const service = change({ kind: "Service" }, { subject: "/apis/v1/namespaces/traefik/services/traefik" });
    assert.equal(service.kind, "dependency");
  });

  test("other kinds, groups and types are no work", () => {
    assert.equal(change({ ...REFERENCE, kind: "Pod" }).kind, "ignore");
    assert.equal(change({ ...REFERENCE, apiVersion: "example.com/v1" }).kind, "ignore");
    assert.equal(change({ ...REFERENCE, kind: "constructor" }).kind, "ignore");
    for (const type of ["dev.knative.apiserver.ref.patch", "dev.knative.apiserver.ref.addx", "x"]) {
      assert.equal(toWork(event(type, 5), KINDS).kind, "ignore");
    }
  });

  const INVALID: readonly [what: string, data: unknown, message: RegExp][] = [
    ["path in the name", { ...REFERENCE, name: "../secrets/x" }, /name .* is no valid object name/],
    ["escaped path in the name", { ...REFERENCE, name: "..%2fsecrets" }, /no valid object name/],
    ["upper case", { ...REFERENCE, name: "Web" }, /no valid object name/],
    ["line break", { ...REFERENCE, name: "web\n" }, /no valid object name/],
    ["empty name", { ...REFERENCE, name: "" }, /no valid object name/],
    ["name over 253 characters", { ...REFERENCE, name: "a".repeat(254) }, /no valid object name/],
    ["dot in the namespace", { ...REFERENCE, namespace: "a.b" }, /namespace "a.b" is no valid name/],
    ["namespace over 63 characters", { ...REFERENCE, namespace: "a".repeat(64) }, /no valid name/],
    ["no namespace", { ...REFERENCE, namespace: null }, /names no namespace/],
    ["no name", { ...REFERENCE, name: undefined }, /names no object/],
    [
      "name of a wrong type",
      { ...REFERENCE, name: 5 },
      /name in the data is the number "5", expected a string/,
    ],
    ["kind of a wrong type", { ...REFERENCE, kind: {} }, /kind in the data is an object, expected a string/],
    ["no kind", { ...REFERENCE, kind: undefined }, /says no kind/],
    ["no apiVersion", { ...REFERENCE, apiVersion: undefined }, /says no apiVersion/],
    [
      "names only in a prototype",
      JSON.parse(`{"__proto__":${JSON.stringify(REFERENCE)}}`),
      /says no apiVersion/,
    ],
    ["array", [REFERENCE], /not a JSON object/],
    ["text", "web", /not a JSON object/],
    ["bytes", Buffer.from("web"), /not a JSON object/],
  ];
  for (const [what, data, message] of INVALID) {
    test(`refused: ${what}`, () => {
      assert.throws(
        () => change(data),
        (error) => error instanceof InvalidPayloadError && message.test(error.message),
      );
    });
  }
});

describe("resync", () => {
  const RESYNC = "io.traefik-cert-rotater.resync";
  const PING = "dev.knative.sources.ping";
  const everything = { namespace: null, name: null, confirmDeletions: false };

  function scope(type: string, data: unknown) {
    const work = toWork(event(type, data), KINDS);
    assert.equal(work.kind, "resync");
    return work.kind === "resync" ? work.scope : null;
  }

  for (const data of [undefined, null, "", {}, { namespace: null }, { other: 1 }]) {
    test(`everything: ${JSON.stringify(data)}`, () => {
      assert.deepEqual(scope(RESYNC, data), everything);
      assert.deepEqual(scope(PING, data), everything);
    });
  }

  test("one namespace, one route, confirmed", () => {
    const data = { namespace: "shop", name: "web", confirmDeletions: true };
    assert.deepEqual(scope(RESYNC, data), data);
    assert.deepEqual(scope(PING, { namespace: "shop" }), { ...everything, namespace: "shop" });
  });

  const INVALID: readonly [data: unknown, message: string][] = [
    [{ namespace: 5 }, 'namespace in the data is the number "5", expected a string'],
    [{ namespace: "shop", name: ["web"] }, "name in the data is an array, expected a string"],
    [{ confirmDeletions: "yes" }, 'confirmDeletions in the data is the string "yes", expected true or false'],
    [{ namespace: "../x" }, 'namespace in the data is "../x", which is no valid name'],
    [{ namespace: "shop", name: "a/b" }, 'name in the data is "a/b", which is no valid object name'],
    [{ name: "web" }, "the data has a name but no namespace; give both, or neither for everything"],
    [[], "data is not a JSON object"],
    [5, "data is not a JSON object"],
  ];
  for (const [data, message] of INVALID) {
    test(`refused as a resync, everything as a ping: ${JSON.stringify(data)}`, () => {
      assert.throws(() => scope(RESYNC, data), new InvalidPayloadError(message));
      assert.deepEqual(scope(PING, data), everything);
    });
  }
});
