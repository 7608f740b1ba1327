import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { at, only, type Release, type Rendered, render } from "./render.ts";

const AUDIENCE = "traefik-cert-rotater/traefik-cert-rotation/traefik-cert-rotation";
const POD = "spec.template.spec";

function renderOidc(values: object = {}, release?: Release, oidc: object = {}): Promise<Rendered[]> {
  return render({ auth: { oidc: { enabled: true, ...oidc } }, ...values }, release);
}

function oidcOf(objects: readonly Rendered[]): unknown {
  const map = only(objects, "ConfigMap") as unknown as { data: Record<string, string> };
  return at(JSON.parse(map.data["config.json"] ?? ""), "auth.oidc");
}

const subjectsOf = (objects: readonly Rendered[]) => at(oidcOf(objects), "subjects");
const account = (name: string) => `system:serviceaccount:traefik-cert-rotation:${name}`;
const token = (audience: string) => [
  {
    name: "oidc-token",
    projected: {
      sources: [{ serviceAccountToken: { audience, expirationSeconds: 3600, path: "token" } }],
    },
  },
];

suite("auth.oidc", () => {
  test("is off by default: no audience, no token, no right to read keys", async () => {
    const objects = await render();
    assert.equal(oidcOf(objects), undefined);
    assert.doesNotMatch(JSON.stringify(objects), /audience|serviceAccountToken|issuer-discovery/);
  });

  test("has one audience for the function, the sources and the Jobs", async () => {
    for (const [given, expected] of [
      ["", AUDIENCE],
      ["mine", "mine"],
    ] as const) {
      const objects = await renderOidc({ resync: { mode: "both" } }, undefined, { audience: given });
      assert.equal(at(oidcOf(objects), "audience"), expected);
      for (const source of objects.filter(({ kind }) => kind.endsWith("Source")))
        assert.equal(at(source, "spec.sink.audience"), expected, source.metadata.name);
      for (const pod of [
        at(only(objects, "Job"), POD),
        at(only(objects, "CronJob"), `spec.jobTemplate.${POD}`),
      ]) {
        assert.deepEqual(at(pod, "volumes"), token(expected));
        assert.deepEqual(at(pod, "containers.0.volumeMounts"), [
          { name: "oidc-token", mountPath: "/oidc", readOnly: true },
        ]);
      }
    }
  });

  test("lets the sources and the Jobs in, and whom the values add", async () => {
    assert.deepEqual(
      subjectsOf(
        await renderOidc({}, { name: "tcr", namespace: "a" }, { subjects: ["system:serviceaccount:ops:*"] }),
      ),
      [
        // Eventing's own names, shortened by it: these have 29 and 31 characters and would get 70 and 72.
        "system:serviceaccount:a:tcr-traefik-cert-rotation-route*",
        "system:serviceaccount:a:tcr-traefik-cert-rotation-child*",
        "system:serviceaccount:a:tcr-traefik-cert-rotation-resync",
        "system:serviceaccount:ops:*",
      ],
    );
  });

  test("names senders exactly where Eventing does not shorten their names", async () => {
    const objects = await renderOidc(
      { fullnameOverride: "tcr", resync: { mode: "both", sinkBinding: true } },
      { name: "tcr", namespace: "a" },
    );
    assert.deepEqual(subjectsOf(objects), [
      "system:serviceaccount:a:tcr-routes-oidc-sources.knative.dev-apiserversource",
      "system:serviceaccount:a:tcr-children-certmanager*",
      "system:serviceaccount:a:tcr-children-externaldns*",
      "system:serviceaccount:a:tcr-resync-oidc-sources.knative.dev-pingsource",
      "system:serviceaccount:a:tcr-resync-oidc-sources.knative.dev-sinkbinding",
      "system:serviceaccount:a:tcr-resync",
    ]);
  });

  test("lets the Triggers in where a Broker is in between, and asks the sources for none of our audience", async () => {
    const objects = await renderOidc({
      delivery: { mode: "broker", broker: { namespace: "events" } },
      resync: { mode: "both" },
    });
    assert.deepEqual(subjectsOf(objects), [
      "system:serviceaccount:events:traefik-cert-rotation-events-oidc-eventing.knative.dev-trigger",
      "system:serviceaccount:events:traefik-cert-rotation-resync-oidc-eventing.knative.dev-trigger",
      account("traefik-cert-rotation-resync"),
    ]);
    for (const suffix of ["-events", "-resync"])
      assert.equal(at(only(objects, "Trigger", suffix), "spec.subscriber.audience"), AUDIENCE);
    for (const source of objects.filter(({ kind }) => kind.endsWith("Source")))
      assert.equal(at(source, "spec.sink.audience"), undefined, source.metadata.name);
  });

  test("gives the Jobs an account of their own, without rights", async () => {
    const objects = await renderOidc();
    const name = "traefik-cert-rotation-resync";
    assert.equal(at(only(objects, "ServiceAccount", "-resync"), "automountServiceAccountToken"), false);
    assert.equal(at(only(objects, "Job"), `${POD}.serviceAccountName`), name);
    assert.equal(at(only(objects, "CronJob"), `spec.jobTemplate.${POD}.serviceAccountName`), name);
    const bound = objects
      .filter(({ kind }) => kind === "ClusterRoleBinding")
      .map((binding) => at(binding, "subjects.0.name"));
    assert.ok(!bound.includes(name));
  });

  test("leaves the token of bound Jobs to the SinkBinding, not that of the Job at install", async () => {
    const objects = await renderOidc({ resync: { sinkBinding: true } });
    assert.equal(at(only(objects, "CronJob"), `spec.jobTemplate.${POD}.volumes`), undefined);
    assert.deepEqual(at(only(objects, "Job"), `${POD}.volumes`), token(AUDIENCE));
    assert.equal(at(only(objects, "SinkBinding"), "spec.sink.audience"), AUDIENCE);
  });

  test("lets the function read the keys, wherever the cluster does not let everybody", async () => {
    const binding = only(await renderOidc(), "ClusterRoleBinding", ":issuer");
    assert.equal(at(binding, "roleRef.name"), "system:service-account-issuer-discovery");
    assert.equal(at(binding, "subjects.0.name"), "traefik-cert-rotation");
  });

  test("gives the function a token where it sends parts of a resync, and lets itself in", async () => {
    const fanOut = { resync: { fanOut: true } };
    const knative = (objects: readonly Rendered[]) =>
      only(
        objects.filter(({ apiVersion }) => apiVersion === "serving.knative.dev/v1"),
        "Service",
      );
    const direct = await renderOidc(fanOut);
    assert.deepEqual(at(knative(direct), `${POD}.volumes.1`), token(AUDIENCE)[0]);
    assert.equal(at(knative(direct), `${POD}.containers.0.volumeMounts.1.mountPath`), "/oidc");
    assert.ok((subjectsOf(direct) as string[]).includes(account("traefik-cert-rotation")));
    const broker = await renderOidc({ ...fanOut, delivery: { mode: "broker" } });
    assert.deepEqual(
      at(knative(broker), `${POD}.volumes.1`),
      token("eventing.knative.dev/broker/traefik-cert-rotation/traefik-cert-rotation-broker")[0],
    );
    assert.ok(!(subjectsOf(broker) as string[]).includes(account("traefik-cert-rotation")));
    assert.equal(at(knative(await renderOidc()), `${POD}.volumes.1`), undefined);
  });
});
