/**
 * Kubeconfig files for tests.
 *
 * @module
 */
import type { Connection } from "./api-client.ts";

/** A kubeconfig (JSON, which is YAML) with one context. */
export function kubeconfig(
  { url, caPem, certPem, keyPem, token }: Connection,
  namespace = "default",
): string {
  const base64 = (text: string) => Buffer.from(text).toString("base64");
  const user = {
    ...(certPem !== undefined && { "client-certificate-data": base64(certPem) }),
    ...(keyPem !== undefined && { "client-key-data": base64(keyPem) }),
    ...(token !== undefined && { token }),
  };
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "test", cluster: { server: url, "certificate-authority-data": base64(caPem) } }],
    users: [{ name: "test", user }],
    contexts: [{ name: "test", context: { cluster: "test", user: "test", namespace } }],
    "current-context": "test",
  });
}
