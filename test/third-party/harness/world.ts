/**
 * A route's whole world on loopback: a control plane, the chart with its function and sources, and every third party.
 * The function runs in this process as the chart's ServiceAccount; a fake plays Knative's ApiServerSource.
 *
 * @module
 */
import type { KubernetesObject } from "../../../functions/kubernetes/objects.ts";
import { isReady } from "../../cluster/conditions.ts";
import type { Manifest } from "../../control-plane/admin.ts";
import { type ControlPlane, startControlPlane } from "../../control-plane/control-plane.ts";
import { thirdParties as crdsOf, loadCrds } from "../../control-plane/crds.ts";
import { CERTIFICATES, ENDPOINTS, SERVICES } from "../../integration/harness/objects.ts";
import type { ReleaseOptions } from "../../integration/harness/release.ts";
import type { RunningSources } from "../../integration/harness/running-sources.ts";
import { until } from "../../integration/harness/until.ts";
import { startWorld, type World } from "../../integration/harness/world.ts";
import { applyIssuer } from "../launch/cert-manager.ts";
import { startThirdParties, type ThirdParties, type ThirdPartyOptions } from "../launch/third-parties.ts";
import { findPrograms, type Program } from "../programs.ts";
import type { HttpsAnswer } from "./https.ts";
import { untilValid } from "./https.ts";

/** Where DNS points: the addresses of Traefik's Service. */
export const ADDRESS = "203.0.113.10";
export const ADDRESS_V6 = "2001:db8::10";

export interface RouteWorld extends World {
  readonly controlPlane: ControlPlane;
  readonly sources: RunningSources;
  readonly parties: ThirdParties;
  /** The root of what the ACME server has issued. */
  readonly rootPem: string;
  /** Takes another root from now on. */
  trust(rootPem: string): void;
  /** Makes the issuer again, after its kind was gone. */
  applyIssuer(): Promise<void>;
  /** Sets the addresses of Traefik's Service. */
  setAddresses(...addresses: readonly string[]): Promise<void>;
  /** Waits until that Certificate is ready for these names, and says what it is then. */
  certified(name: string, names: readonly string[], timeout?: number): Promise<KubernetesObject>;
  /** Waits until external-dns has looked at this generation of the DNSEndpoint. */
  observed(name: string, generation: number): Promise<void>;
  /** Waits until every replica of Traefik answers `https://<host>/` validly, and as `wanted`. */
  validEverywhere(host: string, wanted?: (answer: HttpsAnswer) => boolean): Promise<readonly HttpsAnswer[]>;
  /** Waits until the DNS server has these records, and no others, under the name. */
  answered(name: string, type: "A" | "AAAA" | "CNAME" | "TXT", values: readonly string[]): Promise<void>;
}

export interface RouteWorldOptions extends ThirdPartyOptions {
  readonly values?: ReleaseOptions["values"];
  /** Those that run; all unless told. */
  readonly programs?: readonly Program[];
}

export async function startRouteWorld(options: RouteWorldOptions = {}): Promise<RouteWorld> {
  const found = await findPrograms(options.programs);
  const controlPlane = await startControlPlane({ crds: await loadCrds([...crdsOf, "cert-manager-acme"]) });
  const { admin } = controlPlane;
  await applyTraefikService(controlPlane);
  const parties = await startThirdParties(controlPlane, found, options);
  const world = await startWorld(controlPlane, {
    ingressClass: null,
    ...(options.values !== undefined && { values: options.values }),
  });
  const sources = await world.listen();
  let rootPem = parties.has("pebble") ? await parties.acme.rootPem() : "";
  const setAddresses: RouteWorld["setAddresses"] = async (...addresses) => {
    const status = { loadBalancer: { ingress: addresses.map((ip) => ({ ip })) } };
    await admin.patch(TRAEFIK, { status }, { subresource: "status" });
  };
  await setAddresses(ADDRESS);
  return {
    ...world,
    controlPlane,
    sources,
    parties,
    get rootPem() {
      return rootPem;
    },
    trust(root) {
      rootPem = root;
    },
    setAddresses,
    applyIssuer: () => applyIssuer(admin, parties.acme, parties.dns),
    async certified(name, names, timeout = 60_000) {
      const { certManager: _ } = parties;
      const object = await admin.waitFor(
        { ...CERTIFICATES, namespace: world.namespace, name },
        (object) => isReady(object) && isFor(object, names),
        timeout,
      );
      return object as KubernetesObject;
    },
    async observed(name, generation) {
      const { externalDns: _ } = parties;
      await admin.waitFor({ ...ENDPOINTS, namespace: world.namespace, name }, (object) => {
        const { observedGeneration = 0 } = (object?.status ?? {}) as { observedGeneration?: number };
        return observedGeneration >= generation;
      });
    },
    validEverywhere: (host, wanted) =>
      Promise.all(parties.replicas.map((replica) => untilValid(replica, host, rootPem, wanted))),
    async answered(name, type, values) {
      const { dns, externalDns: _ } = parties;
      const wanted = [...values].sort().join(" ");
      await until(
        `${type} of ${name} is "${wanted}"`,
        async () => (await dns.records(name, type)).join(" ") === wanted,
      );
    },
    async stop() {
      await world.stop();
      await parties.stop();
      await controlPlane.stop();
    },
  };
}

const TRAEFIK = { ...SERVICES, namespace: "traefik", name: "traefik" };

async function applyTraefikService({ admin }: ControlPlane): Promise<void> {
  const { namespace, name } = TRAEFIK;
  await admin.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
  await admin.apply({
    ...SERVICES,
    metadata: { namespace, name, labels: { "app.kubernetes.io/name": "traefik" } },
    spec: { type: "LoadBalancer", ports: [{ name: "websecure", port: 443 }] },
  });
}

/** Whether cert-manager has seen the spec with exactly these names. */
function isFor(object: KubernetesObject | null, names: readonly string[]): boolean {
  const { dnsNames = [] } = (object?.spec ?? {}) as { dnsNames?: readonly string[] };
  const { conditions = [] } = (object?.status ?? {}) as {
    conditions?: readonly { type: string; observedGeneration?: number }[];
  };
  const ready = conditions.find(({ type }) => type === "Ready");
  return (
    [...dnsNames].sort().join(" ") === [...names].sort().join(" ") &&
    ready?.observedGeneration === object?.metadata.generation
  );
}

export interface ServedRoute {
  readonly namespace: string;
  readonly name: string;
  /** One rule, or several; unless given, one for `<name>.example.com`. */
  readonly match?: string | readonly string[];
  readonly secretName?: string | null;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** An IngressRoute that Traefik answers itself, with 200, wherever it comes in. */
export function servedRoute(options: ServedRoute): Manifest {
  const { namespace, name, secretName = `${name}-secret`, annotations = {} } = options;
  const matches = [options.match ?? `Host(\`${name}.example.com\`)`].flat();
  const services = [{ kind: "TraefikService", name: "ping@internal" }];
  return {
    apiVersion: "traefik.io/v1alpha1",
    kind: "IngressRoute",
    metadata: { namespace, name, annotations },
    spec: {
      entryPoints: ["websecure"],
      routes: matches.map((match) => ({ kind: "Rule", match, services })),
      ...(secretName === null ? {} : { tls: { secretName } }),
    },
  };
}
