import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { parseConfiguration } from "../../config/parse.ts";
import type { KubernetesObject } from "../../kubernetes/objects.ts";
import { parseRoute } from "../../traefik/ingress-route.ts";
import type { RouteDescription } from "../../traefik/route-description.ts";
import { INTEGRATIONS } from "../index.ts";
import type { Desired } from "../integration.ts";

const { integrations } = parseConfiguration(
  { integrations: { certManager: {} } },
  INTEGRATIONS,
).configuration;
const [integration] = integrations;
if (integration === undefined) throw new Error("the integration is missing");
const { sharedResource } = integration;
if (sharedResource === null) throw new Error("a Certificate claims its Secret");

const names = (count: number, prefix = "h") =>
  Array.from({ length: count }, (_, index) => `${prefix}${String(index).padStart(3, "0")}.example.org`);

function route(hosts: readonly string[], broken = false): RouteDescription {
  const match = hosts.map((host) => `Host(\`${host}\`)`).join(" || ");
  const routes = [{ kind: "Rule", match }, ...(broken ? [{ kind: "Rule", match: "Host(" }] : [])];
  const object = {
    apiVersion: "traefik.io/v1alpha1",
    kind: "IngressRoute",
    metadata: { namespace: "shop", name: "web", uid: "1" },
    spec: { routes, tls: { secretName: "web" } },
  };
  return parseRoute(object, { compileRegexp: () => null });
}

function desiredState(
  description: RouteDescription,
  child: KubernetesObject | null = null,
): Desired | undefined {
  return integration?.desiredState(description, {
    child,
    dependencies: new Map(),
    refuseName: () => null,
    othersReady: true,
  });
}

function dnsNames(desired: Desired | undefined): unknown {
  return desired?.kind === "present" ? desired.spec.dnsNames : desired?.kind;
}

suite("the names of one Certificate", () => {
  test("may be 100", () => {
    const desired = desiredState(route(names(100)));
    assert.deepEqual(dnsNames(desired), names(100));
    assert.deepEqual(desired?.problems, []);
  });

  test("may not be 101: the Certificate stays as it is, and a problem of the route says so", () => {
    assert.deepEqual(desiredState(route(names(101))), {
      kind: "unchanged",
      problems: [
        {
          reason: "TooManyNames",
          message:
            "101 names are more than the 100 that one certificate may carry; the Certificate is left as it is. " +
            "Split the route, each part with a secretName of its own.",
          field: "spec.routes",
        },
      ],
    });
  });

  test("count once each", () => {
    assert.deepEqual(dnsNames(desiredState(route([...names(100), ...names(100)]))), names(100));
  });

  test("count those that annotations add", () => {
    const plain = route(names(100));
    const added = (name: string) => ({ ...plain, extraNames: { [integration.name]: [name] } });
    assert.deepEqual(dnsNames(desiredState(added(names(1)[0] ?? ""))), names(100));
    assert.equal(dnsNames(desiredState(added("z.example.org"))), "unchanged");
  });

  test("count those that a rule in error keeps", () => {
    const child: KubernetesObject = {
      apiVersion: "cert-manager.io/v1",
      kind: "Certificate",
      metadata: { name: "web-tls" },
      spec: { dnsNames: names(60, "k") },
    };
    assert.deepEqual(dnsNames(desiredState(route(names(40), true), child)), [
      ...names(40),
      ...names(60, "k"),
    ]);
    assert.equal(dnsNames(desiredState(route(names(41), true), child)), "unchanged");
  });

  test("count those of all routes that share it", () => {
    const merged = (count: number) => sharedResource.merge([route(names(60)), route(names(count, "k"))]);
    assert.deepEqual(dnsNames(desiredState(merged(40))), [...names(60), ...names(40, "k")]);
    assert.equal(dnsNames(desiredState(merged(41))), "unchanged");
  });
});
