/**
 * cert-manager's entry in the list of integrations.
 *
 * @module
 */
import type { IntegrationDefinition } from "../definition.ts";
import { removerOf } from "../remover.ts";
import { CERT_MANAGER_NAMES } from "./annotations/vocabulary.ts";
import { CERT_MANAGER, createCertManager } from "./integration.ts";
import { type CertManagerSettings, certManagerSettings } from "./settings.ts";

export const certManager: IntegrationDefinition<CertManagerSettings> = {
  key: "certManager",
  name: CERT_MANAGER.name,
  annotationNames: CERT_MANAGER_NAMES,
  schema: certManagerSettings,
  create: createCertManager,
  createRemover: () => removerOf(CERT_MANAGER),
};
