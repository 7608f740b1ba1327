/**
 * An integration for the proof that one is one folder: a Prometheus `Probe` for each route, with its hosts as targets.
 *
 * @module
 */
import * as v from "valibot";
import { defineIntegration } from "../../../functions/integrations/define.ts";
import { choice, settings } from "../../../functions/schema/fields.ts";
import { isRecord } from "../../../functions/schema/unknown.ts";

declare module "../../../functions/problem.ts" {
  interface ProblemReasons {
    WildcardNotProbed: true;
  }
}

const SCHEME = "https://";

export const probe = defineIntegration({
  key: "probe",
  name: "prometheus-probe",
  resource: { group: "monitoring.coreos.com", version: "v1", plural: "probes", kind: "Probe" },
  suffix: "-probe",
  enabledByDefault: false,
  annotationNames: [{ prefix: "probe.example.com/", names: ["module"], elsewhere: [] }],
  reasons: { WildcardNotProbed: "a wildcard has no address of its own to look at" },
  schema: settings({
    prober: v.optional(v.string("host:port of a prober"), "blackbox-exporter.monitoring:9115"),
    interval: v.optional(choice(["30s", "60s"]), "60s"),
  }),
  names: hostsIn,
  create: ({ prober, interval }) => ({
    desiredState: ({ hosts, annotations, incomplete }) => {
      const targets = hosts.filter((host) => !host.startsWith("*."));
      const problems = hosts
        .filter((host) => !targets.includes(host))
        .map((host) => ({
          reason: "WildcardNotProbed" as const,
          message: `${host} is a wildcard, which cannot be probed. Name a host beside it.`,
          field: "spec.routes",
        }));
      if (targets.length === 0) return { kind: incomplete ? "unchanged" : "absent", problems };
      const module = annotations["probe.example.com/module"] ?? "http_2xx";
      const staticConfig = { static: targets.map((host) => SCHEME + host) };
      const spec = { interval, module, prober: { url: prober }, targets: { staticConfig } };
      return { kind: "present", spec, problems };
    },
  }),
});

function hostsIn(spec: unknown): readonly string[] {
  const { targets }: { targets?: unknown } = isRecord(spec) ? spec : {};
  const config = isRecord(targets) && isRecord(targets.staticConfig) ? targets.staticConfig : {};
  const list: readonly unknown[] = Array.isArray(config.static) ? config.static : [];
  return list.flatMap((target) => (typeof target === "string" ? [target.slice(SCHEME.length)] : []));
}
