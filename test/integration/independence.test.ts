import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, suite, test } from "node:test";
import { sharedControlPlane } from "../control-plane/shared.ts";
import { resyncEvent } from "./harness/cloud-events.ts";
import {
  CERTIFICATES,
  dnsNames,
  ENDPOINTS,
  eventsOn,
  mustGet,
  ROUTES,
  records,
  warningsOn,
} from "./harness/objects.ts";
import { startFunction } from "./harness/running-function.ts";
import { untilAllowed, untilRefused } from "./harness/until.ts";
import { startWorld, type World } from "./harness/world.ts";

const externalDNS = { targetIPs: ["192.0.2.7"] };

suite("one integration is disabled", () => {
  const halves = [
    ["certManager", CERTIFICATES, "route-tls", ENDPOINTS, "route"],
    ["externalDNS", ENDPOINTS, "route", CERTIFICATES, "route-tls"],
  ] as const;
  for (const [key, off, offName, on, onName] of halves) {
    test(`${key}: the other goes on; what is there stays, or goes where that is asked for`, async () => {
      const values = { integrations: { externalDNS } };
      const world = await startWorld(await sharedControlPlane(), { values });
      const { admin, cluster, namespace, release } = world;
      await admin.apply(world.route({ name: "route" }));
      await world.sendEvent("add", ROUTES, "route");
      const before = await mustGet(admin, { ...off, namespace, name: offName });

      const disabled = (onDisable: string) => {
        const rest = key === "externalDNS" ? externalDNS : {};
        const integrations = { externalDNS, [key]: { ...rest, enabled: false, onDisable } };
        return { integrations };
      };
      await release.upgrade(disabled("keep"));
      const kept = await startFunction(cluster, release);
      const mark = await cluster.auditLog.mark();
      await admin.apply(world.route({ name: "route", host: "edited.example.com" }));
      assert.equal((await kept.send(resyncEvent({ namespace }))).status, 204);
      assert.deepEqual(await mustGet(admin, { ...off, namespace, name: offName }), before);
      const { spec } = await mustGet(admin, { ...on, namespace, name: onName });
      assert.match(JSON.stringify(spec), /edited\.example\.com/);
      const asked = new Set((await world.requests(mark)).map(({ resource }) => resource));
      assert.equal(asked.has(key === "certManager" ? "certificates" : "dnsendpoints"), false);
      await kept.stop();

      await release.upgrade(disabled("delete"));
      const removing = await startFunction(cluster, release);
      assert.equal((await removing.send(resyncEvent({ namespace }))).status, 204);
      assert.equal(await admin.get({ ...off, namespace, name: offName }), null);
      assert.notEqual(await admin.get({ ...on, namespace, name: onName }), null);
      await removing.stop();
      await world.stop();
    });
  }
});

suite("one integration meets a refusal of the real API server", () => {
  const worlds: World[] = [];
  after(() => Promise.all(worlds.map((world) => world.stop())));

  async function start(values: object = {}): Promise<World> {
    const integrations = { externalDNS, ...values };
    const world = await startWorld(await sharedControlPlane(), { values: { integrations } });
    worlds.push(world);
    return world;
  }

  test("rights taken away: Event Forbidden, the other half is done; given back: the resync heals", async () => {
    const world = await start();
    const { admin, namespace, release } = world;
    const name = `${release.namespace}:${release.user.split(":").at(-1)}`;
    const role = { apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRole", name };
    const { rules } = (await mustGet(admin, role)) as unknown as { rules: { resources: string[] }[] };
    const without = rules.filter(({ resources }) => !resources.includes("certificates"));
    assert.equal(without.length, rules.length - 1);
    const right = { verb: "patch", group: "cert-manager.io", resource: "certificates" };
    await admin.patch(role, { rules: without });
    await untilAllowed(admin, release.user, right, false);
    await admin.apply(world.route({ name: "a" }));
    assert.equal(await world.sendEvent("add", ROUTES, "a"), 204);
    assert.deepEqual(await records(admin, namespace, "a"), ["a.example.com A 192.0.2.7"]);
    assert.deepEqual(await warningsOn(admin, namespace, "a"), ["Forbidden"]);
    await admin.apply(world.route({ name: "b" }));
    assert.equal((await world.app.send(resyncEvent({ namespace }))).status, 204);
    assert.deepEqual(await records(admin, namespace, "b"), ["b.example.com A 192.0.2.7"]);

    await admin.patch(role, { rules });
    await untilAllowed(admin, release.user, right, true);
    assert.equal((await world.app.send(resyncEvent({ namespace }))).status, 204);
    assert.deepEqual(await dnsNames(admin, namespace, "a-tls"), ["a.example.com"]);
    assert.deepEqual(await dnsNames(admin, namespace, "b-tls"), ["b.example.com"]);
  });

  test("an admission policy denies: Event with its message, the other half is done", async () => {
    const world = await start();
    const { admin, namespace } = world;
    const name = `deny-${randomBytes(4).toString("hex")}`;
    const group = "admissionregistration.k8s.io/v1";
    const namespaceSelector = { matchLabels: { "kubernetes.io/metadata.name": namespace } };
    const resourceRules = [
      {
        apiGroups: ["externaldns.k8s.io"],
        apiVersions: ["*"],
        operations: ["CREATE", "UPDATE"],
        resources: ["dnsendpoints"],
      },
    ];
    const validations = [{ expression: "false", message: "no records on Fridays" }];
    const policy = { apiVersion: group, kind: "ValidatingAdmissionPolicy" };
    const binding = { apiVersion: group, kind: "ValidatingAdmissionPolicyBinding" };
    await admin.apply({
      ...policy,
      metadata: { name },
      spec: { matchConstraints: { namespaceSelector, resourceRules }, validations },
    });
    await admin.apply({
      ...binding,
      metadata: { name },
      spec: { policyName: name, validationActions: ["Deny"], matchResources: { namespaceSelector } },
    });
    const probe = { ...ENDPOINTS, metadata: { namespace, name: "probe" }, spec: { endpoints: [] } };
    await untilRefused(admin, probe);
    await admin.apply(world.route({ name: "denied" }));
    assert.equal(await world.sendEvent("add", ROUTES, "denied"), 204);
    assert.deepEqual(await dnsNames(admin, namespace, "denied-tls"), ["denied.example.com"]);
    const warnings = (await eventsOn(admin, namespace, "denied")).filter(({ type }) => type === "Warning");
    assert.deepEqual(
      warnings.map(({ reason }) => reason),
      ["Rejected"],
    );
    assert.match(warnings[0]?.note ?? "", /no records on Fridays/);

    await admin.delete({ ...binding, name });
    await admin.delete({ ...policy, name });
    await untilRefused(admin, probe, false);
    assert.equal((await world.app.send(resyncEvent({ namespace }))).status, 204);
    assert.deepEqual(await records(admin, namespace, "denied"), ["denied.example.com A 192.0.2.7"]);
  });

  test("a webhook that is down: 503, the other half is done, and the next try heals", async () => {
    const world = await start();
    const { admin, namespace } = world;
    const name = `down-${randomBytes(4).toString("hex")}`;
    const configuration = {
      apiVersion: "admissionregistration.k8s.io/v1",
      kind: "ValidatingWebhookConfiguration",
    };
    await admin.apply({
      ...configuration,
      metadata: { name },
      webhooks: [
        {
          name: "down.example.com",
          // Nobody listens on port 1.
          clientConfig: { url: "https://127.0.0.1:1/" },
          rules: [
            {
              apiGroups: ["cert-manager.io"],
              apiVersions: ["*"],
              operations: ["*"],
              resources: ["certificates"],
            },
          ],
          namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } },
          failurePolicy: "Fail",
          // A webhook with effects is refused on dry runs, which the wait below makes.
          sideEffects: "None",
          admissionReviewVersions: ["v1"],
        },
      ],
    });
    const spec = { secretName: "probe", dnsNames: ["probe.example.com"], issuerRef: { name: "probe" } };
    const probe = { ...CERTIFICATES, metadata: { namespace, name: "probe" }, spec };
    await untilRefused(admin, probe);
    await admin.apply(world.route({ name: "down" }));
    assert.equal(await world.sendEvent("add", ROUTES, "down"), 503);
    assert.deepEqual(await records(admin, namespace, "down"), ["down.example.com A 192.0.2.7"]);
    await admin.delete({ ...configuration, name });
    await untilRefused(admin, probe, false);
    assert.equal(await world.sendEvent("add", ROUTES, "down"), 204);
    assert.deepEqual(await dnsNames(admin, namespace, "down-tls"), ["down.example.com"]);
  });

  test("a Certificate that its CRD refuses: Event Rejected, the other half is done", async () => {
    const issuerRef = { kind: "ClusterIssuer", name: "ca-issuer" };
    const keystores = { pkcs12: { create: true, password: "x", profile: "nonsense" } };
    const certificateTemplate = { spec: { issuerRef, keystores } };
    const world = await start({ certManager: { certificateTemplate } });
    const { admin, namespace } = world;
    await admin.apply(world.route({ name: "refused" }));
    assert.equal(await world.sendEvent("add", ROUTES, "refused"), 204);
    assert.deepEqual(await records(admin, namespace, "refused"), ["refused.example.com A 192.0.2.7"]);
    assert.deepEqual(await warningsOn(admin, namespace, "refused"), ["Rejected"]);
  });
});
