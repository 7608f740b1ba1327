/**
 * Requests to Services of the cluster by their names, each over a connection of its own.
 *
 * @module
 */
import { randomUUID } from "node:crypto";
import { request } from "node:http";
import { text } from "node:stream/consumers";
import { clusterLookup } from "./dns.ts";

export interface ClusterAnswer {
  readonly status: number;
  readonly body: string;
}

/** POSTs a CloudEvent in binary mode, as `kn event send` and Knative's sources do. */
export function sendEvent(url: string, type: string, data: object = {}): Promise<ClusterAnswer> {
  const headers = {
    "content-type": "application/json",
    "ce-specversion": "1.0",
    "ce-id": randomUUID(),
    "ce-source": "/cluster-test",
    "ce-type": type,
  };
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method: "POST", headers, agent: false, lookup: clusterLookup });
    outgoing.on("error", reject);
    outgoing.on("response", async (response) => {
      resolve({ status: response.statusCode ?? 0, body: await text(response) });
    });
    outgoing.end(JSON.stringify(data));
  });
}
