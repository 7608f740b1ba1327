/**
 * What is claimed already in one namespace, by anybody's objects: the resync's own list has only those with our label.
 *
 * @module
 */
import type { KubernetesClient } from "../../kubernetes/client.ts";
import { listNamespace } from "../observe/view.ts";
import { isSharing } from "../plan/shared.ts";
import { type Result, settle } from "../result.ts";
import type { Creation } from "./route-needs.ts";

export class HeldClaims {
  readonly #client: Pick<KubernetesClient, "get" | "list">;
  readonly #namespace: string;
  readonly #held = new Map<string, Promise<Result<ReadonlySet<string>>>>();

  constructor(client: Pick<KubernetesClient, "get" | "list">, namespace: string) {
    this.#client = client;
    this.#namespace = namespace;
  }

  /** Whether somebody has what the creation claims. Lists the namespace once, and only when asked. */
  async has({ integration, step }: Creation): Promise<Result<boolean>> {
    if (!isSharing(integration)) return { ok: true, value: false };
    const { claim, name } = integration;
    const wanted = claim.of(step.child.spec);
    if (wanted === null) return { ok: true, value: false };
    const held = this.#held.get(name) ?? this.#read(integration.resource, claim.of);
    this.#held.set(name, held);
    const result = await held;
    return result.ok ? { ok: true, value: result.value.has(wanted) } : result;
  }

  async #read(
    resource: Creation["integration"]["resource"],
    claimOf: (spec: unknown) => string | null,
  ): Promise<Result<ReadonlySet<string>>> {
    const objects = await settle(listNamespace(this.#client, resource, this.#namespace));
    if (!objects.ok) return objects;
    return { ok: true, value: new Set(objects.value.flatMap(({ spec }) => claimOf(spec) ?? [])) };
  }
}
