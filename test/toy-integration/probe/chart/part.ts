/**
 * What the chart knows of Probes.
 *
 * @module
 */
import type { ChartPart } from "../../../../functions/integrations/chart.ts";
import { probe } from "../definition.ts";

export const chart: ChartPart = { definition: probe };
