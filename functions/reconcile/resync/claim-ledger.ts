/**
 * Claims of one namespace during a resync: who has what in the cluster, and what this resync has just handed out.
 * Without the second, two new routes on one Secret would both find it free.
 *
 * @module
 */
import type { Integration } from "../../integrations/integration.ts";
import type { KubernetesClient } from "../../kubernetes/client.ts";
import type { KubernetesObject } from "../../kubernetes/objects.ts";
import { type ClaimCheck, holderOf } from "../claim.ts";
import { consequenceOf } from "../consequence.ts";
import { listNamespace } from "../observe.ts";
import { type Result, settle } from "../result.ts";
import type { Creation } from "./census.ts";

export class ClaimLedger {
  readonly #client: KubernetesClient;
  readonly #namespace: string;
  readonly #siblings = new Map<Integration, Promise<Result<readonly KubernetesObject[]>>>();
  readonly #handedOut = new Map<string, string>();

  constructor(client: KubernetesClient, namespace: string) {
    this.#client = client;
    this.#namespace = namespace;
  }

  /** Takes what the creation claims, or says who has it. Lists the namespace once, and only when asked. */
  async take({ integration, step }: Creation): Promise<ClaimCheck> {
    const { claims, child } = step;
    if (claims === null || integration.claim === null) return { kind: "free" };
    const siblings = await this.#listOnce(integration);
    if (!siblings.ok)
      return { kind: "unknown", consequence: consequenceOf(siblings.error, integration.name) };
    const key = `${integration.name}/${claims}`;
    const holder =
      holderOf(integration, claims, child.metadata.name, siblings.value) ?? this.#handedOut.get(key);
    if (holder !== undefined && holder !== child.metadata.name) {
      return { kind: "taken", problem: integration.claim.taken(claims, holder) };
    }
    this.#handedOut.set(key, child.metadata.name);
    return { kind: "free" };
  }

  #listOnce(integration: Integration): Promise<Result<readonly KubernetesObject[]>> {
    const known = this.#siblings.get(integration);
    if (known !== undefined) return known;
    const listed = settle(listNamespace(this.#client, integration.resource, this.#namespace));
    this.#siblings.set(integration, listed);
    return listed;
  }
}
