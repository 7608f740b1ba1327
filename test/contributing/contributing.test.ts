/**
 * Each command of CONTRIBUTING.md runs: here, or by CI.
 *
 * @module
 */
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, utimes } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { ROOT, type RunningCommand, run, start } from "./commands.ts";

const read = (path: string) => readFile(join(ROOT, path), "utf8");
const tested = new Set<string>();

/** A test of a command, as CONTRIBUTING.md has it. */
function command(text: string, run: (command: string) => Promise<void>): void {
  tested.add(text);
  test(text, () => run(text));
}

/** Saves a file as it is until what should come of it comes: a watch that begins too late sees the next time. */
async function change(path: string, consequence: Promise<string>): Promise<void> {
  const save = () => utimes(join(ROOT, path), new Date(), new Date());
  const again = setInterval(save, 10_000);
  try {
    await save();
    await consequence;
  } finally {
    clearInterval(again);
  }
}

suite("commands about tests:", () => {
  for (const [text, output] of [
    ["npx node --test functions/traefik/hosts.test.ts", /^ℹ fail 0$/m],
    ["npx node --test test/integration/udp.test.ts", /^ℹ fail 0$/m],
    ["npx node --test --test-name-pattern='wildcard' functions/traefik/hosts.test.ts", /^ℹ fail 0$/m],
    ["npx node --test functions/integrations/cert-manager/annotations/annotations.test.ts", /^ℹ fail 0$/m],
    ["npx node --test functions/integrations/annotations-reference.test.ts", /^ℹ fail 0$/m],
  ] as const)
    command(text, async (text) => {
      const { code, output: printed } = await run(text);
      assert.equal(code, 0, printed);
      assert.match(printed, output);
      assert.doesNotMatch(printed, /^ℹ pass 0$/m);
    });

  command("npm run test:watch -- functions/traefik/hosts.test.ts", async (text) => {
    const watching = start(text);
    try {
      await watching.until(/^ℹ fail 0$[\s\S]*duration_ms/m);
      await change("functions/traefik/hosts.ts", watching.until(/^ℹ fail 0$[\s\S]*duration_ms/m));
    } finally {
      await watching.interrupt();
    }
  });
});

command("npm run docs:dev", async (text) => {
  const serving = start(text);
  try {
    const port = /localhost:(\d+)/.exec(await serving.until(/localhost:\d+/))?.[1];
    // What the browser asks for, to fill the page.
    const page = await fetch(`http://localhost:${port}/@fs${ROOT}/docs/annotations.md?import`);
    assert.equal(page.status, 200);
    assert.match(await page.text(), /__pageData = JSON\.parse\([^\n]*Annotations/);
  } finally {
    await serving.interrupt();
  }
});

suite("a demo that is kept", () => {
  let state: string;
  let env: Record<string, string>;
  let keeper: number;
  let url: string;
  let dev: RunningCommand;

  before(async () => {
    state = await mkdtemp(join(tmpdir(), "contributing-"));
    env = { XDG_STATE_HOME: state };
  });
  after(async () => {
    await dev?.interrupt();
    if (keeper !== undefined) process.kill(keeper);
    await rm(state, { recursive: true });
  });

  test("is asked for where there is none", async () => {
    const { code, output } = await run("npm run dev", env);
    assert.equal(code, 1);
    assert.match(
      output,
      /^No demo is running: start one with npm run demo -- --keep, then run this again\.$/m,
    );
  });

  command("npm run demo -- --keep", async (text) => {
    const { code, output } = await run(text, env);
    assert.equal(code, 0, output);
    keeper = Number(/^Stop and remove it all: kill (\d+)$/m.exec(output)?.[1]);
    url = /resync --to (\S+)$/m.exec(output)?.[1] ?? "";
    env.KUBECONFIG = /^ *export KUBECONFIG=(\S+)$/m.exec(output)?.[1] ?? "";
  });

  command("npm run dev", async (text) => {
    dev = start(text, env);
    await dev.until(/"msg":"listening"/);
    const resync = await run(`npx traefik-cert-rotater resync --to ${url}`, env);
    assert.equal(resync.code, 0, resync.output);
    await dev.until(/"msg":"resynced"/);
    await change("functions/app.ts", dev.until(/"msg":"listening"/));
  });

  command("npx traefik-cert-rotater status", async (text) => {
    const { code, output } = await run(text, env);
    // The demo leaves a route with a mistake.
    assert.equal(code, 1, output);
    assert.match(output, /default\/my-ingress .*\n.*InvalidRule/s);
  });

  for (const cli of ["npx traefik-cert-rotater", "npx node functions/cli/main.ts"])
    command(`${cli} explain -f examples/mistakes.yaml`, async (text) => {
      const { code, output } = await run(text);
      assert.equal(code, 1, output);
      assert.match(output, /did you mean PathPrefix/);
    });

  test("gets its events back when npm run dev ends", async () => {
    await dev.interrupt();
    assert.equal((await run(`npx traefik-cert-rotater resync --to ${url}`, env)).code, 0);
    assert.match((await dev.ended).output, /"signal":"SIG(INT|TERM)"/);
  });
});

test("there is no other command in CONTRIBUTING.md but those that CI runs", async () => {
  const blocks = [...(await read("CONTRIBUTING.md")).matchAll(/^ *```bash\n([\s\S]*?)^ *```$/gm)];
  const commands = blocks
    .flatMap(([, text = ""]) => text.trim().split("\n"))
    .map((line) => line.replace(/ +# .*/, "").trim());
  const ci = `${await read(".github/workflows/ci.yml")}\n${await read(".ci/run")}`;
  // Checked out by CI in its own way.
  const clone = ["git clone YOUR-FORK traefik-cert-rotater", "cd traefik-cert-rotater"];
  const byCi = (text: string) => new RegExp(`(^|run:? )${text}$`, "m").test(ci);
  assert.ok(commands.length > 12);
  assert.deepEqual(
    commands.filter((text) => !tested.has(text) && !clone.includes(text) && !byCi(text)),
    [],
  );
});
