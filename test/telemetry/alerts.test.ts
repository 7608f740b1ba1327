import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { promisify } from "node:util";
import { stringify } from "yaml";
import { at, only, render } from "../chart/render.ts";
import { findPrometheus } from "./programs.ts";

const OF = 'job="edge/traefik-cert-rotater",instance="edge/tcr"';
const LABELS = { job: "edge/traefik-cert-rotater", instance: "edge/tcr" };

interface Case {
  readonly what: string;
  readonly alert: string;
  /** Series, in promtool's notation, a sample each minute. */
  readonly series: Readonly<Record<string, string>>;
  /** When, and with which labels it fires then; null: it does not. */
  readonly at: string;
  readonly fires: Readonly<Record<string, string>> | null;
  /** Annotations that have something of the series in them. */
  readonly says?: Readonly<Record<string, string>>;
}

const last = (value: string) => ({ [`traefik_cert_rotater_resync_last_success_seconds{${OF}}`]: value });
const repairs = (value: string) => ({
  [`traefik_cert_rotater_resync_repairs_total{${OF},change_action="update"}`]: value,
});
const problems = (value: string) => ({
  [`traefik_cert_rotater_problems_total{${OF},problem_reason="InvalidRule"}`]: value,
});
const held = (value: string) => ({ [`traefik_cert_rotater_resync_deletions_held{${OF}}`]: value });
const again = (value: string) => ({
  [`traefik_cert_rotater_events_total{${OF},cloudevents_event_type="t",http_response_status_code="503"}`]:
    value,
});
const dead = (value: string) => ({
  [`traefik_cert_rotater_dead_letters_total{${OF},error_type="503"}`]: value,
});
const ready = (value: string) => ({
  'certmanager_certificate_ready_status{namespace="shop",name="web-tls",condition="False"}': value,
});
const job = (name: string, failed: string, started: string) => ({
  [`kube_job_failed{namespace="edge",job_name="${name}",condition="true"}`]: failed,
  [`kube_job_status_start_time{namespace="edge",job_name="${name}"}`]: started,
});
const JOB = "tcr-traefik-cert-rotation-resync-29400017";

/** A counter that goes up by one each hour, as an hourly resync has it. */
const hourly = Array.from({ length: 12 }, (_, hour) => `${hour}x59`).join(" ");

const CASES: readonly Case[] = [
  { what: "a resync two hours ago", alert: "ResyncStale", series: last("0x200"), at: "140m", fires: null },
  { what: "none for three hours", alert: "ResyncStale", series: last("0x300"), at: "180m", fires: LABELS },
  {
    what: "none for three hours, and the Collector has forgotten it",
    alert: "ResyncStale",
    series: last("0 _x300"),
    at: "180m",
    fires: LABELS,
  },
  { what: "no metric at all", alert: "ResyncStale", series: repairs("0x300"), at: "30m", fires: {} },
  {
    what: "repairs at each resync",
    alert: "Repairs",
    series: repairs(hourly),
    at: "10h",
    fires: LABELS,
    says: { description: "Events get lost, or something else changes the children: 2 repairs lately." },
  },
  { what: "repairs at each of three", alert: "Repairs", series: repairs(hourly), at: "3h", fires: null },
  { what: "repairs at one resync", alert: "Repairs", series: repairs("0x59 5x660"), at: "10h", fires: null },
  {
    what: "a problem at each resync",
    alert: "Problems",
    series: problems(hourly),
    at: "4h",
    fires: { ...LABELS, problem_reason: "InvalidRule" },
    says: { summary: "Routes have problems (InvalidRule)" },
  },
  {
    what: "a problem that was mended",
    alert: "Problems",
    series: problems("0x59 1x660"),
    at: "6h",
    fires: null,
  },
  {
    what: "deletions held",
    alert: "DeletionsHeld",
    series: held("0x10 28x50"),
    at: "30m",
    fires: LABELS,
    says: { description: "28 children wait for a person to say whether they go." },
  },
  { what: "deletions confirmed", alert: "DeletionsHeld", series: held("28x10 0x50"), at: "30m", fires: null },
  { what: "503 again and again", alert: "TryAgain", series: again("0+1x60"), at: "40m", fires: LABELS },
  { what: "503 once", alert: "TryAgain", series: again("0x5 1x60"), at: "40m", fires: null },
  {
    what: "the first dead letter there ever was",
    alert: "DeadLetters",
    series: dead("_x10 1x50"),
    at: "30m",
    fires: { ...LABELS, error_type: "503" },
    says: { description: "A Broker gave up on events, the last status being 503." },
  },
  {
    what: "a dead letter of yesterday",
    alert: "DeadLetters",
    series: dead("1x300"),
    at: "180m",
    fires: null,
  },
  {
    what: "a Certificate that is not ready for two hours",
    alert: "CertificateNotReady",
    series: ready("1x200"),
    at: "120m",
    fires: { namespace: "shop", name: "web-tls" },
    says: {
      summary: "Certificate web-tls is not ready",
      description: "Its Certificate says why: kubectl describe certificate web-tls",
    },
  },
  {
    what: "one that is being issued",
    alert: "CertificateNotReady",
    series: ready("1x20 0x200"),
    at: "120m",
    fires: null,
  },
  {
    what: "a Job that failed",
    alert: "ResyncJobFailed",
    series: job(JOB, "1x60", "600x60"),
    at: "30m",
    fires: { namespace: "edge", job_name: JOB },
    says: { description: `Its log says why: kubectl -n edge logs job/${JOB}` },
  },
  {
    what: "one that failed long ago",
    alert: "ResyncJobFailed",
    series: job(JOB, "1x300", "0x300"),
    at: "280m",
    fires: null,
  },
  {
    what: "somebody else's",
    alert: "ResyncJobFailed",
    series: job("backup-29400017", "1x60", "600x60"),
    at: "30m",
    fires: null,
  },
];

suite("alerts, judged by promtool", () => {
  let folder: string;
  let promtool: string;
  let rules: readonly { readonly alert: string; readonly annotations: object; readonly labels: object }[];

  before(async () => {
    ({ promtool } = await findPrometheus());
    folder = await mkdtemp(join(tmpdir(), "alerts-"));
    const release = { name: "tcr", namespace: "edge" };
    const runbookUrl = "https://docs.example.com/#";
    const rule = only(
      await render({ prometheusRule: { enabled: true, runbookUrl } }, release),
      "PrometheusRule",
    );
    await writeFile(join(folder, "rules.yml"), stringify(at(rule, "spec")));
    rules = at(rule, "spec.groups.0.rules") as typeof rules;
  });
  after(() => rm(folder, { recursive: true }));

  const judge = (words: readonly string[]) => promisify(execFile)(promtool, words, { cwd: folder });

  test("are rules", async () => {
    const { stdout } = await judge(["check", "rules", "rules.yml"]);
    assert.match(stdout, /SUCCESS: 8 rules found/);
  });

  test("all of them are tried, firing and not", () => {
    for (const { alert } of rules) {
      const tried = CASES.filter((one) => `TraefikCertRotater${one.alert}` === alert);
      assert.ok(
        tried.some(({ fires }) => fires !== null) && tried.some(({ fires }) => fires === null),
        alert,
      );
    }
  });

  for (const [index, { what, alert, series, at: time, fires, says }] of CASES.entries()) {
    test(`${alert}: ${what}: ${fires === null ? "silence" : "fires"}`, async () => {
      const { labels, annotations } = rules.find((rule) => rule.alert === `TraefikCertRotater${alert}`) ?? {};
      const expected = { exp_labels: { ...labels, ...fires }, exp_annotations: { ...annotations, ...says } };
      const alertTest = {
        eval_time: time,
        alertname: `TraefikCertRotater${alert}`,
        ...(fires === null ? {} : { exp_alerts: [expected] }),
      };
      const file = `test-${index}.yml`;
      const input = Object.entries(series).map(([name, values]) => ({ series: name, values }));
      const tests = [{ interval: "1m", input_series: input, alert_rule_test: [alertTest] }];
      await writeFile(
        join(folder, file),
        stringify({ rule_files: ["rules.yml"], evaluation_interval: "1m", tests }),
      );
      await judge(["test", "rules", file]).catch((error: Error & { stdout: string; stderr: string }) =>
        assert.fail(`${error.stdout}\n${error.stderr}`),
      );
    });
  }
});
