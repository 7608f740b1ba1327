import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { explain } from "./commands/explain.ts";
import { render } from "./commands/render.ts";
import type { Terminal } from "./terminal/terminal.ts";

/** What a command says about objects on standard input, with an address for DNS. */
async function said(
  command: "render" | "explain",
  objects: readonly object[],
  output: "text" | "json" = "text",
) {
  const [out, err]: [string[], string[]] = [[], []];
  const terminal: Terminal = {
    stdin: async () => Buffer.from(objects.map((object) => JSON.stringify(object)).join("\n---\n")),
    out: (text) => void out.push(text),
    err: (text) => void err.push(text),
    env: {},
  };
  const options = { filename: ["-"], target: "192.0.2.1", output };
  const code = await (command === "render" ? render : explain)(options, terminal);
  return { code, out: out.join(""), err: err.join("") };
}

function route(kind: string, name: string, spec: object, annotations: Record<string, string> = {}) {
  return {
    apiVersion: "traefik.io/v1alpha1",
    kind,
    metadata: { name, namespace: "shop", annotations },
    spec,
  };
}

const hostname = (name: string) => ({ "external-dns.alpha.kubernetes.io/hostname": name });
const rule = { kind: "Rule", match: "Host(`a.example.com`)" };

suite("notes", () => {
  test("of a route with a certResolver: exit 0, one note, and why there is no Certificate", async () => {
    const web = route("IngressRoute", "web", { routes: [rule, rule], tls: { certResolver: "le" } });
    const rendered = await said("render", [web]);
    assert.equal(rendered.code, 0);
    assert.match(rendered.err, /^note: .*IngressRoute web: spec\.tls\.certResolver: Traefik gets .*\n$/);
    assert.doesNotMatch(rendered.out, /kind: Certificate/);
    const { code, out } = await said("explain", [web]);
    assert.equal(code, 0);
    assert.match(out, /no child {2}Certificate: Traefik gets the certificate itself \(certResolver le\)\n/);
    assert.match(out, /\n {2}note {6}spec\.tls\.certResolver: Traefik gets/);
    assert.equal(JSON.parse((await said("explain", [web], "json")).out).notes[0].reason, "CertResolver");
  });

  test("stand aside for a problem: both a Secret and a certResolver", async () => {
    const tls = { secretName: "web-tls", certResolver: "le" };
    const { code, out, err } = await said("render", [route("IngressRoute", "web", { routes: [rule], tls })]);
    assert.equal(code, 1);
    assert.match(out, /secretName: web-tls/);
    assert.match(err, /^standard input.*IngressRoute web: spec\.tls\.certResolver: .*both set.*\n$/);
  });

  test("of a route below others that names no host: one, and explain says why", async () => {
    const spec = { parentRefs: [{ name: "root" }], routes: [{ match: "PathPrefix(`/a`)" }] };
    const child = route("IngressRoute", "child", spec);
    const { code, out, err } = await said("render", [child]);
    assert.deepEqual([code, out, err.trim().split("\n").length], [0, "", 1]);
    assert.match(err, /spec\.parentRefs: .*hostname/);
    const explained = await said("explain", [child]);
    assert.match(explained.out, /no child {2}DNSEndpoint: the route has parents and names no host itself/);
    const annotated = await said("render", [
      { ...child, metadata: { name: "b", annotations: hostname("b.example.com") } },
    ]);
    assert.match(annotated.out, /dnsName: b\.example\.com/);
    assert.deepEqual([annotated.code, annotated.err], [0, ""]);
  });
});

suite("routes without a host of their own", () => {
  const catchAll = { routes: [{ match: "HostSNI(`*`)", services: [{ name: "pg", port: 5432 }] }] };

  test("plain TCP is fine, with an annotation published", async () => {
    const { code, out, err } = await said("render", [
      route("IngressRouteTCP", "db", catchAll),
      route("IngressRouteTCP", "pg", catchAll, hostname("pg.example.com")),
    ]);
    assert.deepEqual([code, err], [0, ""]);
    assert.deepEqual(out.match(/dnsName: .*/g), ["dnsName: pg.example.com"]);
  });

  test("UDP is published by an annotation, and has no Certificate", async () => {
    const routes = [{ services: [{ name: "dns", port: 53 }] }];
    const udp = route("IngressRouteUDP", "dns", { routes }, hostname("dns.example.com"));
    const { code, out, err } = await said("render", [udp, route("IngressRouteUDP", "plain", { routes })]);
    assert.deepEqual([code, err], [0, ""]);
    assert.deepEqual(out.match(/(kind|name|dnsName): .*/gi), [
      "kind: DNSEndpoint",
      "name: dns-udp-cbd45ba5",
      "dnsName: dns.example.com",
    ]);
    const explained = (await said("explain", [udp])).out;
    assert.match(explained, /rule 1 {4}none, services shop\/dns:53\n/);
    assert.match(explained, /names {5}dns\.example\.com \(annotations for external-dns\)/);
    assert.match(explained, /no child {2}Certificate: UDP has neither hosts nor TLS/);
  });
});
