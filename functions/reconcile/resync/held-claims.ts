/**
 * What is claimed already in one namespace, by anybody's objects: the resync's own list has only those with our label.
 *
 * @module
 */
import type { Integration } from "../../integrations/integration.ts";
import { listAll } from "../observe/listing.ts";
import type { Reads } from "../observe/view.ts";
import { takenUp, type Write } from "../plan/plan.ts";
import type { Creation } from "./route-needs.ts";

export class HeldClaims {
  readonly #client: Reads;
  readonly #namespace: string;
  readonly #held = new Map<Integration, Promise<ReadonlySet<string>>>();

  constructor(client: Reads, namespace: string) {
    this.#client = client;
    this.#namespace = namespace;
  }

  /**
   * Whether somebody has what the creation claims. Lists the namespace once, and only when asked.
   *
   * @throws KubernetesError that cannot be read
   */
  async has({ integration, plan }: Creation): Promise<boolean> {
    const claim = takenUp(integration, plan.step as Write);
    if (claim === null) return false;
    const held = this.#held.get(integration) ?? this.#read(integration);
    this.#held.set(integration, held);
    return (await held).has(claim);
  }

  async #read({ resource, claim }: Integration): Promise<ReadonlySet<string>> {
    const objects = await listAll(this.#client, { resource, namespace: this.#namespace });
    return new Set(objects.flatMap(({ spec }) => claim?.of(spec) ?? []));
  }
}
