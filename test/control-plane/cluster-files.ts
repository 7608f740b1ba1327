/**
 * The files that the programs of a control plane read: certificates, keys, kubeconfigs, the audit policy.
 *
 * @module
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { auditPolicy, type Layout } from "./arguments.ts";
import { createAuthority, createSigningKeys, issue, type KeyedCertificate } from "./certificates.ts";
import { kubeconfig } from "./kubeconfig.ts";

export interface ClusterFiles {
  readonly authority: KeyedCertificate;
  /** Of a user in `system:masters`. */
  readonly admin: KeyedCertificate;
}

/**
 * Makes all keys and writes the files into the folder of `layout`, for `url`, where the API server will be, and for
 * further `names` and addresses of it.
 */
export async function writeClusterFiles(
  { folder, bindAddress }: Layout,
  url: string,
  names: readonly string[] = [],
): Promise<ClusterFiles> {
  const [authority, signing] = await Promise.all([
    createAuthority("test control plane"),
    createSigningKeys(),
  ]);
  const hosts = [...new Set(["localhost", "127.0.0.1", bindAddress, "kubernetes.default.svc", ...names])];
  const masters = { organizations: ["system:masters"] };
  const [server, admin, controllers] = await Promise.all([
    issue(authority, { commonName: "kube-apiserver", hosts }),
    issue(authority, { commonName: "admin", ...masters }),
    issue(authority, { commonName: "system:kube-controller-manager", ...masters }),
  ]);
  const files: Record<string, string> = {
    "ca.crt": authority.certPem,
    "apiserver.crt": server.certPem,
    "apiserver.key": server.keyPem,
    "service-accounts.pub": signing.publicPem,
    "service-accounts.key": signing.privatePem,
    "audit-policy.json": JSON.stringify(auditPolicy),
    "admin.kubeconfig": kubeconfig({ url, caPem: authority.certPem, ...admin }),
    "controller-manager.kubeconfig": kubeconfig({ url, caPem: authority.certPem, ...controllers }),
  };
  await Promise.all(
    Object.entries(files).map(([name, text]) => writeFile(join(folder, name), text, { mode: 0o600 })),
  );
  return { authority, admin };
}
