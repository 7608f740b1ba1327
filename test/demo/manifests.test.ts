import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { apart, installationOf, readManifests } from "./manifests.ts";

const manifests = await readManifests("knative");

suite("the demo's manifests", () => {
  test("are those of the kustomization: what Kubernetes knows is applied, what Knative runs is played", () => {
    const { applied, service, sources, cronJob } = installationOf(manifests);
    assert.equal(applied[0]?.kind, "Namespace");
    assert.ok(applied.some(({ kind }) => kind === "ConfigMap"));
    assert.deepEqual(
      applied.filter(({ kind }) => ["Service", "ApiServerSource", "Job", "CronJob"].includes(kind)),
      [],
    );
    assert.equal(service.metadata.name, "traefik-cert-rotation");
    assert.deepEqual(
      sources.map(({ metadata }) => metadata.name),
      ["routes", "children-certmanager", "children-externaldns"].map(
        (each) => `traefik-cert-rotation-${each}`,
      ),
    );
    assert.equal(cronJob.kind, "CronJob");
    assert.throws(() => installationOf([]), /the manifests have no Service/);
  });

  test("beside others have another name everywhere, and only routes of a class of their own", () => {
    const there = apart(manifests, "elsewhere");
    assert.doesNotMatch(JSON.stringify(there), /traefik-cert-rotation/);
    const configMap = there.find(({ kind }) => kind === "ConfigMap") as unknown as {
      data: { "config.json": string };
    };
    const config = JSON.parse(configMap.data["config.json"]);
    assert.deepEqual(config.selector, { legacyGroup: false, udp: true, ingressClass: "elsewhere" });
    assert.deepEqual(config.integrations.externalDNS.targetService, {
      namespace: "elsewhere",
      name: "traefik",
    });
  });
});
