import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { parseRouteBatch } from "./route-batch.ts";

const route = { kind: "IngressRoute", group: "traefik.io", namespace: "shop", name: "web" };
const batch = { run: "r", cursor: 0, deadline: "2026-01-01T00:00:00Z", routes: [route] };

suite("the data of a resync event", () => {
  test("is no batch where it names none", () => {
    for (const data of [undefined, null, "text", [], {}, { namespace: "shop" }])
      assert.equal(parseRouteBatch(data), null, JSON.stringify(data));
  });

  test("is a batch of routes of every kind and group, without what else it carries", () => {
    const tcp = { kind: "IngressRouteTCP", group: "traefik.containo.us", namespace: "a", name: "b.c" };
    const udp = { ...tcp, kind: "IngressRouteUDP" };
    const data = { batch: { ...batch, routes: [{ ...route, uid: "1" }, tcp, udp], more: 1 }, namespace: "x" };
    assert.deepEqual(parseRouteBatch(data), { ...batch, routes: [route, tcp, udp] });
  });

  test("has a run of a bounded length, for it goes into logs", () => {
    assert.equal(parseRouteBatch({ batch: { ...batch, run: "x".repeat(9_999) } })?.run.length, 100);
  });

  test("may have as many routes as no replica sends, and no more", () => {
    const many = (count: number) => ({ batch: { ...batch, routes: Array(count).fill(route) } });
    assert.equal(parseRouteBatch(many(1000))?.routes.length, 1000);
    assert.throws(() => parseRouteBatch(many(1001)), /batch\.routes is not a list of at most 1000 routes/);
  });

  const wrong: readonly [unknown, RegExp][] = [
    [[], /batch in the data is not an object/],
    [{ ...batch, run: "" }, /batch\.run/],
    [{ ...batch, run: 1 }, /batch\.run/],
    [{ ...batch, cursor: 1.5 }, /batch\.cursor/],
    [{ ...batch, cursor: "0" }, /batch\.cursor/],
    [{ ...batch, deadline: "soon" }, /batch\.deadline/],
    [{ ...batch, deadline: 0 }, /batch\.deadline/],
    [{ ...batch, routes: {} }, /batch\.routes is not a list/],
    [{ ...batch, routes: [route, "web"] }, /batch\.routes\[1\] is not an object/],
    [{ ...batch, routes: [{ ...route, kind: "Secret" }] }, /batch\.routes\[0\] names no possible route/],
    [{ ...batch, routes: [{ ...route, group: "" }] }, /batch\.routes\[0\] names no possible route/],
    [{ ...batch, routes: [{ ...route, namespace: "../x" }] }, /batch\.routes\[0\] names no possible route/],
    [{ ...batch, routes: [{ ...route, name: "a/b" }] }, /batch\.routes\[0\] names no possible route/],
    [{ ...batch, routes: [{ ...route, name: undefined }] }, /batch\.routes\[0\] names no possible route/],
  ];
  for (const [data, message] of wrong) {
    test(`is refused where it says ${JSON.stringify(data).slice(0, 110)}`, () => {
      assert.throws(() => parseRouteBatch({ batch: data }), { name: "InvalidPayloadError", message });
    });
  }
});
