/**
 * Reads a cluster for a command with whatever rights its user has, and remembers what could not be read.
 *
 * @module
 */
import type { Integration } from "../../integrations/integration.ts";
import type { KubernetesClient, ListOptions } from "../../kubernetes/client.ts";
import { ForbiddenError, KindNotServedError, KubernetesError } from "../../kubernetes/errors.ts";
import type { KubernetesObject, ObjectReference, ResourceDefinition } from "../../kubernetes/objects.ts";
import { ROUTE_GROUP } from "../../traefik/resources.ts";

export type ReadingClient = Pick<KubernetesClient, "get" | "getMetadata" | "list">;

/** What could not be read. A `failure` leaves part of the answer out; a `note` only says on what it rests. */
export interface Findings {
  readonly notes: ReadonlySet<string>;
  readonly failures: ReadonlySet<string>;
}

export interface Reader extends Findings {
  readonly client: ReadingClient;
}

/** What was read, else `otherwise`: the reader remembers what could not be read. */
export async function whereReadable<T>(request: Promise<T>, otherwise: T): Promise<T> {
  try {
    return await request;
  } catch (error) {
    if (error instanceof KubernetesError) return otherwise;
    throw error;
  }
}
/** The note on IngressRouteUDPs that may not be read. */
export const UNREAD_UDP =
  "you may not read IngressRouteUDPs: they are left out (selector.udp: false does so for good).";

export interface ReaderOptions {
  readonly client: ReadingClient;
  readonly integrations: readonly Integration[];
  /** Called for each page that was listed. */
  onList(resource: ResourceDefinition, items: readonly KubernetesObject[]): void;
}

/**
 * A client that goes on where it can: a kind of child that is not installed yet has no objects, namespaces and Secrets
 * that may not be read say nothing. It throws whatever else fails.
 */
export function createReader({ client, integrations, onList }: ReaderOptions): Reader {
  const notes = new Set<string>();
  const failures = new Set<string>();

  const attempt = async <T>(
    request: Promise<T>,
    resource: ResourceDefinition,
    where: string,
    nothing: T,
  ): Promise<T> => {
    try {
      return await request;
    } catch (error) {
      if (!(error instanceof KubernetesError)) throw error;
      const note = noteOn(error, resource, integrations);
      if (note !== null) {
        notes.add(note);
        // A route that may not be read may well be there, and be why a child is.
        if (note === UNREAD_UDP && nothing === null) throw error;
        return nothing;
      }
      if (!(error instanceof KindNotServedError)) failures.add(failureOf(error, resource, where));
      else if (resource.group === ROUTE_GROUP) notes.add(notServed(resource));
      throw error;
    }
  };

  return {
    notes,
    failures,
    client: {
      get: (reference) => attempt(client.get(reference), reference.resource, placeOf(reference), null),
      getMetadata: (reference) =>
        attempt(client.getMetadata(reference), reference.resource, placeOf(reference), null),
      list: async (resource, options) => {
        const page = await attempt(client.list(resource, options), resource, scopeOf(options), NO_PAGE);
        onList(resource, page.items);
        return page;
      },
    },
  };
}

const NO_PAGE = { items: [], continueToken: null, resourceVersion: "" };

/** Why nothing is as good as the answer would be; null where it is not. */
function noteOn(
  error: KubernetesError,
  resource: ResourceDefinition,
  integrations: readonly Integration[],
): string | null {
  const { kind, group, plural } = resource;
  if (error instanceof KindNotServedError) {
    const of = integrations.find(({ resource: own }) => own.kind === kind && own.group === group);
    if (of === undefined) return null;
    return (
      `${of.name} is not installed here yet: ${kind} (${plural}.${group}) is not served. ` +
      "What is shown would be made once it is."
    );
  }
  if (!(error instanceof ForbiddenError)) return null;
  if (kind === "Namespace") {
    return "you may not read namespaces: opt-outs by annotation of a namespace are not taken into account.";
  }
  if (kind === "IngressRouteUDP") {
    return UNREAD_UDP;
  }
  if (kind === "Ingress" || kind === "Deployment" || kind === "ClusterIssuer") {
    return `you may not list ${plural}: what they would show is left out.`;
  }
  if (kind === "Secret") {
    return "you may not read the metadata of every Secret concerned: those would have to be looked at by hand.";
  }
  return null;
}

function notServed({ kind, group }: ResourceDefinition): string {
  return (
    `${kind} of ${group} is not served here: Traefik's CustomResourceDefinitions are missing, or it is older than 2.10 ` +
    "(selector.legacyGroup)."
  );
}

function failureOf(error: KubernetesError, { group, plural }: ResourceDefinition, where: string): string {
  const what = `${plural}${group === "" ? "" : `.${group}`} ${where}`;
  return error instanceof ForbiddenError
    ? `you may not read ${what}: what depends on it is left out. ${error.message}`
    : `${what} could not be read: ${error.message}`;
}

function placeOf({ namespace, name }: ObjectReference): string {
  return namespace === null ? name : `${namespace}/${name}`;
}

function scopeOf({ namespace }: ListOptions): string {
  return namespace === null ? "in all namespaces" : `in namespace ${namespace}`;
}
