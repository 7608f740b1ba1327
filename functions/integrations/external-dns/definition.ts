/**
 * external-dns' entry in the list of integrations.
 *
 * @module
 */
import type { IntegrationDefinition } from "../definition.ts";
import { removerOf } from "../remover.ts";
import { createExternalDNS, EXTERNAL_DNS } from "./integration.ts";
import { type ExternalDNSSettings, externalDNSSettings } from "./settings.ts";
import { EXTERNAL_DNS_NAMES } from "./vocabulary.ts";

export const externalDNS: IntegrationDefinition<ExternalDNSSettings> = {
  key: "externalDNS",
  name: EXTERNAL_DNS.name,
  annotationNames: EXTERNAL_DNS_NAMES,
  schema: externalDNSSettings,
  create: createExternalDNS,
  createRemover: () => removerOf(EXTERNAL_DNS),
};
