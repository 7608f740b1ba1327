import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { isObjectName } from "../schema/object-names.ts";
import { childName, routesOfChildName } from "./child-name.ts";

const http = (name: string) => ({ kind: "IngressRoute", name }) as const;
const tcp = (name: string) => ({ kind: "IngressRouteTCP", name }) as const;
const udp = (name: string) => ({ kind: "IngressRouteUDP", name }) as const;

suite("names of children", () => {
  test("follow the route; those of TCP and UDP routes have a hash", () => {
    assert.equal(childName(http("web"), ""), "web");
    assert.equal(childName(http("web"), "-tls"), "web-tls");
    // The first 8 hex of sha256("IngressRouteTCP/web").
    assert.equal(childName(tcp("web"), "-tls"), "web-tcp-32c43a7e-tls");
    // The first 8 hex of sha256("IngressRouteUDP/web").
    assert.equal(childName(udp("web"), ""), "web-udp-13c24283");
  });

  for (const route of [
    http("a"),
    tcp("a"),
    udp("a"),
    http("a-tls"),
    http("a-tcp-12345678"),
    tcp("a-tcp-12345678"),
    tcp("a-udp-12345678"),
    udp("a-tcp-12345678"),
  ]) {
    for (const suffix of ["", "-tls"] as const) {
      test(`${route.kind} ${route.name} is found by its child's name (${suffix})`, () => {
        const routes = routesOfChildName(childName(route, suffix), suffix);
        assert.ok(routes?.some(({ kind, name }) => kind === route.kind && name === route.name));
      });
    }
  }

  test("a hash that is not that of the name is no TCP or UDP route's", () => {
    assert.deepEqual(routesOfChildName("a-udp-12345678", ""), [http("a-udp-12345678")]);
    assert.deepEqual(routesOfChildName("a-tcp-12345678", ""), [http("a-tcp-12345678")]);
  });

  test("too long, they are cut and stay apart, valid, and the same each time", () => {
    const long = "a".repeat(252);
    const names = ["x", "y"].flatMap((end) => [
      childName(http(long + end), "-tls"),
      childName(tcp(long + end), ""),
    ]);
    assert.equal(new Set(names).size, 4);
    for (const name of names) assert.ok(isObjectName(name), name);
    assert.equal(childName(http(`${long}x`), "-tls"), names[0]);
  });

  test("a cut never leaves a dot or a dash before the hash", () => {
    const name = childName(http(`${"a".repeat(238)}.b${"c".repeat(12)}`), "-tls");
    assert.ok(isObjectName(name), name);
  });

  test("from a cut name no route follows", () => {
    assert.equal(routesOfChildName(childName(http("a".repeat(253)), "-tls"), "-tls"), null);
  });
});
