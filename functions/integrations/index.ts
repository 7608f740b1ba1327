/**
 * The integrations there are. A new one is a folder and a line here.
 *
 * @module
 */
import { certManager } from "./cert-manager/definition.ts";
import type { IntegrationDefinition } from "./definition.ts";
import { externalDNS } from "./external-dns/definition.ts";

export const INTEGRATIONS: readonly IntegrationDefinition[] = [certManager, externalDNS];
