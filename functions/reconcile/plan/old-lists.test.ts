import assert from "node:assert/strict";
import { test } from "node:test";
import { parseConfiguration } from "../../config/parse.ts";
import { INTEGRATIONS } from "../../integrations/index.ts";
import type { KubernetesObject, OwnerReference } from "../../kubernetes/objects.ts";
import { parseRoute } from "../../traefik/ingress-route.ts";
import { isSharing, type SharingIntegration } from "./namespace-index.ts";
import { mayFollow } from "./old-lists.ts";

const { integrations } = parseConfiguration({}, INTEGRATIONS).configuration;
const integration = integrations.find(isSharing) as SharingIntegration;
const description = parseRoute(
  {
    apiVersion: "traefik.io/v1alpha1",
    kind: "IngressRoute",
    metadata: { namespace: "shop", name: "web" },
    spec: { routes: [{ kind: "Rule", match: "Host(`web.org`)" }], tls: { secretName: "web" } },
  },
  { compileRegexp: () => null },
);
const owner: OwnerReference = {
  apiVersion: "traefik.io/v1alpha1",
  kind: "IngressRoute",
  name: "web",
  uid: "u",
};

function certificate(ownerReferences: readonly OwnerReference[]): KubernetesObject {
  const metadata = { namespace: "shop", name: "web-tls", ownerReferences };
  return {
    apiVersion: "cert-manager.io/v1",
    kind: "Certificate",
    metadata,
    spec: { secretName: "web", dnsNames: ["web.org"] },
  };
}

/** Whether an update of an object with these owners may rest on lists that are behind. */
function mayUpdate(live: KubernetesObject): boolean {
  const step = { action: "update", child: certificate([owner]), live } as const;
  const judged = {
    plans: [{ step, problems: [], members: [] }],
    children: [live],
    usedLists: true,
    isUnchanged: true,
  };
  return mayFollow(integration, { route: description.route, description, readsAll: false }, judged, {
    ingressClass: null,
  });
}

test("an update that only adds may follow from old lists, an adoption may not: another may be as good", () => {
  assert.equal(mayUpdate(certificate([owner])), true);
  assert.equal(mayUpdate(certificate([])), false);
});
