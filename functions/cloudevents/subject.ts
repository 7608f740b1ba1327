/**
 * The object that a change event of Knative's ApiServerSource is about.
 *
 * @module
 */
import { groupOf } from "../kubernetes/objects.ts";
import { isRecord } from "../schema/unknown.ts";
import { InvalidPayloadError } from "./errors.ts";
import { dataObject, member, stringMember } from "./json.ts";
import type { ReceivedEvent } from "./received-event.ts";

/** Unchecked names, as the event has them. */
export interface Subject {
  readonly group: string;
  readonly kind: string;
  readonly namespace: string | null;
  readonly name: string | null;
}

/** Events about an object; what happened to it is the first group. */
export const CHANGE_TYPE = /^dev\.knative\.apiserver\.(?:ref|resource)\.(add|update|delete)$/;

/** `/apis/<group>/<version>/namespaces/<namespace>/<plural>/<name>`, for core `/api/v1/...` or `/apis/v1/...`. */
const PATH = /^\/apis?\/(?:([^/]+)\/)?[^/]+\/namespaces\/([^/]+)\/([^/]+)\/([^/]+)$/;

/**
 * Reads the object from the data: a reference `{apiVersion, kind, namespace, name}`, or the whole object. What the
 * data does not have comes from the extension attributes, then from the subject.
 *
 * @param kindOfPlural the kind that a group calls so in its paths
 * @throws {InvalidPayloadError} if a field has the wrong type or there is no kind
 */
export function subjectOf(
  event: ReceivedEvent,
  kindOfPlural: (group: string, plural: string) => string | undefined,
): Subject {
  const data = dataObject(event.data ?? {});
  const metadata = member(data, "metadata");
  const names = isRecord(metadata) ? metadata : data;
  const path = PATH.exec(event.subject ?? "");
  const { extensions } = event;
  const apiVersion = stringMember(data, "apiVersion") ?? extensions.apiversion ?? null;
  const group = apiVersion === null ? (path === null ? null : (path[1] ?? "")) : groupOf(apiVersion);
  if (group === null) throw new InvalidPayloadError("the event says no apiVersion");
  const kind = stringMember(data, "kind") ?? extensions.kind ?? kindOfPlural(group, path?.[3] ?? "");
  if (kind === undefined) throw new InvalidPayloadError("the event says no kind");
  return {
    group,
    kind,
    namespace: stringMember(names, "namespace") ?? extensions.namespace ?? path?.[2] ?? null,
    name: stringMember(names, "name") ?? extensions.name ?? path?.[4] ?? null,
  };
}

/** Whether this is a change of an object that the event names without its data. */
export function isNamedByAttributes({ type, subject, extensions }: ReceivedEvent): boolean {
  const { apiversion, kind, namespace, name } = extensions;
  const hasNames = [apiversion, kind, namespace, name].every((value) => value !== undefined);
  return CHANGE_TYPE.test(type) && (hasNames || PATH.test(subject ?? ""));
}
