/**
 * How to reach the API server and as whom. Inside a pod that is three files and two variables.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Where the kubelet mounts the ServiceAccount (Kubernetes documentation, "Accessing the API from a Pod"). */
const SERVICE_ACCOUNT_DIRECTORY = "/var/run/secrets/kubernetes.io/serviceaccount";

/** PEM texts and switches for the TLS connection. */
export interface TlsSettings {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly rejectUnauthorized?: boolean;
  readonly servername?: string;
}

export interface Credentials {
  /** Scheme, host and port of the API server. */
  readonly server: URL;
  readonly tls: TlsSettings;
  /** Reads the same from its source again, for authorities are rotated; absent where there is nothing to read. */
  reloadTls?(): Promise<TlsSettings>;
  /** Value of the Authorization header, or null where a client certificate speaks. `fresh` re-reads its source. */
  authorization(fresh: boolean): Promise<string | null>;
}

/** There is neither a ServiceAccount nor a kubeconfig. */
export class NoCredentialsError extends Error {
  override readonly name = "NoCredentialsError";
}

/**
 * Credentials of the pod's ServiceAccount: `SERVICE_ACCOUNT_DIRECTORY` moves it, for tests and for odd mounts. The
 * kubelet rotates the token and the authority, hence both are re-read on demand.
 *
 * @throws NoCredentialsError naming what was looked for
 */
export function serviceAccountCredentials(env: NodeJS.ProcessEnv): Credentials {
  const directory = env.SERVICE_ACCOUNT_DIRECTORY ?? SERVICE_ACCOUNT_DIRECTORY;
  const host = env.KUBERNETES_SERVICE_HOST;
  const port = env.KUBERNETES_SERVICE_PORT ?? "443";
  if (!host) {
    throw new NoCredentialsError(
      "no credentials for a Kubernetes API server: set KUBECONFIG to a kubeconfig file, or run in a pod " +
        "(KUBERNETES_SERVICE_HOST is not set)",
    );
  }
  const read = (file: string): string => {
    try {
      return readFileSync(join(directory, file), "utf8");
    } catch (cause) {
      throw new NoCredentialsError(
        `no credentials for a Kubernetes API server: ${join(directory, file)} cannot be read; ` +
          "does the pod mount a ServiceAccount token (automountServiceAccountToken)?",
        { cause },
      );
    }
  };
  let token = read("token").trim();
  const readTls = () => ({ ca: read("ca.crt") });
  return {
    server: new URL(`https://${host.includes(":") ? `[${host}]` : host}:${port}`),
    tls: readTls(),
    reloadTls: async () => readTls(),
    authorization: async (fresh) => {
      if (fresh) token = read("token").trim();
      return `Bearer ${token}`;
    },
  };
}
