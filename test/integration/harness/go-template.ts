/**
 * Executes a Go template, such as one for `kubectl -o go-template`, by helm, which has the same engine.
 *
 * @module
 */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { runHelm } from "../../control-plane/helm.ts";

/** The template's output for `data`. Throws what helm says. */
export async function executeTemplate(template: string, data: object): Promise<string> {
  const chart = await mkdtemp(join(tmpdir(), "go-template-"));
  try {
    await mkdir(join(chart, "templates"));
    await writeFile(join(chart, "Chart.yaml"), "apiVersion: v2\nname: example\nversion: 0.1.0\n");
    const text = `{{ define "text" }}${template}{{ end }}text: {{ include "text" .Values | toJson }}\n`;
    await writeFile(join(chart, "templates/text.yaml"), text);
    await writeFile(join(chart, "values.yaml"), JSON.stringify(data));
    const { code, stdout, stderr } = await runHelm(["template", "example", chart]);
    if (code !== 0) throw new Error(stderr);
    return (parse(stdout) as { text: string }).text;
  } finally {
    await rm(chart, { recursive: true });
  }
}
