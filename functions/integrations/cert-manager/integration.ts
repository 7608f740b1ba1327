/**
 * cert-manager: one Certificate for a route that names a Secret for TLS and at least one host.
 *
 * @module
 */
import type { ResourceDefinition } from "../../kubernetes/objects.ts";
import type { Problem } from "../../problem.ts";
import type { RouteDescription } from "../../traefik/route-description.ts";
import { permitted } from "../allowed-annotations.ts";
import { copiedAnnotations } from "../copied-annotations.ts";
import { integrationOf, type KindOptions } from "../define.ts";
import type { Desired, Integration, ObservedState } from "../integration.ts";
import { acmeAnnotations, acmeProblems } from "./annotations/acme-annotations.ts";
import { certificateAnnotations, SCOPE } from "./annotations/annotations.ts";
import { fieldOf } from "./annotations/refused-field.ts";
import { mismatch } from "./mismatch.ts";
import { certificateNames, NAME, namesIn, texts } from "./names.ts";
import { mixedNamesProblems } from "./public-names.ts";
import { isReady, whyNotReady } from "./ready.ts";
import { isIgnoredSecret, sharedSecret } from "./secret.ts";
import { secretNameOf, secretNameProblems, whyNoSecret } from "./secret-name.ts";
import type { CertManagerSettings } from "./settings.ts";
import { coveredCommonName, withCommonName, withoutCoveredCommonName } from "./spec/common-name.ts";
import { withoutRefusedNames } from "./spec/identities.ts";
import { keepInvalid, mergeSpec } from "./spec/merge-spec.ts";
import { templateFor } from "./template.ts";

const CERTIFICATE: ResourceDefinition = {
  group: "cert-manager.io",
  version: "v1",
  plural: "certificates",
  kind: "Certificate",
};

/** Let's Encrypt refuses an order with more names (its documentation, "Rate Limits"). */
const MAX_NAMES = 100;

/** What is known of the integration without its settings. */
export const CERT_MANAGER: KindOptions = {
  name: NAME,
  resource: CERTIFICATE,
  suffix: "-tls",
  names: namesIn,
};

export function createCertManager(settings: CertManagerSettings): Integration {
  return integrationOf(CERT_MANAGER, {
    sharedResource: sharedSecret(settings),
    isReady,
    whyNotReady,
    extraNames: (annotations) =>
      certificateAnnotations(permitted(SCOPE, settings, annotations).annotations).names,
    check: (description) => checkRoute(settings, description),
    desiredState: (description, observedState) => desiredCertificate(settings, description, observedState),
    ...(settings.adopt === "matching" ? { mismatch } : {}),
    isRefusedBySettings: (description) => isIgnoredSecret(description, settings),
  });
}

function checkRoute(settings: CertManagerSettings, description: RouteDescription): readonly Problem[] {
  // Without a Certificate to come, nobody is waiting for what these annotations do.
  if (secretNameOf(description, settings) === null) return secretNameProblems(description, settings);
  const { annotations, problems } = permitted(SCOPE, settings, description.annotations);
  const { spec } = templateFor(settings, description);
  return [...problems, ...certificateAnnotations(annotations, spec).problems, ...acmeProblems(annotations)];
}

function desiredCertificate(
  settings: CertManagerSettings,
  description: RouteDescription,
  observedState: ObservedState,
): Desired {
  const secretName = secretNameOf(description, settings);
  if (secretName === null) return { kind: "absent", ...whyNoSecret(description, settings), problems: [] };
  const dnsNames = certificateNames(description, observedState);
  if (dnsNames.length === 0) {
    return description.incomplete ? { kind: "unchanged", problems: [] } : { kind: "absent", problems: [] };
  }
  if (dnsNames.length > MAX_NAMES) return { kind: "unchanged", problems: [tooManyNames(dnsNames.length)] };
  const template = templateFor(settings, description);
  const { annotations } = permitted(SCOPE, settings, description.annotations);
  const annotated = certificateAnnotations(annotations, template.spec);
  // Issuing from another issuer than the one that was meant is worse than not issuing.
  if (annotated.issuerInvalid) return { kind: "unchanged", problems: [] };
  const merged = mergeSpec(template.spec, annotated.spec);
  const kept = keepInvalid(merged, observedState.child?.spec, annotated.invalid);
  const allowed = withoutRefusedNames(kept, observedState.refuseName);
  const named =
    settings.commonName === "firstHost"
      ? withCommonName(allowed.spec, dnsNames)
      : { ...allowed, problems: [] };
  const { spec: uncovered, covered } = withoutCoveredCommonName(named.spec, dnsNames);
  const { issuerRef, ...rest } = uncovered;
  const { labels, annotations: given } = template.metadata ?? {};
  const copied = copiedAnnotations(description, annotations, settings.copyAnnotations);
  const all = { ...copied, ...given, ...acmeAnnotations(annotations, observedState.child) };
  return {
    kind: "present",
    spec: { issuerRef, dnsNames, secretName, ...rest },
    ...(labels === undefined ? {} : { labels }),
    ...(Object.keys(all).length === 0 ? {} : { annotations: all }),
    problems: [
      ...allowed.refused.map(({ path, problem }) => ({ ...problem, field: fieldOf(path, description) })),
      ...named.problems,
      ...(covered === null ? [] : [coveredCommonName(covered, fieldOf("commonName", description))]),
      ...mixedNamesProblems([...dnsNames, ...texts(rest.ipAddresses)]),
    ],
  };
}

function tooManyNames(count: number): Problem {
  return {
    reason: "TooManyNames",
    message:
      `${count} names are more than the ${MAX_NAMES} that one certificate may carry; the Certificate is left as it is. ` +
      "Split the route, each part with a secretName of its own.",
    field: "spec.routes",
  };
}
