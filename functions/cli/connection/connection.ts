/**
 * A connection to the API server of a kubeconfig's context.
 *
 * @module
 */
import { createClient, type KubernetesClient } from "../../kubernetes/client.ts";
import { ForbiddenError, KubernetesError } from "../../kubernetes/errors.ts";
import { describe } from "../../kubernetes/exchange.ts";
import { errorOf } from "../../kubernetes/status.ts";
import { createTransport } from "../../kubernetes/transport.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { accessError } from "./access-error.ts";
import { commandCredentials } from "./kubeconfig-context.ts";

/** An API server that answers. */
export interface Connection {
  /** Its URL. */
  readonly server: string;
  readonly client: KubernetesClient;
  /**
   * What stands at a path as text, such as a log.
   *
   * @throws {KubernetesError}
   */
  readText(path: string): Promise<string>;
}

/**
 * Asks for what everybody may read, so that a server that does not answer is reported as that.
 *
 * @param context of the kubeconfig; null for its current one
 * @throws {UsageError} where there is no way to a cluster
 * @throws {ClusterAccessError} where it does not answer
 */
export async function connect(context: string | null, env: Terminal["env"]): Promise<Connection> {
  const credentials = await commandCredentials(context, env);
  const transport = createTransport(credentials);
  const client = createClient(credentials, transport);
  const server = credentials.server.href;
  try {
    await client.readJson("/version");
  } catch (error) {
    if (!(error instanceof KubernetesError)) throw error;
    // It answers; what may be read is another matter.
    if (!(error instanceof ForbiddenError)) throw accessError(error, server);
  }
  return {
    server,
    client,
    readText: async (path) => {
      const request = { method: "GET", path, accept: "*/*" } as const;
      const response = await transport(request, await credentials.authorization(false));
      if (response.status >= 200 && response.status < 300) return response.text;
      throw errorOf(describe(request), response);
    },
  };
}
