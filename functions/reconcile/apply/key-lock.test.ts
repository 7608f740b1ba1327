import assert from "node:assert/strict";
import { test } from "node:test";
import { parseConfiguration } from "../../config/parse.ts";
import { INTEGRATIONS } from "../../integrations/index.ts";
import { ConflictError, UnavailableError } from "../../kubernetes/errors.ts";
import type { KubernetesObject, ResourceDefinition } from "../../kubernetes/objects.ts";
import type { Execute } from "./execute.ts";
import { withKeyLock } from "./key-lock.ts";

const { integrations } = parseConfiguration({}, INTEGRATIONS).configuration;
const resource = integrations[0]?.resource as ResourceDefinition;

function certificate(name: string, secretName: string): KubernetesObject {
  return { apiVersion: "cert-manager.io/v1", kind: "Certificate", metadata: { name }, spec: { secretName } };
}

/** A cluster that keeps what is executed; `gate` holds writes back. */
function start(gate: Promise<unknown> = Promise.resolve()) {
  const objects = new Map<string, KubernetesObject>();
  const execute: Execute = async (_, __, step) => {
    await gate;
    if (step.action === "delete") objects.delete(step.live.metadata.name);
    else objects.set(step.child.metadata.name, step.child);
    return null;
  };
  const client = { get: async ({ name }: { name: string }) => objects.get(name) ?? null };
  const taking = withKeyLock(execute, integrations, client);
  const create = (name: string, secretName: string, namespace = "shop") =>
    taking(resource, namespace, { action: "create", child: certificate(name, secretName) });
  return { objects, taking, create };
}

test("of two at once the first wins, and the second hears of it once that is written", async () => {
  const gate = Promise.withResolvers<void>();
  const { objects, create } = start(gate.promise);
  const both = [create("a-tls", "one"), create("b-tls", "one")];
  gate.resolve();
  const [first, second] = await Promise.allSettled(both);
  assert.equal(first?.status, "fulfilled");
  assert.ok(second?.status === "rejected" && second.reason instanceof ConflictError);
  assert.deepEqual([...objects.keys()], ["a-tls"]);
});

test("so does one that comes later with an old observation", async () => {
  const { create, taking } = start();
  await create("a-tls", "one");
  await assert.rejects(create("b-tls", "one"), ConflictError);
  const [child, live] = [certificate("c-tls", "one"), certificate("c-tls", "two")];
  await assert.rejects(taking(resource, "shop", { action: "update", child, live }), ConflictError);
});

test("a claim that was given up since, or another, or in another namespace, is free", async () => {
  const { objects, create } = start();
  await create("a-tls", "one");
  await create("b-tls", "two");
  await create("b-tls", "one", "other");
  objects.set("a-tls", certificate("a-tls", "three"));
  await create("c-tls", "one");
  objects.delete("b-tls");
  await create("d-tls", "two");
  assert.deepEqual([...objects.keys()].sort(), ["a-tls", "c-tls", "d-tls"]);
});

test("a write that failed holds nothing", async () => {
  const failing: Execute = async () => {
    throw new UnavailableError("apply", "gone");
  };
  const taking = withKeyLock(failing, integrations, { get: async () => null });
  for (const name of ["a-tls", "b-tls"]) {
    const step = { action: "create", child: certificate(name, "one") } as const;
    await assert.rejects(taking(resource, "shop", step), UnavailableError);
  }
});

test("an update that keeps its claim, and a deletion, ask nobody", async () => {
  const { create, taking } = start();
  await create("a-tls", "one");
  const other = certificate("b-tls", "one");
  await taking(resource, "shop", { action: "update", child: other, live: other });
  await taking(resource, "shop", { action: "delete", live: other });
});
