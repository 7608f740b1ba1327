/**
 * Many routes: whatever else the process has to do, such as to end when it is asked to, goes on between them.
 *
 * @module
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { run } from "./program.ts";

const ROUTES = 50;

const manifest = Array.from(
  { length: ROUTES },
  (_, index) => `apiVersion: traefik.io/v1alpha1
kind: IngressRoute
metadata:
  name: web-${index}
  namespace: shop
spec:
  routes:
    - match: Host(\`web-${index}.example.com\`)
      services: [{ name: web, port: 80 }]
  tls: { secretName: web-${index} }
`,
).join("---\n");

/** How many turns of the event loop others had while it ran. */
async function turnsOfOthers(words: readonly string[]): Promise<number> {
  let turns = 0;
  let isOver = false;
  const turn = () => {
    turns++;
    if (!isOver) setImmediate(turn);
  };
  setImmediate(turn);
  await run(words, {
    out: () => undefined,
    err: () => undefined,
    stdin: async () => Buffer.from(manifest),
    env: {},
  });
  isOver = true;
  return turns;
}

for (const command of ["render", "explain"]) {
  test(`${command} stops for others at each route: where it reads, describes, derives and writes it`, async (context) => {
    // Modules are loaded by then.
    await turnsOfOthers([command, "-f", "-"]);
    let now = performance.now();
    // Each step takes longer than a piece may.
    context.mock.method(performance, "now", () => (now += 11));
    const turns = await turnsOfOthers([command, "-f", "-"]);
    assert.ok(turns >= 5 * ROUTES, `${turns} turns for ${ROUTES} routes`);
  });
}
