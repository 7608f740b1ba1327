/**
 * `spec.tls` of a route, reduced to what decides about certificates.
 *
 * @module
 */
import type { Problem } from "../problem.ts";
import { plain } from "../schema/shown.ts";
import type { FieldReader, JsonObject } from "./fields.ts";
import { type HostCandidate, usableHosts } from "./hosts.ts";
import type { RouteKind, TlsDescription } from "./route-description.ts";

/** Reads `spec.tls`. `isChild`: the route has parents. */
export function parseTlsOf(
  value: unknown,
  kind: RouteKind,
  isChild: boolean,
  reader: FieldReader,
): TlsDescription | null {
  if (value === undefined || value === null) {
    return null;
  }
  if (isChild) {
    reader.reject(value, "spec.tls", "absent: Traefik refuses routes with both parentRefs and tls");
    return null;
  }
  if (kind === "IngressRouteUDP") {
    reader.reject(value, "spec.tls", "absent: Traefik has no TLS for UDP");
    return null;
  }
  const object = reader.object(value, "spec.tls");
  if (object === null) {
    return null;
  }
  const tls = parseTls(object, kind, reader);
  const { secretName, passthrough, certResolver } = tls;
  if (secretName !== null && certResolver !== null && !passthrough) {
    reader.add([issuedTwice(secretName, certResolver)]);
  }
  return tls;
}

function issuedTwice(secretName: string, certResolver: string): Problem {
  return {
    reason: "CertResolver",
    message:
      `secretName ${plain(secretName)} and certResolver ${plain(certResolver)} are both set, so Traefik gets a ` +
      "certificate of its own beside that of the Secret; remove certResolver to have cert-manager do it alone, or " +
      "secretName to leave it to Traefik",
    field: "spec.tls.certResolver",
  };
}

function parseTls(tls: JsonObject, kind: RouteKind, reader: FieldReader): TlsDescription {
  const domains = usableHosts(namedDomains(tls.domains, reader));
  reader.add(domains.problems);
  return {
    secretName: reader.string(tls.secretName, "spec.tls.secretName") || null,
    passthrough: kind === "IngressRouteTCP" && reader.boolean(tls.passthrough, "spec.tls.passthrough"),
    certResolver: reader.string(tls.certResolver, "spec.tls.certResolver") || null,
    domains: domains.hosts,
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
