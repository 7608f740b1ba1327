/**
 * What is worth knowing about a route though nothing is wrong with it: mostly why it has no child.
 *
 * @module
 */
import type { Problem } from "../problem.ts";
import { plain } from "../schema/shown.ts";
import type { RouteDescription, TlsDescription } from "./route-description.ts";

/** At most one note for names and one for the certificate. `isChild`: the route has parents. */
export function notesOf(
  isChild: boolean,
  { hosts, extraNames, tls }: Pick<RouteDescription, "hosts" | "extraNames" | "tls">,
): readonly Problem[] {
  const isNameless = hosts.length === 0 && Object.keys(extraNames).length === 0;
  return [
    ...(isChild && isNameless ? [NAMELESS_CHILD] : []),
    ...(tls === null || tls.passthrough ? [] : certificateNotes(tls, isNameless)),
  ];
}

/** Its parents are not read: they may be many, in other namespaces, and children themselves. */
const NAMELESS_CHILD: Problem = {
  reason: "ParentRefs",
  message:
    "this route has parents and names no host itself, so nothing is published for it: its hosts are those of its " +
    "parents. To give it a name of its own, write Host(…) in its rules, or the annotation " +
    "external-dns.kubernetes.io/hostname",
  field: "spec.parentRefs",
};

function certificateNotes(
  { secretName, certResolver, domains }: TlsDescription,
  isNameless: boolean,
): readonly Problem[] {
  if (secretName === null) {
    return certResolver === null ? [] : [issuedByTraefik(certResolver)];
  }
  return isNameless && domains.length === 0 ? [namelessSecret(secretName)] : [];
}

function issuedByTraefik(certResolver: string): Problem {
  return {
    reason: "CertResolver",
    message:
      `Traefik gets the certificate itself (certResolver ${plain(certResolver)}); to have cert-manager do it, ` +
      "write tls.secretName and remove certResolver",
    field: "spec.tls.certResolver",
  };
}

/** The route of a catch-all, or the root of others, whose hosts may be in its children. */
function namelessSecret(secretName: string): Problem {
  return {
    reason: "NoNames",
    message:
      `no rule names a host, so there is no Certificate for the Secret ${plain(secretName)}; to have one, name its ` +
      "hosts in spec.tls.domains",
    field: "spec.tls.secretName",
  };
}
