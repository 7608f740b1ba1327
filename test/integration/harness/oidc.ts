/**
 * Senders with tokens, as Knative Eventing makes them.
 *
 * @module
 */
import { createHash, createPrivateKey, randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { decodeJwt, decodeProtectedHeader, SignJWT } from "jose";
import type { Cluster } from "../../control-plane/cluster.ts";
import { type CloudEvent, type HttpAnswer, send } from "./cloud-events.ts";

/** Longest name that Eventing gives to an account, and how much of the object's own name survives a cut. */
const LONGEST = 63;
const KEPT = 31;

/**
 * Name of the ServiceAccount that Eventing makes for an object of its own: a suffix, or where that gets too long a
 * cut and an MD5 of all of it.
 */
export function accountOf(kind: string, group: string, name: string): string {
  const suffix = `-oidc-${group}-${kind}`;
  if (name.length + suffix.length <= LONGEST) return `${name}${suffix}`.toLowerCase();
  const hash = createHash("md5").update(`${name}${suffix}`).digest("hex");
  const cut = `${name.slice(0, KEPT)}${hash}`;
  return `${cut}${suffix.slice(0, LONGEST - cut.length)}`.replace(/[^a-zA-Z0-9]+$/, "").toLowerCase();
}

/** A token for the audience of a ServiceAccount, which is made first. */
export async function tokenOf(
  cluster: Cluster,
  namespace: string,
  name: string,
  audience: string,
): Promise<string> {
  await cluster.admin.apply({ apiVersion: "v1", kind: "ServiceAccount", metadata: { namespace, name } });
  return cluster.admin.token(namespace, name, [audience]);
}

/** The token with other claims, signed by the cluster's own key as the API server would. */
export async function resign(cluster: Cluster, token: string, claims: object): Promise<string> {
  const key = createPrivateKey(await readFile(join(cluster.folder, "service-accounts.key")));
  const { alg = "", kid = "" } = decodeProtectedHeader(token);
  return new SignJWT({ ...decodeJwt(token), ...claims }).setProtectedHeader({ alg, kid }).sign(key);
}

/** Sends the event with this header `Authorization`, or with none. */
export function postAs(url: string, event: CloudEvent, authorization: string | null): Promise<HttpAnswer> {
  const headers = {
    "ce-specversion": "1.0",
    "ce-id": randomUUID(),
    "ce-source": "/integration-test",
    "ce-type": event.type,
    "content-type": "application/json",
    ...(authorization === null ? {} : { authorization }),
  };
  return send(url, { headers, body: JSON.stringify(event.data) });
}
