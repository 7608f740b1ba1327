import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { ListOptions } from "../../kubernetes/client.ts";
import { ConflictError } from "../../kubernetes/errors.ts";
import type { ObjectReference, ResourceDefinition } from "../../kubernetes/objects.ts";
import type { ReconcileContext } from "../route/context.ts";
import { sharingReads } from "./shared-reads.ts";

const resource = (group: string, plural: string): ResourceDefinition => ({
  group,
  version: "v1",
  plural,
  kind: plural,
});
const CERTIFICATES = resource("cert-manager.io", "certificates");
const SERVICES = resource("", "services");
const target: ObjectReference = { resource: SERVICES, namespace: "traefik", name: "traefik" };
const namespace = { resource: resource("", "namespaces"), namespace: null, name: "shop" };
const inShop: ListOptions = { namespace: "shop", limit: 500 };

/** A context that says what was read, and how reads and writes fail. */
function createContext() {
  const reads: string[] = [];
  const faults: { read: Error | null; write: Error | null } = { read: null, write: null };
  const note = async <T>(what: string, answer: T): Promise<T> => {
    reads.push(what);
    if (faults.read !== null) throw faults.read;
    return answer;
  };
  const client = {
    get: ({ resource, name }: ObjectReference) => note(`${resource.plural} ${name}`, null),
    getMetadata: ({ name }: ObjectReference) => note(`metadata ${name}`, null),
    list: ({ plural }: ResourceDefinition, { namespace, labelSelector = "all" }: ListOptions) =>
      note(`${plural} in ${namespace}: ${labelSelector}`, {
        items: [],
        continueToken: null,
        resourceVersion: "1",
      }),
  };
  const execute = async () => {
    if (faults.write !== null) throw faults.write;
    return null;
  };
  const integrations = [{ dependencies: [target] }];
  const context = { client, execute, integrations } as unknown as ReconcileContext;
  return { context: sharingReads(context), reads, faults };
}

const write = [CERTIFICATES, "shop", { action: "create", child: {} }] as unknown as Parameters<
  ReconcileContext["execute"]
>;

suite("routes of a batch", () => {
  test("read lists, namespaces and dependencies once, at one time too", async () => {
    const { context, reads } = createContext();
    for (let route = 0; route < 3; route++) {
      await Promise.all([
        context.client.list(CERTIFICATES, inShop),
        context.client.list(CERTIFICATES, inShop),
        context.client.list(CERTIFICATES, { ...inShop, labelSelector: "ours" }),
        context.client.list(CERTIFICATES, { ...inShop, namespace: "b" }),
        context.client.get(namespace),
        context.client.get(target),
      ]);
    }
    assert.deepEqual(reads, [
      "certificates in shop: all",
      "certificates in shop: ours",
      "certificates in b: all",
      "namespaces shop",
      "services traefik",
    ]);
  });

  test("read everything else live, each for itself", async () => {
    const { context, reads } = createContext();
    const others = [
      { resource: CERTIFICATES, namespace: "shop", name: "web-tls" },
      { ...target, namespace: "shop" },
      { ...target, name: "other" },
    ];
    for (const reference of [...others, ...others]) await context.client.get(reference);
    await context.client.getMetadata(namespace);
    await context.client.getMetadata(namespace);
    assert.equal(reads.length, 8);
  });

  test("read again once a write has failed, and not because one was done", async () => {
    const { context, reads, faults } = createContext();
    await context.client.list(CERTIFICATES, inShop);
    await context.execute(...write);
    await context.client.list(CERTIFICATES, inShop);
    assert.equal(reads.length, 1);
    faults.write = new ConflictError("Certificate web-tls", "taken");
    await assert.rejects(context.execute(...write), faults.write);
    await context.client.list(CERTIFICATES, inShop);
    assert.equal(reads.length, 2);
  });

  test("do not keep a failure", async () => {
    const { context, faults } = createContext();
    faults.read = new Error("down");
    await assert.rejects(context.client.get(namespace), faults.read);
    faults.read = null;
    assert.equal(await context.client.get(namespace), null);
  });
});
