/**
 * A real cert-manager beside the function: what its writes to Certificates, which all come back as events, cost.
 *
 * @module
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import type { KubernetesObject } from "../../functions/kubernetes/objects.ts";
import type { AuditMark } from "../control-plane/audit-log.ts";
import { CERTIFICATES, ENDPOINTS, ingressRoute, mustGet } from "../integration/harness/objects.ts";
import { installCertManager, removeCertManager } from "./cert-manager/install.ts";
import { hasCondition, isReady } from "./conditions.ts";
import { everyStep } from "./harness/every-step.ts";
import { type ClusterWorld, enterCluster } from "./harness/world.ts";

let world: ClusterWorld;
let namespace: string;

before(async () => {
  world = await enterCluster();
  const { admin } = world;
  await installCertManager(admin);
  // The one that the function names unless configured otherwise.
  await admin.apply({
    apiVersion: "cert-manager.io/v1",
    kind: "ClusterIssuer",
    metadata: { name: "ca-issuer" },
    spec: { selfSigned: {} },
  });
  namespace = await admin.createNamespace("issued");
});
after(() =>
  everyStep(
    // The other tests count what happens without it.
    () => removeCertManager(world.admin),
    () => world.admin.delete({ apiVersion: "v1", kind: "Namespace", name: namespace }),
    () => world.stop(),
  ),
);

interface CertificateStatus {
  readonly revision?: number;
  readonly nextPrivateKeySecretName?: string;
  readonly conditions?: readonly { readonly type: string; readonly status: string }[];
}

const target = () => ({ ...CERTIFICATES, namespace, name: "issued-tls" });

/** Waits until cert-manager has issued the certificate so many times and rests, and the function has read its last word. */
async function issued(revision: number): Promise<void> {
  const rests = (object: KubernetesObject | null) => {
    const status = (object?.status ?? {}) as CertificateStatus;
    const isDone = status.revision === revision && isReady(object) && !hasCondition(object, "Issuing");
    return isDone && status.nextPrivateKeySecretName === undefined;
  };
  for (let version = ""; ; ) {
    const object = await world.admin.waitFor(target(), rests, 60_000);
    if (object?.metadata.resourceVersion === version) break;
    version = object?.metadata.resourceVersion ?? "";
    // Its controllers write one after the other, and no event says that there is nothing more to come.
    await delay(2_000);
  }
  await world.sources.caughtUp(target());
  await world.sources.caughtUp({ ...ENDPOINTS, namespace, name: "issued" });
}

/** What `cmctl renew` does. */
async function renew(): Promise<void> {
  const { admin } = world;
  const { conditions = [] } = (await mustGet(admin, target())).status as CertificateStatus;
  const lastTransitionTime = new Date().toISOString().replace(/\.\d+/, "");
  const issuing = {
    type: "Issuing",
    status: "True",
    reason: "ManuallyTriggered",
    message: "",
    lastTransitionTime,
  };
  await admin.patch(
    target(),
    { status: { conditions: [...conditions, issuing] } },
    { subresource: "status" },
  );
}

const events = () =>
  world.sources.deliveries().filter(({ subject }) => subject.includes(`/namespaces/${namespace}/`)).length;

async function requests(since: AuditMark): Promise<string[]> {
  const here = (await world.requests(since)).filter((request) => request.namespace === namespace);
  return here.map(({ verb, resource, name }) => `${verb} ${resource} ${name}`);
}

test("a renewal costs at most one read for each write to the Certificate, and no write of ours", async (t) => {
  const { admin, cluster } = world;
  await admin.apply(ingressRoute({ namespace, name: "issued" }));
  await issued(1);
  t.diagnostic(`events until the first certificate is issued: ${events()}`);
  const [before, mark] = [events(), await cluster.auditLog.mark()];
  await renew();
  await issued(2);
  const [seen, made] = [events() - before, await requests(mark)];
  t.diagnostic(`a renewal: ${seen} events, ${made.length} reads`);
  assert.deepEqual(new Set(made), new Set(["get certificates issued-tls"]));
  assert.ok(made.length <= seen, `${made.length} reads for ${seen} events`);
});
