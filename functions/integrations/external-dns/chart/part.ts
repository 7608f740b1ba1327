/**
 * What the chart knows of external-dns' DNSEndpoints.
 *
 * @module
 */
import type { ChartPart } from "../../chart.ts";
import { externalDNS } from "../definition.ts";

export const chart: ChartPart = {
  definition: externalDNS,
  omitEmpty: ["targetIPs"],
  dependencies: [
    {
      resource: { group: "", version: "v1", plural: "services", kind: "Service" },
      from: "targetService",
      unless: ["targetIPs", "defaultTargets"],
      selector: "targetServiceSelector",
      required:
        "integrations.externalDNS is enabled without a target: set integrations.externalDNS.targetService or integrations.externalDNS.targetIPs, or have external-dns fill it in with integrations.externalDNS.defaultTargets",
    },
  ],
};
