/**
 * Lets a resync event lift the deletion limit only where somebody who may has confirmed that.
 *
 * @module
 */

import type { KubernetesClient } from "../../kubernetes/client.ts";
import { KubernetesError } from "../../kubernetes/errors.ts";
import type { KubernetesObject, ResourceDefinition } from "../../kubernetes/objects.ts";
import type { Logger } from "../../log.ts";
import type { Outcome } from "../../outcome.ts";
import type { Work } from "../../work.ts";
import { reportError } from "../apply/error-report.ts";
import { NOTHING_TO_DO, outcomeOf } from "../apply/report.ts";
import { CONFIRMATION_ANNOTATION, whyUnconfirmed } from "./confirmation.ts";

export const CONFIG_MAP: ResourceDefinition = {
  group: "",
  version: "v1",
  plural: "configmaps",
  kind: "ConfigMap",
};

export interface ConfigMapName {
  readonly namespace: string;
  readonly name: string;
}

export interface ConfirmOptions {
  readonly client: Pick<KubernetesClient, "getMetadata">;
  /** Senders show a token, so that what they say is their word. */
  readonly authenticates: boolean;
  /** The installation's own; null where it is not known. */
  readonly configMap: ConfigMapName | null;
  readonly log: Logger;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

type Handle = (work: Work) => Promise<Outcome>;

/** The same, but `confirmDeletions` of an event counts only where it is confirmed. */
export function confirming(handle: Handle, options: ConfirmOptions): Handle {
  if (options.authenticates) return handle;
  return async (work) => {
    if (work.kind !== "resync" || !work.scope.confirmDeletions) return handle(work);
    const read = await readConfirmation(options);
    if ("outcome" in read) return read.outcome;
    if (read.why === null) return handle(work);
    options.log.warn(
      { why: read.why },
      "confirmDeletions of the event is not honoured, for anybody may have sent it: run traefik-cert-rotater resync " +
        "--confirm-deletions with a kubeconfig that may annotate the ConfigMap, or turn on auth.oidc",
    );
    return handle({ ...work, scope: { ...work.scope, confirmDeletions: false } });
  };
}

type Confirmation = { readonly why: string | null } | { readonly outcome: Outcome };

async function readConfirmation({ client, configMap, now }: ConfirmOptions): Promise<Confirmation> {
  if (configMap === null) return { why: "CONFIG_MAP does not name the ConfigMap of this installation" };
  const what = `ConfigMap ${configMap.namespace}/${configMap.name}`;
  let object: KubernetesObject | null;
  try {
    object = await client.getMetadata({ resource: CONFIG_MAP, ...configMap });
  } catch (error) {
    if (!(error instanceof KubernetesError)) throw error;
    const { retry } = reportError(error, what);
    // What passes must not cost somebody's word.
    return retry === null ? { why: error.message } : { outcome: outcomeOf({ ...NOTHING_TO_DO, retry }) };
  }
  if (object === null) return { why: `${what} does not exist` };
  const why = whyUnconfirmed(object.metadata.annotations?.[CONFIRMATION_ANNOTATION], now());
  return { why: why === null ? null : `${what}: ${why}` };
}
