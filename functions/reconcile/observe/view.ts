/**
 * A look at one namespace: each thing is read from the API server when it is first asked for, and then known.
 * One view serves one attempt to reconcile; the next attempt looks again.
 *
 * @module
 */
import { dependencyKey, type Integration } from "../../integrations/integration.ts";
import type { KubernetesClient } from "../../kubernetes/client.ts";
import { KubernetesError } from "../../kubernetes/errors.ts";
import { isLiving, type KubernetesObject, type ResourceDefinition } from "../../kubernetes/objects.ts";
import { type RouteKinds, resourceOfRoute, routeResources } from "../../traefik/resources.ts";
import { type RouteDescription, type RouteReference, routeKey } from "../../traefik/route-description.ts";
import type { SharingIntegration } from "../plan/namespace-index.ts";
import { IGNORE_ANNOTATION } from "../plan/opt-out.ts";
import { isFoundByLabel, LOOKUP_SELECTOR } from "../plan/ownership.ts";
import { type DescribeContext, describeRoute, describeRoutes } from "./describe.ts";
import { type Acquired, readAcquired } from "./holders.ts";
import { listAll } from "./listing.ts";
import { isLeftOut } from "./unread-kinds.ts";

export type Reads = Pick<KubernetesClient, "get" | "getMetadata" | "list"> &
  Partial<Pick<KubernetesClient, "listColumn">>;
export type Annotations = Readonly<Record<string, string>>;
/** By `namespace/name`; null where the object does not exist. */
export type Dependencies = ReadonlyMap<string, KubernetesObject | null>;

export interface ViewContext extends DescribeContext {
  readonly selector: RouteKinds;
}

/** All methods throw the `KubernetesError` of the request. */
export class NamespaceView {
  readonly namespace: string;
  /** Lists come from the API server's cache, which may be behind. */
  readonly hasOldLists: boolean;
  readonly #context: ViewContext;
  readonly #client: Reads;
  readonly #known = new Map<string, Promise<unknown>>();

  constructor(context: ViewContext, client: Reads, namespace: string, hasOldLists = false) {
    this.#context = context;
    this.#client = client;
    this.namespace = namespace;
    this.hasOldLists = hasOldLists;
  }

  route(route: Pick<RouteReference, "kind" | "group" | "name">): Promise<KubernetesObject | null> {
    return this.#get(resourceOfRoute(route), route.name);
  }

  /** The route as it was just seen, instead of reading it. */
  hasSeen(route: Pick<RouteReference, "kind" | "group" | "name">, object: KubernetesObject): void {
    this.#known.set(getKey(resourceOfRoute(route), route.name), Promise.resolve(object));
  }

  /** The same of a child. */
  hasSeenChild({ resource }: Integration, child: KubernetesObject): void {
    this.#known.set(getKey(resource, child.metadata.name), Promise.resolve(child));
  }

  /** All objects of the kind, as they were just listed. */
  hasListed({ resource }: Integration, objects: readonly KubernetesObject[]): void {
    this.#known.set(listKey(resource), Promise.resolve(objects));
  }

  /** Takes it that there is no such child, instead of reading it. */
  assumeAbsent({ resource }: Integration, name: string): void {
    const key = getKey(resource, name);
    if (!this.#known.has(key)) this.#known.set(key, Promise.resolve(null));
  }

  /** The object that has the name, whoever made it. */
  child({ resource }: Integration, name: string): Promise<KubernetesObject | null> {
    return this.#get(resource, name);
  }

  /** Children whose name does not follow from their route. */
  childrenByLabel(integration: Integration): Promise<readonly KubernetesObject[]> {
    const { resource } = integration;
    if (!this.#known.has(listKey(resource))) return this.#list(resource, LOOKUP_SELECTOR);
    return this.#once(`labelled ${resource.group}/${resource.plural}`, async () =>
      (await this.children(integration)).filter(isFoundByLabel),
    );
  }

  /** Takes it that no child is found by its label alone, instead of asking. */
  assumeUnlabelled({ resource }: Integration): void {
    const key = listKey(resource, LOOKUP_SELECTOR);
    if (!this.#known.has(key)) this.#known.set(key, Promise.resolve([]));
  }

  /** What each object of the kind has acquired, by its name; null where only the objects tell. */
  acquired(integration: SharingIntegration): Promise<Acquired | null> {
    const { namespace } = this;
    // They are known already.
    if (this.#known.has(listKey(integration.resource))) return Promise.resolve(null);
    const key = `acquired ${integration.name}`;
    return this.#once(key, () => readAcquired(this.#client, integration, namespace));
  }

  /** All objects of the kind, whoever made them. */
  children({ resource }: Integration): Promise<readonly KubernetesObject[]> {
    return this.#list(resource);
  }

  /** Annotations of the namespace. */
  annotations(): Promise<Annotations> {
    return this.#once("annotations", () => readAnnotations(this.#client, this.namespace));
  }

  dependencies(integration: Integration): Promise<Dependencies> {
    return this.#once(`dependencies ${integration.name}`, () => readDependencies(this.#client, integration));
  }

  /**
   * All routes that may share a child, described, without those that are being deleted or give way to a namesake of the
   * current group. An IngressRouteUDP shares nothing: it has no TLS.
   */
  routes(): Promise<readonly RouteDescription[]> {
    return this.#routes({ ...this.#context.selector, udp: false });
  }

  /** The same with IngressRouteUDPs, whose annotations may name hosts. */
  namedRoutes(): Promise<readonly RouteDescription[]> {
    return this.#routes(this.#context.selector);
  }

  /** Those of these routes that live, described. */
  async routesNamed(routes: readonly RouteReference[]): Promise<readonly RouteDescription[]> {
    const described = await Promise.all(
      routes.map((route) => this.#once(`described ${routeKey(route)}`, () => this.#describe(route))),
    );
    return described.filter((description) => description !== null);
  }

  /** Those of them that were read. */
  async routesRead(): Promise<readonly RouteDescription[]> {
    const listed = [true, false]
      .map((udp) => this.#known.get(`routes ${udp}`))
      .find((one) => one !== undefined);
    const named = [...this.#known].flatMap(([key, read]) => (key.startsWith("described ") ? [read] : []));
    const read = [await listed, ...(await Promise.all(named))].flat();
    return read.filter((route) => route !== undefined && route !== null) as RouteDescription[];
  }

  async #describe(route: RouteReference): Promise<RouteDescription | null> {
    const read = this.route(route).then((object) => (object === null ? [] : [object]));
    const [[object], annotations] = await Promise.all([
      noneWhereLeftOut(resourceOfRoute(route), read),
      this.annotations(),
    ]);
    return object === undefined || !isLiving(object)
      ? null
      : describeRoute(this.#context, object, annotations);
  }

  #routes(kinds: RouteKinds): Promise<readonly RouteDescription[]> {
    return this.#once(`routes ${kinds.udp}`, async () => {
      const [annotations, ...lists] = await Promise.all([
        this.annotations(),
        ...routeResources(kinds).map((resource) => this.#routesOf(resource)),
      ]);
      const optOuts = new Map([[this.namespace, annotations]]);
      return describeRoutes(this.#context, lists.flat().filter(isLiving), optOuts);
    });
  }

  #routesOf(resource: ResourceDefinition): Promise<readonly KubernetesObject[]> {
    return noneWhereLeftOut(resource, this.#list(resource));
  }

  #get(resource: ResourceDefinition, name: string): Promise<KubernetesObject | null> {
    const { namespace } = this;
    return this.#once(getKey(resource, name), () => this.#client.get({ resource, namespace, name }));
  }

  #list(resource: ResourceDefinition, labelSelector?: string): Promise<readonly KubernetesObject[]> {
    const { namespace } = this;
    const scope = { resource, namespace, ...(labelSelector === undefined ? {} : { labelSelector }) };
    return this.#once(listKey(resource, labelSelector), () => listAll(this.#client, scope));
  }

  #once<T>(key: string, read: () => Promise<T>): Promise<T> {
    const known = this.#known.get(key) as Promise<T> | undefined;
    if (known !== undefined) return known;
    const reading = read();
    // It may fail before it is awaited; whoever awaits it sees the error.
    reading.catch(() => undefined);
    this.#known.set(key, reading);
    return reading;
  }
}

function getKey({ group, plural }: ResourceDefinition, name: string): string {
  return `get ${group}/${plural} ${name}`;
}

function listKey({ group, plural }: ResourceDefinition, labelSelector = ""): string {
  return `list ${group}/${plural} ${labelSelector}`;
}

/** A kind of route that is left out has no routes. */
export async function noneWhereLeftOut(
  resource: ResourceDefinition,
  list: Promise<readonly KubernetesObject[]>,
): Promise<readonly KubernetesObject[]> {
  try {
    return await list;
  } catch (error) {
    if (error instanceof KubernetesError && isLeftOut(resource, error)) return [];
    throw error;
  }
}

export const NAMESPACE: ResourceDefinition = {
  group: "",
  version: "v1",
  plural: "namespaces",
  kind: "Namespace",
};

/** Annotations of a namespace; none where it does not exist. */
async function readAnnotations(client: Pick<Reads, "get">, name: string): Promise<Annotations> {
  const namespace = await client.get({ resource: NAMESPACE, namespace: null, name });
  return namespace?.metadata.annotations ?? {};
}

/** Annotations of the namespaces that have an opt-out, of all or (not null) of one. */
export async function readOptOuts(
  client: Pick<Reads, "get" | "list">,
  namespace: string | null,
): Promise<ReadonlyMap<string, Annotations>> {
  if (namespace !== null) return new Map([[namespace, await readAnnotations(client, namespace)]]);
  const namespaces = await listAll(client, { resource: NAMESPACE, namespace: null });
  return new Map(
    namespaces.flatMap(({ metadata: { name, annotations = {} } }) =>
      IGNORE_ANNOTATION in annotations ? [[name, annotations] as const] : [],
    ),
  );
}

/** What an integration needs for every route. */
export async function readDependencies(
  client: Pick<Reads, "get">,
  integration: Integration,
): Promise<Dependencies> {
  const objects = await Promise.all(integration.dependencies.map((reference) => client.get(reference)));
  return new Map(
    integration.dependencies.map((reference, index) => [dependencyKey(reference), objects[index] ?? null]),
  );
}
