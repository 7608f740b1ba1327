import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { resyncOf, updateOf } from "../../../test/memory-installation.ts";
import { ForbiddenError, type KubernetesError, UnavailableError } from "../../kubernetes/errors.ts";
import type { KubernetesObject } from "../../kubernetes/objects.ts";
import { createLogger } from "../../log.ts";
import type { Work } from "../../work.ts";
import { rfc3339 } from "../plan/child/hosts-since.ts";
import { type ConfirmOptions, confirming } from "./confirm.ts";
import { CONFIRMATION_ANNOTATION, whyUnconfirmed } from "./confirmation.ts";

const NOW = Date.parse("2026-08-01T00:00:00Z");
const minutes = (count: number) => NOW + count * 60_000;
const confirmed = resyncOf({ confirmDeletions: true });

function setUp(
  annotation: string | KubernetesError | null | undefined,
  options: Partial<ConfirmOptions> = {},
) {
  const works: Work[] = [];
  const reads: string[] = [];
  const logs: Readonly<Record<string, string>>[] = [];
  const object: KubernetesObject = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: {
      name: "config",
      annotations: typeof annotation === "string" ? { [CONFIRMATION_ANNOTATION]: annotation } : {},
    },
  };
  const handle = confirming(
    async (work) => {
      works.push(work);
      return { status: "done" };
    },
    {
      client: {
        getMetadata: async ({ namespace, name }) => {
          reads.push(`${namespace}/${name}`);
          if (annotation instanceof Error) throw annotation;
          return annotation === null ? null : object;
        },
      },
      authenticates: false,
      configMap: { namespace: "edge", name: "config" },
      log: createLogger("info", { write: (line) => void logs.push(JSON.parse(line)) }),
      now: () => NOW,
      ...options,
    },
  );
  return { handle, works, reads, logs };
}

suite("confirmDeletions of an event", () => {
  test("counts where the ConfigMap says so", async () => {
    const { handle, works, reads } = setUp(rfc3339(minutes(5)));
    assert.deepEqual(await handle(confirmed), { status: "done" });
    assert.deepEqual(works, [confirmed]);
    assert.deepEqual(reads, ["edge/config"]);
  });

  test("counts where senders show a token, and nothing is read", async () => {
    const { handle, works, reads } = setUp(undefined, { authenticates: true });
    await handle(confirmed);
    assert.deepEqual([works, reads], [[confirmed], []]);
  });

  for (const [state, annotation, why] of [
    ["no annotation", undefined, /ConfigMap edge\/config: it has no annotation/],
    ["a time that has passed", rfc3339(minutes(-1)), /"2026-07-31T23:59:00Z", which has passed/],
    ["for good", "9999-01-01T00:00:00Z", /more than a day ahead; write 2026-08-01T00:15:00Z/],
    ["no time", "yes", /is "yes", expected a time such as 2026-08-01T00:15:00Z/],
    ["no ConfigMap", null, /does not exist/],
    ["no right to read it", new ForbiddenError("GET", "no"), /no/],
  ] as const) {
    test(`does not count with ${state}: a resync as any other, and the log says what to do`, async () => {
      const { handle, works, logs } = setUp(annotation);
      assert.deepEqual(await handle(confirmed), { status: "done" });
      assert.deepEqual(works, [resyncOf()]);
      assert.match(logs[0]?.why ?? "", why);
      assert.match(
        logs[0]?.msg ?? "",
        /run traefik-cert-rotater resync --confirm-deletions with a kubeconfig/,
      );
    });
  }

  test("does not count where nobody knows which ConfigMap", async () => {
    const { handle, works, logs } = setUp(rfc3339(minutes(5)), { configMap: null });
    await handle(confirmed);
    assert.deepEqual(works, [resyncOf()]);
    assert.match(logs[0]?.why ?? "", /CONFIG_MAP/);
  });

  test("is asked for again where the ConfigMap cannot be read now: a person's word is not lost", async () => {
    const { handle, works } = setUp(new UnavailableError("GET", "down"));
    assert.equal((await handle(confirmed)).status, "retry");
    assert.deepEqual(works, []);
  });

  test("costs other events nothing", async () => {
    const { handle, works, reads } = setUp(undefined);
    const others = [resyncOf(), updateOf("web"), resyncOf({ namespace: "shop" })];
    for (const work of others) await handle(work);
    assert.deepEqual([works, reads], [others, []]);
  });
});

test("a confirmation is good until its time, in any zone", () => {
  assert.equal(whyUnconfirmed("2026-08-01T02:00:01+02:00", NOW), null);
  assert.notEqual(whyUnconfirmed("2026-08-01T02:00:00+02:00", NOW), null);
  assert.match(whyUnconfirmed("x".repeat(10_000), NOW) ?? "", /^.{0,300}$/);
});
