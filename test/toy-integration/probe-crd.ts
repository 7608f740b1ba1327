/**
 * As much of the Prometheus operator's Probe as the toy integration writes.
 *
 * @module
 */
import type { CustomResourceDefinition } from "../control-plane/crds.ts";

const text = { type: "string" };

const spec = {
  type: "object",
  required: ["targets"],
  properties: {
    interval: text,
    module: text,
    prober: { type: "object", required: ["url"], properties: { url: text } },
    targets: {
      type: "object",
      properties: {
        staticConfig: { type: "object", properties: { static: { type: "array", items: text } } },
      },
    },
  },
};

const schema = { openAPIV3Schema: { type: "object", properties: { spec } } };
const names = { kind: "Probe", plural: "probes", singular: "probe", listKind: "ProbeList" };
const versions = [{ name: "v1", served: true, storage: true, schema }];
const definition = { group: "monitoring.coreos.com", scope: "Namespaced", names, versions };

export const PROBE_CRD: CustomResourceDefinition = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "probes.monitoring.coreos.com" },
  spec: definition,
};
