/** What the API server cannot easily be made to do: expire, break, refuse. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type ApiClient, ApiError, type ApiRequest } from "../control-plane/api-client.ts";
import { reflect } from "./reflector.ts";

/** A client that answers the requests in the order given, then ends the run; returns what happened. */
async function run(answers: (string | string[] | ApiError)[]): Promise<string[]> {
  const stopped = new AbortController();
  const happened: string[] = [];
  const next = ({ path }: ApiRequest) => {
    const query = new URLSearchParams(path.split("?")[1]);
    happened.push(query.has("watch") ? `watch from ${query.get("resourceVersion")}` : "list");
    const answer = answers.shift();
    if (answer === undefined) stopped.abort();
    if (answer instanceof ApiError) throw answer;
    return answer ?? [];
  };
  const client: ApiClient = {
    json: async (request) => ({ metadata: { resourceVersion: next(request) }, items: [{}] }),
    stream: async (request) => {
      const lines = next(request) as string[];
      const body = (async function* () {
        for (const line of lines) yield `${line}\n`;
      })();
      return Object.assign(body, { destroy: () => {} });
    },
    close: () => {},
  };
  await reflect({
    client,
    path: "/api/v1/things",
    selector: "",
    signal: stopped.signal,
    onChange: async ({ type, object }) => void happened.push(`${type} ${object.metadata.name}`),
    onList: () => happened.push("listed"),
    onProblem: (error) => void happened.push(String(error)),
  });
  return happened;
}

const line = (type: string, name: string, resourceVersion: string) =>
  JSON.stringify({ type, object: { metadata: { name, resourceVersion } } });
const expired = JSON.stringify({
  type: "ERROR",
  object: { code: 410, reason: "Expired", message: "too old" },
});

test("a watch that ends is resumed from the last version, of a bookmark too", async () => {
  assert.deepEqual(await run(["5", [line("ADDED", "a", "7")], [line("BOOKMARK", "", "9")]]), [
    "list",
    "listed",
    "watch from 5",
    "ADDED a",
    "watch from 7",
    "watch from 9",
  ]);
});

test("after an expiry the new list is silent, and the watch goes on from it", async () => {
  assert.deepEqual(
    await run(["5", [line("DELETED", "a", "7"), expired], "20", [line("MODIFIED", "b", "21")]]),
    [
      "list",
      "listed",
      "watch from 5",
      "DELETED a",
      "list",
      "listed",
      "watch from 20",
      "MODIFIED b",
      "watch from 21",
    ],
  );
});

test("while the API server is away the watch is tried again from the same version", async () => {
  assert.deepEqual(await run(["5", new ApiError(0, "", "refused"), []]), [
    "list",
    "listed",
    "watch from 5",
    "ApiError: refused",
    "watch from 5",
    "watch from 5",
  ]);
});
