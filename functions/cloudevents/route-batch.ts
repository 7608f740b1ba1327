/**
 * The data of a resync event that names routes: part of a large resync, sent by another replica.
 *
 * @module
 */
import { isNamespaceName, isObjectName } from "../schema/object-names.ts";
import { routeKind } from "../traefik/resources.ts";
import type { RouteReference } from "../traefik/route-description.ts";
import type { RouteBatch } from "../work.ts";
import { InvalidPayloadError } from "./errors.ts";
import { isJsonObject, type JsonObject, member } from "./json.ts";

/** More than any replica sends: an event must not order endless work. */
const MAX_ROUTES = 1000;

/**
 * Null where the data is no batch.
 *
 * @throws {InvalidPayloadError} that names the field
 */
export function parseRouteBatch(data: unknown): RouteBatch | null {
  const batch = isJsonObject(data) ? member(data, "batch") : undefined;
  if (batch === undefined) return null;
  if (!isJsonObject(batch)) throw new InvalidPayloadError("batch in the data is not an object");
  const [run, cursor, deadline, routes] = ["run", "cursor", "deadline", "routes"].map((key) =>
    member(batch, key),
  );
  if (typeof run !== "string" || run === "") throw new InvalidPayloadError("batch.run is not a text");
  if (typeof cursor !== "number" || !Number.isInteger(cursor)) {
    throw new InvalidPayloadError("batch.cursor is not a whole number");
  }
  if (typeof deadline !== "string" || Number.isNaN(Date.parse(deadline))) {
    throw new InvalidPayloadError("batch.deadline is not a time");
  }
  if (!Array.isArray(routes) || routes.length > MAX_ROUTES) {
    throw new InvalidPayloadError(`batch.routes is not a list of at most ${MAX_ROUTES} routes`);
  }
  return { run: run.slice(0, 100), cursor, deadline, routes: routes.map(parseReference) };
}

function parseReference(value: unknown, index: number): RouteReference {
  if (!isJsonObject(value)) throw new InvalidPayloadError(`batch.routes[${index}] is not an object`);
  const { kind, group, namespace, name } = textsOf(value);
  const known = routeKind(group, kind);
  if (known === undefined || !isNamespaceName(namespace) || !isObjectName(name)) {
    throw new InvalidPayloadError(`batch.routes[${index}] names no possible route`);
  }
  return { ...known, namespace, name };
}

function textsOf(value: JsonObject) {
  const text = (key: string) => {
    const found = member(value, key);
    return typeof found === "string" ? found : "";
  };
  return { kind: text("kind"), group: text("group"), namespace: text("namespace"), name: text("name") };
}
