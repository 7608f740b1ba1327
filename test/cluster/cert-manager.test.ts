/**
 * A real cert-manager beside the function: what its writes to Certificates, which all come back as events, cost.
 *
 * @module
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { KubernetesObject } from "../../functions/kubernetes/objects.ts";
import type { AuditMark } from "../control-plane/audit-log.ts";
import { CERTIFICATES, ENDPOINTS, ingressRoute, mustGet } from "../integration/harness/objects.ts";
import { installCertManager, removeCertManager } from "./cert-manager/install.ts";
import { type ClusterWorld, enterCluster } from "./harness/world.ts";

let world: ClusterWorld;
let namespace: string;

before(async () => {
  world = await enterCluster();
  const { admin } = world;
  await installCertManager(admin);
  // The one that the function names unless told otherwise.
  await admin.apply({
    apiVersion: "cert-manager.io/v1",
    kind: "ClusterIssuer",
    metadata: { name: "ca-issuer" },
    spec: { selfSigned: {} },
  });
  namespace = await admin.createNamespace("issued");
});
after(async () => {
  // The other tests count what happens without it.
  await removeCertManager(world.admin);
  await world.admin.delete({ apiVersion: "v1", kind: "Namespace", name: namespace });
  await world?.stop();
});

interface CertificateStatus {
  readonly revision?: number;
  readonly conditions?: readonly { readonly type: string; readonly status: string }[];
}

/** Waits until cert-manager has issued the certificate so many times and rests, and the function has read its last word. */
async function issued(revision: number): Promise<void> {
  const target = { ...CERTIFICATES, namespace, name: "issued-tls" };
  const rests = (object: KubernetesObject | null) => {
    const { conditions = [], revision: current } = (object?.status ?? {}) as CertificateStatus;
    const is = (wanted: string) =>
      conditions.some(({ type, status }) => type === wanted && status === "True");
    return current === revision && is("Ready") && !is("Issuing");
  };
  await world.admin.waitFor(target, rests, 60_000);
  await world.sources.caughtUp(target);
  await world.sources.caughtUp({ ...ENDPOINTS, namespace, name: "issued" });
}

/** What `cmctl renew` does. */
async function renew(): Promise<void> {
  const { admin } = world;
  const target = { ...CERTIFICATES, namespace, name: "issued-tls" };
  const { conditions = [] } = (await mustGet(admin, target)).status as CertificateStatus;
  const lastTransitionTime = new Date().toISOString().replace(/\.\d+/, "");
  const issuing = {
    type: "Issuing",
    status: "True",
    reason: "ManuallyTriggered",
    message: "",
    lastTransitionTime,
  };
  await admin.patch(target, { status: { conditions: [...conditions, issuing] } }, { subresource: "status" });
}

const events = () =>
  world.sources.deliveries().filter(({ subject }) => subject.includes(`/namespaces/${namespace}/`)).length;

async function requests(since: AuditMark): Promise<string[]> {
  const here = (await world.requests(since)).filter((request) => request.namespace === namespace);
  return here.map(({ verb, resource, name }) => `${verb} ${resource} ${name}`);
}

test("a renewal costs one read for each of cert-manager's writes, and no write of ours", async (t) => {
  const { admin, cluster } = world;
  await admin.apply(ingressRoute({ namespace, name: "issued" }));
  await issued(1);
  t.diagnostic(`events until the first certificate is issued: ${events()}`);
  const [before, mark] = [events(), await cluster.auditLog.mark()];
  await renew();
  await issued(2);
  const made = await requests(mark);
  t.diagnostic(`a renewal: ${events() - before} events, ${made.length} reads`);
  assert.deepEqual(new Set(made), new Set(["get certificates issued-tls"]));
  assert.ok(made.length <= events() - before, `${made.length} reads for ${events() - before} events`);
});
