/**
 * What the chart knows of cert-manager's Certificates.
 *
 * @module
 */
import type { ChartPart } from "../../chart.ts";
import { certManager } from "../definition.ts";

export const chart: ChartPart = {
  definition: certManager,
  rights: [
    {
      when: { existingSecrets: "keep" },
      comment: "Only metadata is asked for, yet a right on metadata alone does not exist.",
      apiGroups: [""],
      resources: ["secrets"],
      verbs: ["get"],
    },
  ],
};
