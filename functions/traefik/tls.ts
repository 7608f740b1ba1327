/**
 * `spec.tls` of a route, reduced to what decides about certificates.
 *
 * @module
 */
import type { FieldReader, JsonObject } from "./fields.ts";
import { type HostCandidate, usableHosts } from "./hosts.ts";
import type { RouteKind, TlsDescription } from "./route-description.ts";

/** Reads `spec.tls` that is an object. */
export function parseTls(tls: JsonObject, kind: RouteKind, reader: FieldReader): TlsDescription {
  const { hosts, problems } = usableHosts(namedDomains(tls.domains, reader));
  for (const problem of problems) {
    reader.problems.push(problem);
  }
  return {
    secretName: reader.string(tls.secretName, "spec.tls.secretName") || null,
    passthrough: kind === "IngressRouteTCP" && reader.boolean(tls.passthrough, "spec.tls.passthrough"),
    certResolver: reader.string(tls.certResolver, "spec.tls.certResolver") || null,
    domains: hosts,
  };
}

function namedDomains(value: unknown, reader: FieldReader): HostCandidate[] {
  const names: HostCandidate[] = [];
  const add = (name: unknown, field: string): void => {
    const text = reader.string(name, field);
    if (text !== null) {
      names.push({ name: text, field });
    }
  };
  for (const [index, entry] of reader.list(value, "spec.tls.domains").entries()) {
    const field = `spec.tls.domains[${index}]`;
    const domain = reader.object(entry, field);
    if (domain === null) {
      continue;
    }
    // An absent or empty main is no mistake: Traefik takes sans alone then.
    if (domain.main !== "") {
      add(domain.main, `${field}.main`);
    }
    for (const [position, san] of reader.list(domain.sans, `${field}.sans`).entries()) {
      add(san, `${field}.sans[${position}]`);
    }
  }
  return names;
}
