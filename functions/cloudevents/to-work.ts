/**
 * What an event asks for, after its names have been checked. Nothing else of it is used, and nothing is believed:
 * an event may be forged, late, or say "deleted" of an object that only lost a label.
 *
 * @module
 */
import { isNamespaceName, isObjectName } from "../schema/object-names.ts";
import { shown } from "../schema/shown.ts";
import { routeKind, routeResources } from "../traefik/resources.ts";
import type { ChangeHint, WatchedKinds, Work } from "../work.ts";
import { InvalidPayloadError, MalformedEventError } from "./errors.ts";
import type { ReceivedEvent } from "./received-event.ts";
import { EVERYTHING, parseScope } from "./resync-scope.ts";
import { parseRouteBatch } from "./route-batch.ts";
import { CHANGE_TYPE, type Subject, subjectOf } from "./subject.ts";

export const RESYNC_TYPE = "io.traefik-cert-rotater.resync";
const ROUTE_RESOURCES = routeResources({ legacyGroup: true, udp: true });
export const PING_TYPE = "dev.knative.sources.ping";

/**
 * Reads what an event asks for. Events that are none of ours are ignored, whatever they hold.
 *
 * @throws {MalformedEventError} if an event of ours names no possible object
 */
export function toWork(event: ReceivedEvent, kinds: WatchedKinds): Work {
  if (event.type === RESYNC_TYPE) {
    const batch = parseRouteBatch(event.data);
    return batch === null ? { kind: "resync", scope: parseScope(event.data) } : { kind: "batch", batch };
  }
  if (event.type === PING_TYPE) return { kind: "resync", scope: scopeOfPing(event.data) };
  const hint = CHANGE_TYPE.exec(event.type)?.[1];
  if (hint === undefined) return { kind: "ignore", why: `no work for events of type ${shown(event.type)}` };
  const kindOfPlural = (group: string, plural: string) =>
    [...ROUTE_RESOURCES, ...kinds.children].find((known) => known.group === group && known.plural === plural)
      ?.kind;
  return workOfChange(subjectOf(event, kindOfPlural), hint as ChangeHint, kinds);
}

/** A PingSource's data is free text by custom: what is no scope asks for everything. */
function scopeOfPing(data: unknown) {
  try {
    return parseScope(data);
  } catch (error) {
    if (error instanceof MalformedEventError) return EVERYTHING;
    throw error;
  }
}

function workOfChange(subject: Subject, hint: ChangeHint, kinds: WatchedKinds): Work {
  const { group, kind } = subject;
  const route = routeKind(group, kind);
  if (route !== undefined) return { kind: "route", route: { ...route, ...namesOf(subject) }, hint };
  const same = (known: { group: string; kind: string }) => known.kind === kind && known.group === group;
  if (kinds.children.some(same)) return { kind: "child", child: { group, kind, ...namesOf(subject) }, hint };
  if (kinds.dependencies.some(same)) {
    return { kind: "dependency", dependency: { group, kind, ...namesOf(subject) } };
  }
  return { kind: "ignore", why: `no work for kind ${shown(kind)} of group ${shown(group)}` };
}

function namesOf(subject: Subject): { namespace: string; name: string } {
  const { namespace, name } = subject;
  if (namespace === null) throw new InvalidPayloadError("the event names no namespace");
  if (name === null) throw new InvalidPayloadError("the event names no object");
  if (!isNamespaceName(namespace))
    throw new InvalidPayloadError(`namespace ${shown(namespace)} is no valid name`);
  if (!isObjectName(name)) throw new InvalidPayloadError(`name ${shown(name)} is no valid object name`);
  return { namespace, name };
}
