import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { run } from "../program.ts";
import type { ExitCode } from "../terminal/terminal.ts";

async function script(shell: string): Promise<{ code: ExitCode; out: string; err: string }> {
  const [out, err]: string[][] = [[], []];
  const code = await run(["completion", shell], {
    out: (text) => void out?.push(text),
    err: (text) => void err?.push(text),
    stdin: async () => new Uint8Array(),
    env: {},
  });
  return { code, out: out?.join("") ?? "", err: err?.join("") ?? "" };
}

/** What bash offers for the last of the words. */
async function offered(...words: string[]): Promise<string[]> {
  const { out } = await script("bash");
  const quoted = ["traefik-cert-rotater", ...words].map((word) => `'${word}'`).join(" ");
  const ask = `COMP_WORDS=(${quoted}); COMP_CWORD=${words.length}; _traefik_cert_rotater; printf '%s\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = spawnSync("bash", ["-c", `${out}\n${ask}`], { encoding: "utf8" });
  assert.equal(stderr, "");
  return stdout.split("\n").filter((line) => line !== "");
}

describe("completion", () => {
  test("bash offers the commands, their options, and the values of those that have some", async () => {
    assert.deepEqual(await offered("p"), ["plan"]);
    assert.deepEqual(await offered("re"), ["render", "resync"]);
    assert.deepEqual(await offered("plan", "--co"), ["--confirm-deletions", "--config", "--context"]);
    assert.deepEqual(await offered("status", "-o", ""), ["text", "wide", "json"]);
    assert.deepEqual(await offered("status", "--output", "w"), ["wide"]);
    assert.deepEqual(await offered("plan", "-n", ""), []);
    assert.deepEqual(await offered("plan", "--inst"), ["--instance", "--installation"]);
    assert.deepEqual(await offered("explain", import.meta.filename.slice(0, -3)), [import.meta.filename]);
    assert.deepEqual(await offered("plan", import.meta.filename.slice(0, -3)), []);
    assert.deepEqual(await offered("render", "-f", import.meta.filename.slice(0, -3)), [
      import.meta.filename,
    ]);
  });

  test("bash offers a file whose name has a space as one", async (context) => {
    const folder = await mkdtemp(join(tmpdir(), "two words "));
    context.after(() => rm(folder, { recursive: true }));
    await writeFile(join(folder, "my route.yaml"), "");
    for (const words of [["explain"], ["render", "-f"], ["plan", "--config"]])
      assert.deepEqual(await offered(...words, join(folder, "my")), [join(folder, "my route.yaml")]);
  });

  for (const [shell, expected] of [
    ["zsh", "plan) _arguments '-n[only the routes of this namespace]:value:'"],
    ["zsh", "'--output[for people or for programs]:value:(text wide json)'"],
    ["zsh", " '*:file:_files' ;;"],
    ["fish", "complete -c traefik-cert-rotater -n '__fish_seen_subcommand_from render' -F\n"],
    ["fish", "complete -c traefik-cert-rotater -f -n __fish_use_subcommand -a status -d 'Say for each route"],
    ["fish", "'__fish_seen_subcommand_from render' -s f -l filename -r -F -d 'YAML or JSON with routes"],
  ] as const) {
    test(`${shell} has ${expected}`, async () => {
      const { code, out } = await script(shell);
      assert.equal(code, 0);
      assert.ok(out.includes(expected), out);
    });
  }

  test("a shell without a script is wrong usage", async () => {
    const { code, err } = await script("tcsh");
    assert.equal(code, 2);
    assert.match(err, /there is no completion for tcsh; give one of bash, zsh, fish/);
  });
});
