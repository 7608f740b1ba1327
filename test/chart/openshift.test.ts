/** The rule of OpenShift about user ids, played by an admission policy on the real API server. */
import assert from "node:assert/strict";
import { before, suite, test } from "node:test";
import type { Cluster } from "../control-plane/cluster.ts";
import { sharedControlPlane } from "../control-plane/shared.ts";
import { until } from "../integration/harness/until.ts";
import { at, render } from "./render.ts";

/** As `restricted-v2` has it: an id of the namespace's range, or none, for then the platform sets one. */
const RANGE = "(!has(C.runAsUser) || (C.runAsUser >= 1000680000 && C.runAsUser <= 1000689999))";
const ofContext = (owner: string) =>
  `(!has(${owner}.securityContext) || ${RANGE.replaceAll("C.", `${owner}.securityContext.`)})`;

suite("a cluster that gives each namespace user ids of its own", () => {
  let cluster: Cluster;
  let namespace: string;

  before(async () => {
    cluster = await sharedControlPlane();
    const label = { "test/uid-range": "yes", "pod-security.kubernetes.io/enforce": "restricted" };
    namespace = await cluster.admin.createNamespace("openshift", label);
    const apiVersion = "admissionregistration.k8s.io/v1";
    const name = `uid-range-${namespace}`;
    await cluster.admin.apply({
      apiVersion,
      kind: "ValidatingAdmissionPolicy",
      metadata: { name },
      spec: {
        failurePolicy: "Fail",
        matchConstraints: {
          namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } },
          resourceRules: [
            { apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] },
          ],
        },
        validations: [
          { expression: `${ofContext("object.spec")} && object.spec.containers.all(c, ${ofContext("c")})` },
        ],
      },
    });
    await cluster.admin.apply({
      apiVersion,
      kind: "ValidatingAdmissionPolicyBinding",
      metadata: { name },
      spec: { policyName: name, validationActions: ["Deny"] },
    });
    await cluster.admin.apply({
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: { name: "tcr-traefik-cert-rotation", namespace },
    });
  });

  /** What the API server says to each of the chart's pods; null where it takes it. */
  async function answers(securityContext: object | null): Promise<readonly (string | null)[]> {
    const values = { serving: { mode: "deployment" }, securityContext };
    const objects = await render(values, { name: "tcr", namespace });
    const specs = objects.flatMap((object) => [
      at(object, "spec.template.spec"),
      at(object, "spec.jobTemplate.spec.template.spec"),
    ]);
    const pods = specs.filter((spec) => spec !== undefined) as object[];
    assert.equal(pods.length, 3);
    const path = `/api/v1/namespaces/${namespace}/pods?dryRun=All&fieldValidation=Strict`;
    return Promise.all(
      pods.map(async (spec, index) => {
        const pod = { apiVersion: "v1", kind: "Pod", metadata: { name: `pod-${index}`, namespace }, spec };
        try {
          await cluster.admin.client.json({ method: "POST", path, body: pod });
          return null;
        } catch (error) {
          return error instanceof Error ? error.message : String(error);
        }
      }),
    );
  }

  test("refuses the default ids, and admits the pods without them", async () => {
    const isRefused = async () => (await answers({})).every((answer) => answer !== null);
    await until("the policy is in force", isRefused);
    const refused = await answers({});
    for (const answer of refused) assert.match(answer ?? "", /ValidatingAdmissionPolicy/);
    assert.deepEqual(await answers({ runAsUser: null, runAsGroup: null }), [null, null, null]);
  });

  test("admits an id of its range, too", async () => {
    const own = { runAsUser: 1000680000, runAsGroup: 1000680000 };
    assert.deepEqual(await answers(own), [null, null, null]);
  });
});
