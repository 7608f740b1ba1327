import { defineIntegration } from "../define.ts";
import { CERT_MANAGER_NAMES } from "./annotations/vocabulary.ts";
import { CERT_MANAGER, createCertManager } from "./integration.ts";
import { CERT_MANAGER_REASONS } from "./reasons.ts";
import { certManagerSettings } from "./settings.ts";

export const certManager = defineIntegration({
  ...CERT_MANAGER,
  key: "certManager",
  annotationNames: CERT_MANAGER_NAMES,
  reasons: CERT_MANAGER_REASONS,
  schema: certManagerSettings,
  create: createCertManager,
});
