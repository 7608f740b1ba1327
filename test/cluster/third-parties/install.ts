/**
 * Everything that stands between a route's children and valid HTTPS, in pods: DNS server, ACME server, cert-manager with
 * an issuer, external-dns, two replicas of Traefik.
 *
 * @module
 */
import type { Admin } from "../../control-plane/admin.ts";
import { loadCrds } from "../../control-plane/crds.ts";
import type { HttpsServer } from "../../third-party/harness/https.ts";
import { acmeArgs, applyIssuer } from "../../third-party/launch/cert-manager.ts";
import { externalDnsArgs } from "../../third-party/launch/external-dns.ts";
import { traefikArgs } from "../../third-party/launch/traefik.ts";
import { installCertManager, removeCertManager } from "../cert-manager/install.ts";
import { removeNamespace } from "../deployments.ts";
import { importImages } from "../images/import.ts";
import { installAcmeServer } from "./acme-server.ts";
import { type DnsServerInPod, installDnsServer } from "./dns-server.ts";
import { thirdPartyArchives } from "./images.ts";
import { installProgram } from "./program.ts";

export interface ThirdPartiesInPods {
  readonly dns: DnsServerInPod;
  /** The root of what the ACME server issues. */
  readonly rootPem: string;
  /** The pods of Traefik. */
  readonly replicas: readonly HttpsServer[];
  /** Ends them all. */
  remove(): Promise<void>;
}

/**
 * A ClusterIssuer of its own, which routes name by annotation: the Certificates that other tests have left on the cluster
 * are not ordered.
 */
export const issuer = "acme";

const ports = { https: 8_443, own: 8_080, metrics: 7_979 } as const;

export async function installThirdParties(admin: Admin): Promise<ThirdPartiesInPods> {
  await importImages(await thirdPartyArchives());
  await admin.applyCrds(await loadCrds(["cert-manager-acme"]));
  const home = { namespace: await admin.createNamespace("third-parties") };
  const dns = await installDnsServer(admin, home);
  const [acme] = await Promise.all([
    installAcmeServer(admin, home, dns),
    installCertManager(admin, acmeArgs(dns)),
    installProgram(admin, home, {
      name: "external-dns",
      args: [
        ...externalDnsArgs(dns, { sources: ["crd"], owner: "external-dns" }),
        `--metrics-address=:${ports.metrics}`,
      ],
      port: ports.metrics,
    }),
    installProgram(admin, home, {
      name: "traefik",
      args: traefikArgs(`:${ports.https}`, `:${ports.own}`),
      port: ports.https,
      replicas: 2,
    }),
  ]);
  await applyIssuer(admin, acme, dns, { name: issuer });
  const pods = await admin.list({ apiVersion: "v1", kind: "Pod", ...home }, { labelSelector: "app=traefik" });
  return {
    dns,
    rootPem: acme.rootPem,
    replicas: pods.map(({ status }) => ({
      address: (status as { podIP: string }).podIP,
      port: ports.https,
    })),
    async remove() {
      await removeCertManager(admin);
      await admin.delete({ apiVersion: "cert-manager.io/v1", kind: "ClusterIssuer", name: issuer });
      await removeNamespace(admin, home.namespace);
    },
  };
}
