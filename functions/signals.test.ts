import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";

const signals = JSON.stringify(new URL("./signals.ts", import.meta.url));

/** How a process that imports `signals.ts` and then does that ends. */
async function endOf(script: string): Promise<unknown> {
  const whole = `import { takeSignals } from ${signals};\n${script}\nsetTimeout(() => process.exit(9), 5_000);`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", whole], { stdio: "inherit" });
  const [code] = await once(child, "exit");
  return code;
}

test("a signal while the process starts ends it", async () => {
  assert.equal(await endOf('process.kill(process.pid, "SIGTERM");'), 0);
});

test("a signal that is on its way when they are taken over is not lost", async () => {
  assert.equal(await endOf('process.kill(process.pid, "SIGTERM"); takeSignals(() => process.exit(7));'), 7);
});
