/**
 * Requests to a Kubernetes API server over kept-alive connections, for tests.
 *
 * @module
 */
import type { IncomingMessage } from "node:http";
import { Agent, request as httpsRequest } from "node:https";

/** Where an API server is and who we are: a client certificate or a token. */
export interface Connection {
  /** Such as `https://127.0.0.1:6443`. */
  readonly url: string;
  readonly caPem: string;
  readonly certPem?: string;
  readonly keyPem?: string;
  readonly token?: string;
}

export interface ApiRequest {
  readonly method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Path with query, such as `/api/v1/namespaces?limit=1`. */
  readonly path: string;
  readonly body?: unknown;
  readonly contentType?: string;
  readonly signal?: AbortSignal;
}

/** An answer that is not 2xx: `status` is 0 when there was none. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: number;
  /** `reason` of the Status object, such as `NotFound`. */
  readonly reason: string;

  constructor(status: number, reason: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
    this.reason = reason;
  }
}

export interface ApiClient {
  /** Sends and returns the parsed JSON of a 2xx answer. Throws `ApiError`. */
  json(request: ApiRequest): Promise<unknown>;
  /** Sends and returns the body of a 2xx answer as it arrives. Throws `ApiError`. */
  stream(request: ApiRequest): Promise<AsyncIterable<string> & { destroy(): void }>;
  /** Ends the connections that are idle and refuses to keep others. */
  close(): void;
}

/** Makes a client; `userAgent` marks its requests in the audit log. */
export function createApiClient(connection: Connection, userAgent = "test-admin"): ApiClient {
  const agent = new Agent({
    keepAlive: true,
    maxSockets: 64,
    ca: connection.caPem,
    ...(connection.certPem !== undefined && { cert: connection.certPem }),
    ...(connection.keyPem !== undefined && { key: connection.keyPem }),
  });
  const send = ({ method = "GET", path, body, contentType = "application/json", signal }: ApiRequest) =>
    new Promise<IncomingMessage>((resolve, reject) => {
      const payload = body === undefined ? undefined : JSON.stringify(body);
      const request = httpsRequest(new URL(path, connection.url), {
        agent,
        method,
        headers: {
          accept: "application/json",
          "user-agent": userAgent,
          ...(connection.token !== undefined && { authorization: `Bearer ${connection.token}` }),
          ...(payload !== undefined && {
            "content-type": contentType,
            "content-length": Buffer.byteLength(payload),
          }),
        },
        ...(signal !== undefined && { signal }),
      });
      request.on("response", (response) => resolve(response.setEncoding("utf8")));
      request.on("error", (cause) =>
        reject(new ApiError(0, "Network", `${method} ${path}: ${cause.message}`, { cause })),
      );
      request.end(payload);
    });
  const checked = async (request: ApiRequest) => {
    const response = await send(request);
    if ((response.statusCode ?? 0) < 300) return response;
    throw toApiError(request, response.statusCode ?? 0, await textOf(response));
  };
  return {
    async json(request) {
      return JSON.parse(await textOf(await checked(request)));
    },
    stream: checked,
    close: () => agent.destroy(),
  };
}

async function textOf(response: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of response) text += chunk;
  return text;
}

function toApiError({ method = "GET", path }: ApiRequest, status: number, text: string): ApiError {
  let reason = "";
  let message = text.trim();
  try {
    ({ reason = "", message = text } = JSON.parse(text) as { reason?: string; message?: string });
  } catch {
    // Not a Status object: the text is the message.
  }
  return new ApiError(status, reason, `${method} ${path}: ${status} ${message}`);
}
