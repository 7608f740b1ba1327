/**
 * "Add an annotation" of CONTRIBUTING.md, followed to the letter in a copy of the sources.
 *
 * @module
 */
import assert from "node:assert/strict";
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { ROOT, run } from "./commands.ts";

const FOLDER = "functions/integrations/cert-manager/annotations";

suite("a toy annotation", () => {
  let copy: string;
  let recipe: string;

  before(async () => {
    const text = await readFile(join(ROOT, "CONTRIBUTING.md"), "utf8");
    recipe = /^## Add an annotation\n([\s\S]*?)^## /m.exec(text)?.[1] ?? "";
    copy = await mkdtemp(join(tmpdir(), "recipe-"));
    for (const path of ["functions", "docs/annotations.md", "package.json", "examples"])
      await cp(join(ROOT, path), join(copy, path), { recursive: true });
    await symlink(join(ROOT, "node_modules"), join(copy, "node_modules"));
  });
  after(() => rm(copy, { recursive: true }));

  /** Puts the line before the first that begins with `mark`, after the first that has `section`. */
  async function insert(path: string, line: string, section: string, mark: string): Promise<void> {
    const text = await readFile(join(copy, path), "utf8");
    const place = text.indexOf(mark, text.indexOf(section));
    assert.ok(text.includes(section) && place > 0, `${path} has no ${mark} after ${section}`);
    await writeFile(join(copy, path), text.slice(0, place) + line + text.slice(place));
  }

  const testOf = (file: string) => run(`cd ${copy} && npx node --test ${file}`);

  test("has a test that fails", async () => {
    const [, given = ""] = /`("signature-algorithm": "\w+")`/.exec(recipe) ?? [];
    const [, expected = ""] = /`(signatureAlgorithm: "\w+")`/.exec(recipe) ?? [];
    const name = `${FOLDER}/annotations.test.ts`;
    await insert(name, `    ${given},\n`, "every annotation sets its field", '    "secret-template":');
    await insert(name, `      ${expected},\n`, "assert.deepEqual(result", '      duration: "2160h"');
    const { output } = await testOf(name);
    assert.match(output, /^✖ every annotation sets its field/m);
    assert.match(output, /^ℹ fail 1$/m);
  });

  test("is read once it stands in the list", async () => {
    const [, line = ""] = /```ts\n(.*\n) *```/.exec(recipe) ?? [];
    await insert(`${FOLDER}/annotation-fields.ts`, line, "ANNOTATION_FIELDS", '  field("secret-template"');
    const { output } = await testOf(`${FOLDER}/annotations.test.ts`);
    assert.match(output, /^ℹ fail 0$/m);
  });

  test("is asked for in the reference until it has its rows, with what explain says of a bad value", async () => {
    const reference = "functions/integrations/annotations-reference.test.ts";
    assert.match((await testOf(reference)).output, /^ℹ fail 1$/m);
    const route = "examples/mistakes.yaml";
    await insert(
      route,
      "    cert-manager.io/signature-algorithm: sha256\n",
      "annotations:",
      "    cert-manager.io",
    );
    const said = (await run(`cd ${copy} && npx node functions/cli/main.ts explain -f ${route}`)).output;
    const [, message = ""] =
      /^ *problem .*\[cert-manager\.io\/signature-algorithm\]: (.+)$/m.exec(said) ?? [];
    const name = "`cert-manager.io/signature-algorithm`";
    const rows = [
      `| ${name} | \`ECDSAWithSHA384\` | \`spec.signatureAlgorithm\` |\n`,
      `| ${name} | \`sha256\` | ${message} |\n`,
    ] as const;
    const mark = "| `cert-manager.io/private-key-algorithm` ";
    await insert("docs/annotations.md", rows[0], "## cert-manager", mark);
    await insert("docs/annotations.md", rows[1], "| What is reported |", mark);
    const { output } = await testOf(reference);
    assert.match(output, /^ℹ fail 0$/m);
  });
});
