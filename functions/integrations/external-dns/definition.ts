/**
 * external-dns' entry in the list of integrations.
 *
 * @module
 */
import { defineIntegration } from "../define.ts";
import { createExternalDNS, EXTERNAL_DNS } from "./integration.ts";
import { EXTERNAL_DNS_REASONS } from "./reasons.ts";
import { externalDNSSettings } from "./settings.ts";
import { EXTERNAL_DNS_NAMES } from "./vocabulary.ts";

export const externalDNS = defineIntegration({
  ...EXTERNAL_DNS,
  key: "externalDNS",
  annotationNames: EXTERNAL_DNS_NAMES,
  reasons: EXTERNAL_DNS_REASONS,
  schema: externalDNSSettings,
  create: createExternalDNS,
});
