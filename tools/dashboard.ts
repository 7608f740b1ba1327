/**
 * Writes the chart's dashboard for Grafana, traefik-cert-rotation/files/dashboard.json: `node tools/dashboard.ts`. A test
 * fails when it has drifted.
 *
 * @module
 */
import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import {
  type Dashboard,
  DashboardBuilder,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  RowBuilder,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { DataqueryBuilder } from "@grafana/grafana-foundation-sdk/prometheus";
import { PanelBuilder as StatBuilder } from "@grafana/grafana-foundation-sdk/stat";
import { PanelBuilder as TimeSeriesBuilder } from "@grafana/grafana-foundation-sdk/timeseries";
import { formatSchema } from "./values/schema.ts";

export const DASHBOARD_FILE = fileURLToPath(
  new URL("../traefik-cert-rotation/files/dashboard.json", import.meta.url),
);

const SOURCE = { type: "prometheus", uid: "$datasource" };
/** Installations, `<release namespace>/<release>`. */
const OF = 'instance=~"$instance"';

interface Query {
  readonly query: string;
  readonly legend: string;
}

interface Panel {
  readonly title: string;
  readonly description: string;
  readonly unit: string;
  readonly queries: readonly Query[];
  /** One number instead of a graph. */
  readonly isNumber?: true;
}

const increase = (metric: string, by: string) =>
  `sum by (${by}) (increase(${metric}{${OF}}[$__rate_interval]))`;

const quantiles = (metric: string): Query[] =>
  [0.5, 0.95, 0.99].map((quantile) => ({
    query: `histogram_quantile(${quantile}, sum by (le) (rate(${metric}_bucket{${OF}}[$__rate_interval])))`,
    legend: `${quantile * 100} %`,
  }));

const ROWS: Readonly<Record<string, readonly Panel[]>> = {
  Resyncs: [
    {
      title: "Since the last full resync",
      description: "Only one that need not be tried again counts.",
      unit: "s",
      isNumber: true,
      queries: [
        {
          query: `time() - max(last_over_time(traefik_cert_rotater_resync_last_success_seconds{${OF}}[2d]))`,
          legend: "",
        },
      ],
    },
    {
      title: "Routes",
      description: "Seen by the last full resync.",
      unit: "short",
      isNumber: true,
      queries: [{ query: `sum(last_over_time(traefik_cert_rotater_resync_routes{${OF}}[2d]))`, legend: "" }],
    },
    {
      title: "Deletions held",
      description: "Held back by the deletion limit, until a person confirms them.",
      unit: "short",
      isNumber: true,
      queries: [
        { query: `sum(last_over_time(traefik_cert_rotater_resync_deletions_held{${OF}}[2d]))`, legend: "" },
      ],
    },
    {
      title: "Repairs",
      description: "What resyncs found missing or different: what events lost.",
      unit: "short",
      queries: [
        {
          query: increase("traefik_cert_rotater_resync_repairs_total", "change_action"),
          legend: "{{change_action}}",
        },
      ],
    },
    {
      title: "Duration of resyncs",
      description: "",
      unit: "s",
      queries: quantiles("traefik_cert_rotater_resync_duration_seconds"),
    },
  ],
  Events: [
    {
      title: "Events by answer",
      description: "204: done. 503: to be sent again. 400: cannot be read.",
      unit: "short",
      queries: [
        {
          query: increase("traefik_cert_rotater_events_total", "http_response_status_code"),
          legend: "{{http_response_status_code}}",
        },
      ],
    },
    {
      title: "Events by type",
      description: "",
      unit: "short",
      queries: [
        {
          query: increase("traefik_cert_rotater_events_total", "cloudevents_event_type"),
          legend: "{{cloudevents_event_type}}",
        },
      ],
    },
    {
      title: "Duration of events",
      description: "The source waits for each answer: this is its throughput.",
      unit: "s",
      queries: quantiles("traefik_cert_rotater_event_duration_seconds"),
    },
  ],
  Children: [
    {
      title: "Changes",
      description: "Certificates and DNSEndpoints that were created, updated or deleted.",
      unit: "short",
      queries: [
        {
          query: increase("traefik_cert_rotater_changes_total", "child_kind, change_action"),
          legend: "{{child_kind}} {{change_action}}",
        },
      ],
    },
    {
      title: "Problems by reason",
      description: "Each time that a route with one is looked at.",
      unit: "short",
      queries: [
        {
          query: increase("traefik_cert_rotater_problems_total", "problem_reason"),
          legend: "{{problem_reason}}",
        },
      ],
    },
  ],
  "API server": [
    {
      title: "Requests",
      description: "By method and status.",
      unit: "short",
      queries: [
        {
          query: increase(
            "http_client_request_duration_seconds_count",
            "http_request_method, http_response_status_code, error_type",
          ),
          legend: "{{http_request_method}} {{http_response_status_code}} {{error_type}}",
        },
      ],
    },
    {
      title: "Duration of requests",
      description: "",
      unit: "s",
      queries: quantiles("http_client_request_duration_seconds"),
    },
  ],
  Process: [
    {
      title: "Cold starts",
      description: "",
      unit: "short",
      queries: [
        {
          query: `sum(increase(traefik_cert_rotater_start_duration_seconds_count{${OF}}[$__rate_interval]))`,
          legend: "starts",
        },
      ],
    },
    {
      title: "From start to listening",
      description: "",
      unit: "s",
      queries: quantiles("traefik_cert_rotater_start_duration_seconds"),
    },
  ],
};

export function buildDashboard(): Dashboard {
  const dashboard = new DashboardBuilder("Traefik-cert-rotater")
    .uid("traefik-cert-rotater")
    .tags(["traefik", "cert-manager", "external-dns"])
    .description("Certificates and DNSEndpoints for Traefik's routes")
    .refresh("1m")
    .time({ from: "now-6h", to: "now" })
    .timezone("browser")
    .withVariable(new DatasourceVariableBuilder("datasource").label("Data source").type("prometheus"))
    .withVariable(
      new QueryVariableBuilder("instance")
        .label("Installation")
        .datasource(SOURCE)
        .query("label_values(traefik_cert_rotater_start_duration_seconds_count, instance)")
        .multi(true)
        .includeAll(true)
        .allValue(".*"),
    );
  for (const [row, panels] of Object.entries(ROWS)) {
    dashboard.withRow(new RowBuilder(row));
    for (const panel of panels) dashboard.withPanel(panelOf(panel));
  }
  return dashboard.build();
}

function panelOf({ title, description, unit, queries, isNumber }: Panel) {
  const panel = (isNumber ? new StatBuilder().span(8) : new TimeSeriesBuilder().span(12))
    .title(title)
    .description(description)
    .unit(unit)
    .min(0)
    .height(isNumber ? 4 : 8)
    .datasource(SOURCE);
  for (const { query, legend } of queries) {
    const target = new DataqueryBuilder().expr(query).legendFormat(legend).datasource(SOURCE);
    panel.withTarget(isNumber ? target.instant() : target.range());
  }
  return panel;
}

export function formatDashboard(): string {
  return formatSchema(buildDashboard());
}

if (import.meta.main) await writeFile(DASHBOARD_FILE, formatDashboard());
