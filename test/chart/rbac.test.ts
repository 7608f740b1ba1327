import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { at, only, type Rendered, render } from "./render.ts";

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

function rulesOf(role: Rendered): readonly Rule[] {
  return at(role, "rules") as readonly Rule[];
}

/** `group/resource: verbs`, sorted, with the names where the right is limited to some. */
function summary(rules: readonly Rule[]): string[] {
  return rules
    .flatMap(({ apiGroups, resources, resourceNames, verbs }) =>
      apiGroups.flatMap((group) =>
        resources.map((resource) => {
          const names = resourceNames ? ` (${resourceNames.join(" ")})` : "";
          return `${group}/${resource}${names}: ${verbs.join(" ")}`;
        }),
      ),
    )
    .sort();
}

async function functionRights(values: object = {}): Promise<string[]> {
  const roles = (await render(values)).filter(({ metadata }) => !metadata.name.endsWith(":source"));
  return summary(rulesOf(only(roles, "ClusterRole")));
}

async function sourceRights(values: object = {}): Promise<string[]> {
  return summary(rulesOf(only(await render(values), "ClusterRole", ":source")));
}

const ROUTES = [
  "traefik.io/ingressroutes: get list watch",
  "traefik.io/ingressroutetcps: get list watch",
  "traefik.io/ingressrouteudps: get list watch",
];
const NAMESPACES = "/namespaces: get list";
const EVENTS = "events.k8s.io/events: get create patch";
const CERTIFICATES = "cert-manager.io/certificates: get list create patch delete";
const ENDPOINTS = "externaldns.k8s.io/dnsendpoints: get list create patch delete";

suite("rights of the function", () => {
  test("are these and no more", async () => {
    assert.deepEqual(await functionRights(), [
      NAMESPACES,
      "/services (traefik): get",
      CERTIFICATES,
      EVENTS,
      ENDPOINTS,
      ...ROUTES,
    ]);
  });

  test("shrink with a disabled integration", async () => {
    const certManager = { enabled: false };
    const externalDNS = { enabled: false };
    assert.deepEqual(await functionRights({ integrations: { certManager } }), [
      NAMESPACES,
      "/services (traefik): get",
      EVENTS,
      ENDPOINTS,
      ...ROUTES,
    ]);
    assert.deepEqual(await functionRights({ integrations: { externalDNS } }), [
      NAMESPACES,
      CERTIFICATES,
      EVENTS,
      ...ROUTES,
    ]);
  });

  test("allow removal where a disabled integration removes its children", async () => {
    const certManager = { enabled: false, onDisable: "delete" };
    const rights = await functionRights({ integrations: { certManager } });
    assert.ok(rights.includes("cert-manager.io/certificates: get list delete"));
  });

  test("leave Services out where the addresses are static, or external-dns' own", async () => {
    for (const externalDNS of [{ targetIPs: ["192.0.2.1"] }, { defaultTargets: true }]) {
      assert.deepEqual(await functionRights({ integrations: { externalDNS } }), [
        NAMESPACES,
        CERTIFICATES,
        EVENTS,
        ENDPOINTS,
        ...ROUTES,
      ]);
    }
  });

  test("reach Secrets only where those that exist are to be kept", async () => {
    const rights = (values: object) => functionRights({ integrations: { certManager: values } });
    assert.ok(!(await rights({})).some((right) => right.includes("secrets")));
    assert.ok((await rights({ existingSecrets: "keep" })).includes("/secrets: get"));
    assert.ok(!(await rights({ enabled: false, existingSecrets: "keep" })).includes("/secrets: get"));
  });

  test("reach the legacy group where a value says so", async () => {
    const rights = await functionRights({ selector: { legacyGroup: true } });
    assert.ok(rights.includes("traefik.containo.us/ingressroutes: get list watch"));
    assert.ok(rights.includes("traefik.containo.us/ingressroutetcps: get list watch"));
    assert.ok(rights.includes("traefik.containo.us/ingressrouteudps: get list watch"));
  });

  test("leave IngressRouteUDPs out where a value says so", async () => {
    const rights = await functionRights({ selector: { udp: false } });
    assert.ok(rights.includes("traefik.io/ingressroutetcps: get list watch"));
    assert.ok(!rights.some((right) => right.includes("udp")));
    assert.ok(!(await sourceRights({ selector: { udp: false } })).some((right) => right.includes("udp")));
  });

  test("name the Service of the values", async () => {
    const externalDNS = { targetService: { namespace: "edge", name: "public" } };
    assert.ok((await functionRights({ integrations: { externalDNS } })).includes("/services (public): get"));
  });
});

suite("the confirmation of deletions", () => {
  const rolesOf = async (values: object) =>
    (await render(values)).filter(({ kind }) => kind === "Role" || kind === "RoleBinding");

  test("is read from the installation's own ConfigMap, and from no other", async () => {
    const objects = await rolesOf({});
    const [role, binding] = [only(objects, "Role"), only(objects, "RoleBinding")];
    assert.deepEqual(summary(rulesOf(role)), ["/configmaps (traefik-cert-rotation-config): get"]);
    assert.equal(role.metadata.namespace, "traefik-cert-rotation");
    assert.deepEqual(at(binding, "roleRef.name"), role.metadata.name);
    assert.deepEqual(at(binding, "subjects.0"), {
      kind: "ServiceAccount",
      name: "traefik-cert-rotation",
      namespace: "traefik-cert-rotation",
    });
  });

  test("is the sender's word where senders show a token, and no right is needed", async () => {
    const values = { auth: { oidc: { enabled: true } } };
    assert.deepEqual(await rolesOf(values), []);
    const env = (await render(values))
      .filter(({ kind, apiVersion }) => kind === "Service" && apiVersion.startsWith("serving"))
      .flatMap((service) => at(service, "spec.template.spec.containers.0.env") as { name: string }[]);
    assert.ok(!env.some(({ name }) => name === "CONFIG_MAP"));
  });

  test("can be left to the user, as all rights", async () => {
    assert.deepEqual(await rolesOf({ rbac: { create: false } }), []);
  });
});

suite("rights of the source", () => {
  test("are to read what it watches", async () => {
    assert.deepEqual(await sourceRights(), [
      "/services: get list watch",
      "cert-manager.io/certificates: get list watch",
      "externaldns.k8s.io/dnsendpoints: get list watch",
      "traefik.io/ingressroutes: get list watch",
      "traefik.io/ingressroutetcps: get list watch",
      "traefik.io/ingressrouteudps: get list watch",
    ]);
  });

  test("follow the integrations and the legacy group", async () => {
    const integrations = {
      certManager: { enabled: false, onDisable: "delete" },
      externalDNS: { enabled: false },
    };
    assert.deepEqual(await sourceRights({ integrations, selector: { legacyGroup: true } }), [
      "traefik.containo.us/ingressroutes: get list watch",
      "traefik.containo.us/ingressroutetcps: get list watch",
      "traefik.containo.us/ingressrouteudps: get list watch",
      "traefik.io/ingressroutes: get list watch",
      "traefik.io/ingressroutetcps: get list watch",
      "traefik.io/ingressrouteudps: get list watch",
    ]);
  });
});

suite("bindings", () => {
  test("give each role to its own ServiceAccount", async () => {
    const objects = await render();
    const accounts = objects.filter(({ kind }) => kind === "ServiceAccount");
    assert.equal(accounts.length, 2);
    const bound = objects
      .filter(({ kind }) => kind === "ClusterRoleBinding")
      .map((binding) => [at(binding, "roleRef.name"), at(binding, "subjects.0.name")]);
    assert.deepEqual(bound, [
      ["traefik-cert-rotation:traefik-cert-rotation", "traefik-cert-rotation"],
      ["traefik-cert-rotation:traefik-cert-rotation:source", "traefik-cert-rotation-source"],
    ]);
  });

  test("can be left to the user", async () => {
    const objects = await render({
      rbac: { create: false },
      serviceAccount: { create: false, name: "mine" },
    });
    assert.deepEqual(
      objects.filter(({ kind }) => kind.startsWith("ClusterRole")),
      [],
    );
    const service = objects.filter(({ apiVersion }) => apiVersion === "serving.knative.dev/v1");
    assert.equal(at(only(service, "Service"), "spec.template.spec.serviceAccountName"), "mine");
    assert.equal(only(objects, "ServiceAccount").metadata.name, "traefik-cert-rotation-source");
  });

  test("of two installations with one release name stay apart", async () => {
    const names = async (namespace: string) =>
      (await render({}, { name: "tcr", namespace }))
        .filter(({ kind }) => kind.startsWith("ClusterRole"))
        .map(({ metadata }) => metadata.name);
    const internal = await names("internal");
    const external = await names("external");
    assert.equal(new Set([...internal, ...external]).size, 4);
  });
});
