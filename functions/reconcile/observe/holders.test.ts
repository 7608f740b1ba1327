import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { SharedResource } from "../../integrations/integration.ts";
import type { KubernetesClient, ListOptions } from "../../kubernetes/client.ts";
import { ExpiredError, UnavailableError } from "../../kubernetes/errors.ts";
import type { KubernetesObject } from "../../kubernetes/objects.ts";
import { isTakenByOthers, readAcquired } from "./holders.ts";

const resource = { group: "cert-manager.io", version: "v1", plural: "certificates", kind: "Certificate" };
const sharedResource = {
  of: (spec: unknown) => (spec as { secretName: string }).secretName,
  column: "Secret",
} as unknown as SharedResource;
const certificates = { resource, sharedResource };

const certificate = (name: string, secretName: string): KubernetesObject => ({
  apiVersion: "cert-manager.io/v1",
  kind: "Certificate",
  metadata: { namespace: "shop", name, resourceVersion: "7" },
  spec: { secretName },
});
const WRITTEN = certificate("web-tls", "shop");
/** `name Secret` of each object. */
type Page = readonly string[] | Error;

/** What the column says, by pages, an error in place of one that cannot be had; null: there is no such column. */
function clientOf(pages: readonly Page[] | null, objects: readonly KubernetesObject[] = []) {
  const asked: string[] = [];
  const note = (what: string, { exactVersion, continueToken }: ListOptions) =>
    asked.push([what, exactVersion, continueToken].filter((word) => word !== undefined).join(" "));
  const client: Pick<KubernetesClient, "list" | "listColumn"> = {
    list: async (_, options) => {
      note("objects", options);
      return { items: objects, continueToken: null, resourceVersion: "7" };
    },
    listColumn: async (_, column, options) => {
      note(column, options);
      if (pages === null) return null;
      const index = Number(options.continueToken ?? 0);
      const page = pages[index] ?? [];
      if (page instanceof Error) throw page;
      const texts = new Map(page.map((row) => row.split(" ") as [string, string]));
      return { texts, continueToken: index + 1 < pages.length ? String(index + 1) : null };
    },
  };
  return { client, asked };
}

const expired = new ExpiredError("GET /certificates", "too old");
const broken = new UnavailableError("GET /certificates", "the answer is not JSON");

suite("whether others have a shared resource", () => {
  const OTHERS: readonly (readonly [string, boolean, readonly Page[]])[] = [
    ["nobody has it", false, [["web-tls shop", "bank-tls bank"]]],
    ["another has it", true, [["web-tls shop", "theirs shop"]]],
    ["another on a later page has it", true, [["web-tls shop"], ["theirs shop"]]],
    ["another has it, and the object is on a later page", true, [["theirs shop"], ["web-tls shop"]]],
  ];
  for (const [what, expected, pages] of OTHERS) {
    test(`${what}: the column says so, at the version of the object`, async () => {
      const { client, asked } = clientOf(pages);
      assert.equal(await isTakenByOthers(client, certificates, "shop", WRITTEN), expected);
      assert.deepEqual(asked, ["Secret 7", "Secret 1"].slice(0, pages.length));
    });
  }

  const UNTOLD: readonly (readonly [string, readonly Page[] | null])[] = [
    ["there is no such column", null],
    ["it says something else of the object", [["web-tls web-tls", "theirs theirs"]]],
    ["it leaves out the object", [["theirs theirs"]]],
    ["it is empty", [[]]],
  ];
  for (const [why, pages] of UNTOLD) {
    test(`${why}: the objects say so`, async () => {
      for (const [name, expected] of [
        ["shop", true],
        ["bank", false],
      ] as const) {
        const { client, asked } = clientOf(pages, [WRITTEN, certificate("theirs", name)]);
        assert.equal(await isTakenByOthers(client, certificates, "shop", WRITTEN), expected);
        assert.deepEqual(asked, ["Secret 7", "objects 7"]);
      }
    });
  }

  test("neither the column nor the objects show the object: nothing is known", async () => {
    const { client } = clientOf([[]], []);
    await assert.rejects(isTakenByOthers(client, certificates, "shop", WRITTEN), UnavailableError);
  });

  for (const error of [expired, broken]) {
    test(`a later page fails with ${error.name}: nothing is known`, async () => {
      const { client } = clientOf([["web-tls shop"], error], [WRITTEN]);
      await assert.rejects(isTakenByOthers(client, certificates, "shop", WRITTEN), error);
    });
  }
});

suite("what each object has acquired", () => {
  test("is what the column says of all pages", async () => {
    const { client } = clientOf([["web-tls shop"], ["theirs bank"]]);
    const acquired = await readAcquired(client, certificates, "shop");
    assert.deepEqual([...(acquired ?? [])].flat(), ["web-tls", "shop", "theirs", "bank"]);
  });

  test("is told by the objects alone where there is no column, or it expires half way", async () => {
    for (const pages of [null, [["web-tls shop"], expired]]) {
      const { client } = clientOf(pages);
      assert.equal(await readAcquired(client, certificates, "shop"), null);
    }
  });

  test("is not known where a page breaks off", async () => {
    const { client } = clientOf([["web-tls shop"], broken]);
    await assert.rejects(readAcquired(client, certificates, "shop"), broken);
  });
});
