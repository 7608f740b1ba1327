/**
 * From a change that a watch reports to the HTTP message that the adapter sends: a CloudEvent in binary mode.
 *
 * @module
 */
import { randomUUID } from "node:crypto";
import type { Change } from "../control-plane/watch.ts";
import { guessPlural, type SourceConfig } from "./config.ts";

/** A CloudEvent in binary content mode. */
export interface EventMessage {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const verbs = { ADDED: "add", MODIFIED: "update", DELETED: "delete" } as const;

/** Builds the event. `apiServer` is the URL of the API server, which is the event's `source`. */
export function toEvent(
  { type, object }: Change,
  { mode, extensions, namespace: ownNamespace }: SourceConfig,
  apiServer: string,
): EventMessage {
  const { apiVersion, kind, metadata } = object;
  const { name, namespace = "" } = metadata;
  const plural = guessPlural(kind);
  // Of the core group too it is /apis; and an empty part leaves no empty segment.
  const subject = ["/apis", apiVersion, "namespaces", namespace, plural, name].filter(Boolean).join("/");
  const attributes: Record<string, string> = {
    specversion: "1.0",
    id: randomUUID(),
    source: apiServer,
    type: `dev.knative.apiserver.${mode === "Reference" ? "ref" : "resource"}.${verbs[type]}`,
    subject,
    time: new Date().toISOString(),
    kind,
    apiversion: apiVersion,
    name,
    namespace,
    ...extensions,
  };
  const headers: Record<string, string> = {
    "content-type": "application/json",
    "Kn-Namespace": ownNamespace,
  };
  for (const [key, value] of Object.entries(attributes)) headers[`ce-${key}`] = value;
  const body = mode === "Reference" ? { kind, namespace, name, apiVersion } : object;
  return { headers, body: JSON.stringify(body) };
}
