/**
 * What the demo prints: steps, what is said about them, objects as YAML. Colours only on a terminal.
 *
 * @module
 */
import { styleText } from "node:util";
import { stringify } from "yaml";
import type { KubernetesObject } from "../../functions/kubernetes/objects.ts";

export interface Narrator {
  step(title: string): void;
  say(text: string): void;
  /** Something that was awaited and has happened. */
  seen(text: string): void;
  /** Something that should have been seen and was not. */
  missed(text: string): void;
  /** What goes on in the background: events, starts and stops of the function. */
  aside(text: string): void;
  /** An object; with `before`, only the lines that differ, marked `-` and `+`. */
  show(object: KubernetesObject, before?: KubernetesObject): void;
  /** A text of another program. */
  quote(text: string): void;
}

type Style = Parameters<typeof styleText>[0];

/** Prints to `write`; `colours` says whether escape sequences are welcome. */
export function createNarrator(write: (text: string) => void, colours: boolean): Narrator {
  const start = performance.now();
  const paint = (style: Style, text: string) =>
    colours ? styleText(style, text, { validateStream: false }) : text;
  let steps = 0;
  const line = (mark: string, text: string, style?: Style) => {
    const time = `${((performance.now() - start) / 1000).toFixed(1)}s`.padStart(7);
    write(`${paint("dim", time)} ${mark} ${style === undefined ? text : paint(style, text)}\n`);
  };
  const block = (text: string) => {
    for (const row of text.trimEnd().split("\n")) write(`${" ".repeat(12)}${row}\n`);
  };
  return {
    step: (title) => write(`\n${paint("bold", `${++steps}. ${title}`)}\n`),
    say: (text) => line(" ", text),
    seen: (text) => line(paint("green", "✓"), text),
    missed: (text) => line(paint("red", "✗"), text),
    aside: (text) => line(" ", text, "dim"),
    show(object, before) {
      const rows = yamlOf(object);
      if (before === undefined) return block(rows.join("\n"));
      for (const [sign, row] of difference(yamlOf(before), rows))
        block(paint(sign === "+" ? "green" : "red", `${sign} ${row}`));
    },
    quote: (text) => block(paint("dim", text)),
  };
}

/** The object as far as its writer decides about it. */
function yamlOf({ apiVersion, kind, metadata, spec }: KubernetesObject): string[] {
  const { name, namespace, labels, annotations, ownerReferences } = metadata;
  const owners = ownerReferences?.map((owner) => ({ kind: owner.kind, name: owner.name }));
  const head = { name, namespace, labels, annotations, ownerReferences: owners };
  const text = stringify({ apiVersion, kind, metadata: head, spec }, { lineWidth: 0 });
  return text.trimEnd().split("\n");
}

/** The rows that went and came, in their places: what the longest common subsequence leaves over. */
function difference(before: readonly string[], after: readonly string[]): (readonly ["-" | "+", string])[] {
  const lengths = [...before, ""].map(() => [...after, ""].map(() => 0));
  const at = (i: number, j: number) => lengths[i]?.[j] ?? 0;
  for (let i = before.length - 1; i >= 0; i--)
    for (let j = after.length - 1; j >= 0; j--)
      (lengths[i] ?? [])[j] =
        before[i] === after[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  const rows: (readonly ["-" | "+", string])[] = [];
  for (let i = 0, j = 0; i < before.length || j < after.length; ) {
    const [old, now] = [before[i], after[j]];
    if (old !== undefined && old === now) {
      i++;
      j++;
    } else if (now === undefined || (old !== undefined && at(i + 1, j) >= at(i, j + 1))) {
      rows.push(["-", old ?? ""]);
      i++;
    } else {
      rows.push(["+", now]);
      j++;
    }
  }
  return rows;
}
