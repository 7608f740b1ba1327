/**
 * The integrations there are. A new one is a folder and its line here; what the chart knows of it is generated
 * (`npm run generate`).
 *
 * @module
 */
import { certManager } from "./cert-manager/definition.ts";
import type { IntegrationDefinition } from "./definition.ts";
import { externalDNS } from "./external-dns/definition.ts";

export const INTEGRATIONS: readonly IntegrationDefinition[] = [certManager, externalDNS];
