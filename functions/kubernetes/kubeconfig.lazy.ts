/**
 * Credentials from a kubeconfig. Loads @kubernetes/client-node, which costs several times what the whole serving
 * path costs, so nothing imports this file statically (ADR 0002).
 *
 * @module
 */
import type { RequestOptions } from "node:https";
import { type Cluster, KubeConfig } from "@kubernetes/client-node";
import type { Credentials, TlsSettings } from "./credentials.ts";

/**
 * Reads the default kubeconfig (`KUBECONFIG`, else `~/.kube/config`) and one of its contexts, unless named the current
 * one: tokens, client certificates, exec and OIDC plugins, proxies excepted.
 *
 * @throws Error where there is no usable cluster in that context
 */
export async function kubeconfigCredentials(context: string | null = null): Promise<Credentials> {
  const { cluster, options } = await read(context);
  return {
    server: new URL(cluster.server),
    tls: tlsOf(options),
    reloadTls: async () => tlsOf((await read(context)).options),
    authorization: async (fresh) => authorizationOf(fresh ? (await read(context)).options : options),
  };
}

/** From the files: what stands in them, and in those that they name, is rotated. */
async function read(context: string | null): Promise<{ cluster: Cluster; options: RequestOptions }> {
  const config = new KubeConfig();
  config.loadFromDefault();
  if (context !== null) {
    const known = config.getContexts().map(({ name }) => name);
    if (!known.includes(context)) throw new Error(`there is no context ${context}, only ${known.join(", ")}`);
    config.setCurrentContext(context);
  }
  const cluster = config.getCurrentCluster();
  if (cluster === null) throw new Error("the kubeconfig's current context names no cluster");
  const options: RequestOptions = { headers: {} };
  await config.applyToHTTPSOptions(options);
  return { cluster, options };
}

function tlsOf({ ca, cert, key, rejectUnauthorized, servername }: RequestOptions): TlsSettings {
  return {
    ...optionalText("ca", ca),
    ...optionalText("cert", cert),
    ...optionalText("key", key),
    ...(rejectUnauthorized === undefined ? {} : { rejectUnauthorized }),
    ...(servername === undefined ? {} : { servername }),
  };
}

function authorizationOf(options: RequestOptions): string | null {
  const headers = new Headers(options.headers as Record<string, string>);
  return headers.get("authorization");
}

function optionalText(key: "ca" | "cert" | "key", value: unknown): Record<string, string> {
  if (typeof value === "string" || value instanceof Uint8Array) return { [key]: value.toString() };
  return {};
}
