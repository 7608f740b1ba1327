/**
 * What is taken already in one namespace, by anybody's objects: the resync's own list has only those with our label.
 *
 * @module
 */
import type { Integration } from "../../integrations/integration.ts";
import { listAll } from "../observe/listing.ts";
import type { Reads } from "../observe/view.ts";
import { acquiredResource, type Write } from "../plan/plan.ts";
import type { Creation } from "./route-needs.ts";

export class TakenResources {
  readonly #client: Reads;
  readonly #namespace: string;
  readonly #taken = new Map<Integration, Promise<ReadonlySet<string>>>();

  constructor(client: Reads, namespace: string) {
    this.#client = client;
    this.#namespace = namespace;
  }

  /**
   * Whether somebody has what the creation acquires. Lists the namespace once, and only when asked.
   *
   * @throws KubernetesError that cannot be read
   */
  async has({ integration, plan }: Creation): Promise<boolean> {
    const sharedResource = acquiredResource(integration, plan.step as Write);
    if (sharedResource === null) return false;
    const taken = this.#taken.get(integration) ?? this.#read(integration);
    this.#taken.set(integration, taken);
    return (await taken).has(sharedResource);
  }

  async #read({ resource, sharedResource }: Integration): Promise<ReadonlySet<string>> {
    const objects = await listAll(this.#client, { resource, namespace: this.#namespace });
    return new Set(objects.flatMap(({ spec }) => sharedResource?.of(spec) ?? []));
  }
}
