/**
 * What a test does with a cluster: any object by kind, waiting by watch, tokens, CRDs.
 *
 * @module
 */
import type { KubernetesObject } from "../../functions/kubernetes/objects.ts";
import { type ApiClient, ApiError, type Connection, createApiClient } from "./api-client.ts";
import type { CustomResourceDefinition } from "./crds.ts";
import { createResolver, type Resolver } from "./resolver.ts";
import { watch } from "./watch.ts";

/** Names an object, or with no `name` a collection. */
export interface Target {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string | undefined;
  readonly name?: string;
}

/** An object to be written: what the API server fills in may be missing. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name?: string;
    readonly namespace?: string;
    readonly [field: string]: unknown;
  };
  readonly [field: string]: unknown;
}

export interface Admin {
  readonly client: ApiClient;
  readonly resolver: Resolver;
  /** Server-side apply, with force, as field manager `test-admin` unless given. Unknown fields are an error. */
  apply(object: Manifest, options?: { fieldManager?: string }): Promise<KubernetesObject>;
  create(object: Manifest): Promise<KubernetesObject>;
  /** Replaces the object, or with `subresource: "status"` its status. */
  replace(object: Manifest, options?: { subresource?: string }): Promise<KubernetesObject>;
  /** JSON merge patch. */
  patch(target: Target, patch: object, options?: { subresource?: string }): Promise<KubernetesObject>;
  /** The object, or null if there is none. */
  get(target: Target): Promise<KubernetesObject | null>;
  /** All objects of a kind, in all namespaces unless `target` names one. */
  list(target: Target, options?: { labelSelector?: string }): Promise<KubernetesObject[]>;
  /** Deletes the object; one that is not there is fine. */
  delete(target: Target, options?: { propagation?: "Background" | "Foreground" | "Orphan" }): Promise<void>;
  /** Creates a namespace; its name is `prefix` and a random end. Returns the name. */
  createNamespace(prefix?: string, labels?: Record<string, string>): Promise<string>;
  /** Waits until the object (null: absent) satisfies `condition`, by watch. Throws after `timeout` ms (30,000). */
  waitFor(
    target: Target & { readonly name: string },
    condition: (object: KubernetesObject | null) => boolean,
    timeout?: number,
  ): Promise<KubernetesObject | null>;
  /** A token of a ServiceAccount, valid for an hour. */
  token(namespace: string, name: string, audiences?: readonly string[]): Promise<string>;
  /** Applies definitions and waits until their kinds are served. */
  applyCrds(crds: readonly CustomResourceDefinition[]): Promise<void>;
  close(): void;
}

/** Makes a client of the tests; `userAgent` marks its requests in the audit log. */
export function createAdmin(connection: Connection, userAgent = "test-admin"): Admin {
  const client = createApiClient(connection, userAgent);
  const resolver = createResolver(client);
  const send = async (request: Parameters<ApiClient["json"]>[0]) =>
    (await client.json(request)) as KubernetesObject;
  const pathOf = async (target: Target, subresource?: string) =>
    `${await resolver.path(target)}${subresource === undefined ? "" : `/${subresource}`}`;
  const strict = "fieldValidation=Strict";

  const admin: Admin = {
    client,
    resolver,
    async apply(object, { fieldManager = userAgent } = {}) {
      const query = `fieldManager=${encodeURIComponent(fieldManager)}&force=true&${strict}`;
      const path = `${await pathOf(targetOf(object))}?${query}`;
      return send({ method: "PATCH", path, body: object, contentType: "application/apply-patch+yaml" });
    },
    async create(object) {
      const { name: _, ...collection } = targetOf(object);
      return send({ method: "POST", path: `${await pathOf(collection)}?${strict}`, body: object });
    },
    async replace(object, { subresource } = {}) {
      return send({ method: "PUT", path: await pathOf(targetOf(object), subresource), body: object });
    },
    async patch(target, patch, { subresource } = {}) {
      const contentType = "application/merge-patch+json";
      return send({ method: "PATCH", path: await pathOf(target, subresource), body: patch, contentType });
    },
    async get(target) {
      return orNull(send({ path: await pathOf(target) }));
    },
    async list(target, { labelSelector } = {}) {
      const path = await pathOf(target);
      const query = labelSelector === undefined ? "" : `&labelSelector=${encodeURIComponent(labelSelector)}`;
      return listAll(client, `${path}?limit=500${query}`, target);
    },
    async delete(target, { propagation = "Background" } = {}) {
      const body = { apiVersion: "v1", kind: "DeleteOptions", propagationPolicy: propagation };
      await orNull(send({ method: "DELETE", path: await pathOf(target), body }));
    },
    async createNamespace(prefix = "test", labels = {}) {
      const metadata = { generateName: `${prefix}-`, labels };
      return (await admin.create({ apiVersion: "v1", kind: "Namespace", metadata })).metadata.name;
    },
    async waitFor({ name, ...collection }, condition, timeout = 30_000) {
      return waitFor(client, await pathOf(collection), { ...collection, name }, condition, timeout);
    },
    async token(namespace, name, audiences = []) {
      const path = await pathOf({ apiVersion: "v1", kind: "ServiceAccount", namespace, name }, "token");
      const body = {
        apiVersion: "authentication.k8s.io/v1",
        kind: "TokenRequest",
        spec: { audiences, expirationSeconds: 3_600 },
      };
      return ((await send({ method: "POST", path, body })).status as { token: string }).token;
    },
    async applyCrds(crds) {
      await Promise.all(crds.map((crd) => admin.apply(crd as unknown as Manifest)));
      await Promise.all(crds.map((crd) => waitUntilServed(admin, crd)));
    },
    close: () => client.close(),
  };
  return admin;
}

/** Names the object that a manifest describes. */
export function targetOf(object: Manifest): Target {
  const { apiVersion, kind, metadata } = object;
  return {
    apiVersion,
    kind,
    namespace: metadata.namespace,
    ...(metadata.name !== undefined && { name: metadata.name }),
  };
}

async function orNull<T>(answer: Promise<T>): Promise<T | null> {
  return answer.catch((error: unknown) => {
    // A kind that is not served is a mistake of the test, and its 404 has no reason.
    if (error instanceof ApiError && error.status === 404 && error.reason === "NotFound") return null;
    throw error;
  });
}

async function listAll(
  client: ApiClient,
  path: string,
  { apiVersion, kind }: Target,
): Promise<KubernetesObject[]> {
  const objects: KubernetesObject[] = [];
  let rest = "";
  do {
    const page = (await client.json({ path: `${path}${rest}` })) as {
      metadata: { continue?: string };
      items: KubernetesObject[];
    };
    // Items of built-in kinds come without these two.
    for (const item of page.items) objects.push({ ...item, apiVersion, kind });
    rest = page.metadata.continue ? `&continue=${encodeURIComponent(page.metadata.continue)}` : "";
  } while (rest !== "");
  return objects;
}

async function waitFor(
  client: ApiClient,
  path: string,
  target: Target & { name: string },
  condition: (object: KubernetesObject | null) => boolean,
  timeout: number,
): Promise<KubernetesObject | null> {
  const signal = AbortSignal.timeout(timeout);
  let last: KubernetesObject | null = null;
  try {
    for await (const state of watch(client, path, {
      fieldSelector: `metadata.name=${target.name}`,
      signal,
    })) {
      last = state.objects.get(`${target.namespace ?? ""}/${target.name}`) ?? null;
      if (condition(last)) return last;
    }
  } catch (cause) {
    if (!signal.aborted) throw cause;
  }
  const name = `${target.kind} ${target.namespace ?? ""}/${target.name}`;
  throw new Error(`${name} was not as awaited within ${timeout} ms: ${condition} of ${JSON.stringify(last)}`);
}

async function waitUntilServed(admin: Admin, crd: CustomResourceDefinition): Promise<void> {
  const { apiVersion, kind } = crd;
  await admin.waitFor({ apiVersion, kind, name: crd.metadata.name }, (object) => {
    const status = object?.status as { conditions?: { type: string; status: string }[] } | undefined;
    return (
      status?.conditions?.some(({ type, status }) => type === "Established" && status === "True") ?? false
    );
  });
  const { group, names, versions } = crd.spec;
  const version = versions.find(({ served }) => served)?.name ?? "";
  await admin.resolver.waitUntilServed({ apiVersion: `${group}/${version}`, kind: names.kind });
}
