/**
 * The few API server operations that this product needs, each answering with parsed objects or an error class.
 *
 * @module
 */
import { isRecord } from "../schema/unknown.ts";
import type { Credentials } from "./credentials.ts";
import { NotFoundError, TooManyRequestsError, UnauthorizedError, UnavailableError } from "./errors.ts";
import { type ApiRequest, type ApiResponse, describe } from "./exchange.ts";
import type { KubernetesObject, ObjectReference, ResourceDefinition } from "./objects.ts";
import { collectionPath, objectPath } from "./paths.ts";
import { errorOf } from "./status.ts";
import { type ColumnPage, parseColumn } from "./table.ts";
import type { Transport } from "./transport.ts";
import { createWatchReader, type WatchChange } from "./watch.ts";

export const FIELD_MANAGER = "traefik-cert-rotater";

export interface ListOptions {
  readonly namespace: string | null;
  readonly labelSelector?: string;
  readonly limit?: number;
  readonly continueToken?: string;
  /** The list as it was at exactly this version (`resourceVersionMatch=Exact`). */
  readonly exactVersion?: string;
  /** As the API server's cache has it, which may be behind (`resourceVersion=0`): it waits for nothing. */
  readonly fromCache?: boolean;
}

export interface ListPage {
  readonly items: readonly KubernetesObject[];
  /** Token of the next page; null on the last. */
  readonly continueToken: string | null;
  readonly resourceVersion: string;
}

export interface WatchOptions {
  /** A version of the kind. */
  readonly since: string;
  readonly onChange: (change: WatchChange) => void;
  readonly signal: AbortSignal;
}

/** Pins a delete to the object that was classified. */
export interface Preconditions {
  readonly uid: string;
  readonly resourceVersion: string;
}

/** All methods throw a `KubernetesError`; which one, `errors.ts` says. */
export interface KubernetesClient {
  /** Null only where the API server says that this object does not exist. */
  get(reference: ObjectReference): Promise<KubernetesObject | null>;
  /** The same without spec, data or status. */
  getMetadata(reference: ObjectReference): Promise<KubernetesObject | null>;
  /** Any document that the API server serves as JSON, such as its keys. */
  readJson(path: string): Promise<unknown>;
  list(resource: ResourceDefinition, options: ListOptions): Promise<ListPage>;
  /**
   * What a printer column says of each object, which costs the API server and us a fraction of the objects; null where
   * the kind has no such column, or it does not say a text of each.
   */
  listColumn(resource: ResourceDefinition, column: string, options: ListOptions): Promise<ColumnPage | null>;
  /** Calls for each change in all namespaces after the version; ends when `signal` says so, or with the server's watch. */
  watch(resource: ResourceDefinition, options: WatchOptions): Promise<void>;
  /** Server-side apply, forced; the caller pins uid or resourceVersion in the object. */
  apply(reference: ObjectReference, object: KubernetesObject): Promise<KubernetesObject>;
  create(reference: ObjectReference, object: KubernetesObject): Promise<KubernetesObject>;
  mergePatch(reference: ObjectReference, patch: Readonly<Record<string, unknown>>): Promise<KubernetesObject>;
  delete(reference: ObjectReference, preconditions: Preconditions): Promise<void>;
}

/** Pages of 500 objects of a busy cluster take longer than one object. */
const LIST_TIMEOUT_MS = 60_000;

/** A watch is for minutes at most; whoever needs it longer asks again. */
const WATCH_SECONDS = 300;

/** The longest that one request waits in place when asked to slow down; beyond it the sender of the event waits. */
const MAX_WAIT_SECONDS = 2;

/** The key set has a media type of its own. */
const ANY_JSON = "application/json, application/jwk-set+json";
const METADATA_ONLY = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1";
/** A server that knows no tables answers with the list, which has no columns. */
const TABLE = "application/json;as=Table;g=meta.k8s.io;v=v1, application/json";

export function createClient(credentials: Credentials, transport: Transport): KubernetesClient {
  const authorize = async (request: ApiRequest, fresh: boolean): Promise<string | null> => {
    try {
      return await credentials.authorization(fresh);
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new UnavailableError(describe(request), why, { cause });
    }
  };

  const attempt = async (request: ApiRequest, fresh: boolean): Promise<ApiResponse> => {
    const response = await transport(request, await authorize(request, fresh));
    if (response.status >= 200 && response.status < 300) return response;
    throw errorOf(describe(request), response);
  };

  const send = async (request: ApiRequest): Promise<ApiResponse> => {
    try {
      return await attempt(request, false);
    } catch (error) {
      if (error instanceof UnauthorizedError) return attempt(request, true);
      if (error instanceof TooManyRequestsError && error.retryAfterSeconds <= MAX_WAIT_SECONDS) {
        await new Promise((resolve) => setTimeout(resolve, error.retryAfterSeconds * 1000));
        return attempt(request, false);
      }
      throw error;
    }
  };

  const object = async (request: ApiRequest): Promise<KubernetesObject> =>
    parseObject(describe(request), parseJson(describe(request), (await send(request)).text));

  return {
    get: (reference) => orNull(object({ method: "GET", path: objectPath(reference) })),

    getMetadata: (reference) =>
      orNull(object({ method: "GET", path: objectPath(reference), accept: METADATA_ONLY })),

    readJson: async (path) => {
      const request: ApiRequest = { method: "GET", path, accept: ANY_JSON };
      return parseJson(describe(request), (await send(request)).text);
    },

    list: async (resource, options) => {
      const request: ApiRequest = {
        method: "GET",
        path: collectionPath(resource, options.namespace) + listQuery(options),
        timeoutMs: LIST_TIMEOUT_MS,
      };
      return parseList(describe(request), resource, (await send(request)).text);
    },

    listColumn: async (resource, column, options) => {
      const query = new URLSearchParams(listQuery(options));
      query.set("includeObject", "None");
      const request: ApiRequest = {
        method: "GET",
        path: `${collectionPath(resource, options.namespace)}?${query}`,
        accept: TABLE,
        timeoutMs: LIST_TIMEOUT_MS,
      };
      return parseColumn(parseJson(describe(request), (await send(request)).text), column);
    },

    watch: async (resource, { since, onChange, signal }) => {
      const query = new URLSearchParams({
        watch: "true",
        resourceVersion: since,
        timeoutSeconds: String(WATCH_SECONDS),
      });
      const path = `${collectionPath(resource, null)}?${query}`;
      const failed = new AbortController();
      const stop = AbortSignal.any([signal, failed.signal]);
      let failure: unknown = null;
      const named = describe({ method: "GET", path });
      const read = createWatchReader(named, onChange);
      const onText = (text: string) => {
        try {
          read(text);
        } catch (error) {
          failure ??= error;
          failed.abort();
        }
      };
      const timeoutMs = (WATCH_SECONDS + 10) * 1000;
      try {
        await send({ method: "GET", path, timeoutMs, stream: { onText, signal: stop } });
      } catch (error) {
        if (signal.aborted) return;
        throw failure ?? error;
      }
    },

    apply: (reference, body) =>
      object({
        method: "PATCH",
        path: `${objectPath(reference)}?fieldManager=${FIELD_MANAGER}&force=true&fieldValidation=Strict`,
        contentType: "application/apply-patch+yaml",
        body: JSON.stringify(body),
      }),

    create: (reference, body) =>
      object({
        method: "POST",
        path: `${collectionPath(reference.resource, reference.namespace)}?fieldManager=${FIELD_MANAGER}`,
        body: JSON.stringify(body),
      }),

    mergePatch: (reference, patch) =>
      object({
        method: "PATCH",
        path: `${objectPath(reference)}?fieldManager=${FIELD_MANAGER}`,
        contentType: "application/merge-patch+json",
        body: JSON.stringify(patch),
      }),

    delete: async (reference, preconditions) => {
      try {
        await send({ method: "DELETE", path: objectPath(reference), body: deleteOptions(preconditions) });
      } catch (error) {
        if (!(error instanceof NotFoundError)) throw error;
      }
    },
  };
}

async function orNull(request: Promise<KubernetesObject>): Promise<KubernetesObject | null> {
  try {
    return await request;
  } catch (error) {
    if (error instanceof NotFoundError) return null;
    throw error;
  }
}

function deleteOptions(preconditions: Preconditions): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "DeleteOptions",
    propagationPolicy: "Background",
    preconditions,
  });
}

function listQuery(options: ListOptions): string {
  const query = new URLSearchParams();
  if (options.labelSelector) query.set("labelSelector", options.labelSelector);
  if (options.limit) query.set("limit", String(options.limit));
  if (options.continueToken) query.set("continue", options.continueToken);
  if (options.exactVersion) {
    query.set("resourceVersion", options.exactVersion);
    query.set("resourceVersionMatch", "Exact");
  } else if (options.fromCache) query.set("resourceVersion", "0");
  const text = query.toString();
  return text === "" ? "" : `?${text}`;
}

/** An answer that is no JSON comes from something in between (a proxy's error page, a cut connection). */
function parseJson(request: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new UnavailableError(request, "the answer is not JSON", { cause });
  }
}

function parseList(request: string, resource: ResourceDefinition, text: string): ListPage {
  const list = parseJson(request, text);
  if (!isRecord(list) || !Array.isArray(list.items) || !isRecord(list.metadata)) {
    throw new UnavailableError(request, "the answer is not a list");
  }
  const apiVersion = resource.group === "" ? resource.version : `${resource.group}/${resource.version}`;
  // Items of a built-in kind come without what the list says for all of them.
  const items = list.items.map((item: unknown) =>
    parseObject(
      request,
      isRecord(item) && item.kind === undefined ? { ...item, apiVersion, kind: resource.kind } : item,
    ),
  );
  const { continue: token, resourceVersion } = list.metadata;
  return {
    items,
    continueToken: typeof token === "string" && token !== "" ? token : null,
    resourceVersion: typeof resourceVersion === "string" ? resourceVersion : "",
  };
}

/** The API server's own schema guarantees `metadata`; what is checked here is that it was the API server. */
function parseObject(request: string, value: unknown): KubernetesObject {
  const ok =
    isRecord(value) &&
    typeof value.apiVersion === "string" &&
    typeof value.kind === "string" &&
    isRecord(value.metadata) &&
    typeof value.metadata.name === "string";
  if (!ok) throw new UnavailableError(request, "the answer is not a Kubernetes object");
  return value as unknown as KubernetesObject;
}
