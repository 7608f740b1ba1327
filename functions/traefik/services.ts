/**
 * The services of one rule: where Traefik sends what it matches.
 *
 * @module
 */
import type { FieldReader } from "./fields.ts";
import type { ServiceDescription } from "./route-description.ts";

/** Reads `services`. A service without a usable name is left out, with a problem. */
export function parseServices(
  value: unknown,
  field: string,
  routeNamespace: string,
  reader: FieldReader,
): ServiceDescription[] {
  const services: ServiceDescription[] = [];
  for (const [index, entry] of reader.list(value, field).entries()) {
    const at = `${field}[${index}]`;
    const service = reader.object(entry, at);
    const name = service === null ? null : reader.string(service.name, `${at}.name`);
    if (service === null || name === null || name === "") {
      if (service !== null && (service.name === undefined || service.name === null || service.name === "")) {
        reader.reject(undefined, `${at}.name`, "the name of a Service");
      }
      continue;
    }
    services.push({
      name,
      namespace: reader.string(service.namespace, `${at}.namespace`) || routeNamespace,
      port: parsePort(service.port, `${at}.port`, reader),
      kind: reader.string(service.kind, `${at}.kind`) || "Service",
      weight: parseWeight(service.weight, `${at}.weight`, reader),
    });
  }
  return services;
}

function parsePort(value: unknown, field: string, reader: FieldReader): number | string | null {
  if (value === undefined || value === null || value === "" || value === 0) {
    return null;
  }
  if (typeof value === "string" || (typeof value === "number" && Number.isInteger(value))) {
    return value;
  }
  reader.reject(value, field, "a port number or name");
  return null;
}

function parseWeight(value: unknown, field: string, reader: FieldReader): number | null {
  if (value === undefined || value === null) {
    return null;
  }
  if (typeof value === "number" && Number.isInteger(value) && value >= 0) {
    return value;
  }
  reader.reject(value, field, "a whole number of at least 0");
  return null;
}
