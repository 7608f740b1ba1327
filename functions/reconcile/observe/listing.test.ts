import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { KubernetesClient, ListOptions } from "../../kubernetes/client.ts";
import { ExpiredError, UnavailableError } from "../../kubernetes/errors.ts";
import { joinByNamespace } from "../resync/join.ts";
import { listByNamespace } from "./listing.ts";

const resource = { group: "traefik.io", version: "v1alpha1", plural: "ingressroutes", kind: "IngressRoute" };
const scope = { resource, namespace: null };

/** Keys in the API's order, by pages; an error in place of a page is thrown the first time. */
function clientOf(pages: readonly (readonly string[] | Error)[]) {
  const asked: (string | null)[] = [];
  const thrown = new Set<Error>();
  const client: Pick<KubernetesClient, "list"> = {
    async list(_, { continueToken }: ListOptions) {
      asked.push(continueToken ?? null);
      let index = Number(continueToken ?? 0);
      const page = pages[index];
      if (page instanceof Error && !thrown.has(page)) {
        if (page instanceof ExpiredError) thrown.add(page);
        throw page;
      }
      if (page instanceof Error) index++;
      const items = (pages[index] as readonly string[]).map((key) => {
        const [namespace = "", name = ""] = key.split("/");
        return { apiVersion: "a/v1", kind: "A", metadata: { namespace, name } };
      });
      const next = index + 1 < pages.length ? String(index + 1) : null;
      return { items, continueToken: next, resourceVersion: "1" };
    },
  };
  return { client, asked };
}

async function keysOf(pages: readonly (readonly string[] | Error)[]) {
  const { client, asked } = clientOf(pages);
  const groups: string[] = [];
  for await (const { namespace, items } of listByNamespace(client, scope, ({ metadata }) => metadata.name)) {
    groups.push(`${namespace}: ${items.join(" ")}`);
  }
  return { groups, asked };
}

suite("a list by namespace", () => {
  test("a namespace over several pages is one group", async () => {
    const { groups, asked } = await keysOf([["a/1", "b/1"], ["b/2"], ["b/3", "c/1"]]);
    assert.deepEqual(groups, ["a: 1", "b: 1 2 3", "c: 1"]);
    assert.deepEqual(asked, [null, "1", "2"]);
  });

  test("no objects, no groups", async () => {
    assert.deepEqual((await keysOf([[]])).groups, []);
  });

  test("410 in its middle: from the start, without what was given already", async () => {
    const expired = new ExpiredError("GET /x", "too old");
    const { groups, asked } = await keysOf([["t-x/a", "t/a"], expired, ["t/a-b", "t/a.c", "t/a1"]]);
    assert.deepEqual(groups, ["t-x: a", "t: a a-b a.c a1"]);
    assert.deepEqual(asked.slice(0, 3), [null, "1", null]);
  });

  test("410 forever is an error in the end", async () => {
    const { client } = clientOf([["a/1"]]);
    const expiring: Pick<KubernetesClient, "list"> = {
      list: async (kind, options) => {
        if (options.continueToken !== undefined) throw new ExpiredError("GET /x", "too old");
        return { ...(await client.list(kind, options)), continueToken: "next" };
      },
    };
    const listing = listByNamespace(expiring, scope, ({ metadata }) => metadata.name);
    await assert.rejects(async () => {
      for await (const { namespace } of listing) assert.fail(`${namespace} was not complete`);
    }, ExpiredError);
  });

  test("a page that fails ends it with that error, and an unfinished namespace is not given", async () => {
    const { client } = clientOf([["a/1", "b/1"], new UnavailableError("GET /x", "500")]);
    const seen: string[] = [];
    await assert.rejects(async () => {
      for await (const { namespace } of listByNamespace(client, scope, () => null)) seen.push(namespace);
    }, UnavailableError);
    assert.deepEqual(seen, ["a"]);
  });
});

suite("the join of lists", () => {
  const listing = (pages: readonly (readonly string[] | Error)[]) =>
    listByNamespace(clientOf(pages).client, scope, ({ metadata }) => metadata.name);

  async function joined(...lists: readonly (readonly (readonly string[] | Error)[])[]) {
    const lines: string[] = [];
    for await (const { namespace, parts } of joinByNamespace(lists.map(listing))) {
      const texts = parts.map((part) => (part.ok ? `[${part.items.join(" ")}]` : part.error.name));
      lines.push(`${namespace} ${texts.join(" ")}`);
    }
    return lines;
  }

  test("follows the API's order: t-x/ before t/", async () => {
    assert.deepEqual(await joined([["t-x/a", "t/a", "t1/a"]], [["t-x/b", "t/b", "t0/b"]]), [
      "t-x [a] [b]",
      "t [a] [b]",
      "t0 [] [b]",
      "t1 [a] []",
    ]);
  });

  test("also where a list has nothing in the first of them", async () => {
    assert.deepEqual(await joined([["t-x/a", "t/a"]], [["t/b"]]), ["t-x [a] []", "t [a] [b]"]);
  });

  test("a list that breaks off is known to be broken from there on", async () => {
    const broken = new UnavailableError("GET /x", "500");
    assert.deepEqual(
      await joined([["a/1", "b/1"], broken], [["a/2", "b/2", "c/2"]]),
      ["a [1] [2]", "b UnavailableError [2]", "c UnavailableError [2]"].concat(" UnavailableError []"),
    );
  });

  test("one that breaks off where the others are at their end, too", async () => {
    const broken = new UnavailableError("GET /x", "500");
    assert.deepEqual(await joined([broken], [[]]), [" UnavailableError []"]);
  });
});
