/**
 * cert-manager's own controllers, and issuers that ask the ACME server and solve its challenges in the DNS server.
 *
 * @module
 */

import { isReady } from "../../cluster/conditions.ts";
import type { Admin } from "../../control-plane/admin.ts";
import type { Cluster } from "../../control-plane/cluster.ts";
import type { Supervisor } from "../../control-plane/supervised.ts";
import type { AcmeServer, Profile } from "./acme-server.ts";
import type { DnsServer } from "./dns-server.ts";
import { launch, type Running } from "./listening.ts";

const namespace = "cert-manager";
/** The ClusterIssuer that the chart names unless told otherwise. */
export const ISSUER = "ca-issuer";
const TSIG_SECRET = "tsig";

export interface CertManagerOptions {
  /** Makes Certificates of annotated Ingresses too. */
  readonly shim?: boolean;
}

export async function startCertManager(
  supervisor: Supervisor,
  program: string,
  cluster: Cluster,
  dns: DnsServer,
  options: CertManagerOptions = {},
): Promise<Running> {
  await cluster.admin.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
  const args = [
    `-kubeconfig=${cluster.kubeconfigPath}`,
    `-cluster-resource-namespace=${namespace}`,
    `-shim=${options.shim ?? false}`,
    ...acmeArgs(dns),
  ];
  return launch(supervisor, { name: "cert-manager", command: program, args, ports: [] });
}

/** Where it finds DNS, with the key that it writes with. */
type Dns = Pick<DnsServer, "address" | "port" | "acmeKey">;
/** Where it finds the ACME server. */
type Acme = Pick<AcmeServer, "authorityPem"> & { readonly front: Pick<AcmeServer["front"], "directory"> };

/** The flags for ACME with that DNS server. */
export function acmeArgs({ address, port }: Dns): readonly string[] {
  return [
    "-acme",
    `-dns01-nameservers=${address}:${port}`,
    // An hour with the usual settings.
    "-backoff=2s",
    "-workers=5",
    "-kube-api-qps=200",
  ];
}

/**
 * Has the issuer make itself a new account: what helps after the ACME server has forgotten it, which cert-manager does not
 * find out by itself.
 */
export async function renewAccount(admin: Admin, name = ISSUER): Promise<void> {
  const issuer = { apiVersion: "cert-manager.io/v1", kind: "ClusterIssuer", name };
  await admin.patch(issuer, { status: { acme: { uri: "" } } }, { subresource: "status" });
  await admin.waitFor(issuer, (object) => {
    const { acme } = (object?.status ?? {}) as { acme?: { uri?: string } };
    return isReady(object) && (acme?.uri ?? "") !== "";
  });
}

export interface IssuerOptions {
  readonly name?: string;
  readonly profile?: Profile;
}

/** Makes a ClusterIssuer and waits until it has its account at the ACME server. */
export async function applyIssuer(
  admin: Admin,
  acme: Acme,
  dns: Dns,
  { name = ISSUER, profile = "classic" }: IssuerOptions = {},
): Promise<void> {
  await admin.apply({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { namespace, name: TSIG_SECRET },
    stringData: { secret: dns.acmeKey.secret },
  });
  const rfc2136 = {
    nameserver: `${dns.address}:${dns.port}`,
    tsigKeyName: dns.acmeKey.name,
    tsigAlgorithm: "HMACSHA256",
    tsigSecretSecretRef: { name: TSIG_SECRET, key: "secret" },
  };
  const issuer = { apiVersion: "cert-manager.io/v1", kind: "ClusterIssuer" };
  await admin.apply({
    ...issuer,
    metadata: { name },
    spec: {
      acme: {
        server: acme.front.directory,
        caBundle: Buffer.from(acme.authorityPem).toString("base64"),
        email: "admin@example.com",
        profile,
        privateKeySecretRef: { name: `${name}-account` },
        // Its own look for the record is followed by a wait of a minute.
        solvers: [{ dns01: { rfc2136 }, waitInsteadOfSelfCheck: "0s" }],
      },
    },
  });
  await admin.waitFor({ ...issuer, name }, isReady);
}
