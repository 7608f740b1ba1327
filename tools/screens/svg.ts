/**
 * What a command printed, as a picture of a terminal: SVG whose text can be selected and read aloud. Pure.
 *
 * @module
 */
import { parseAnsi, type Run } from "./ansi.ts";

const CHARACTER = 8.4;
const LINE = 19;
const MARGIN = 16;
const BAR = 30;
/** A longer line goes on in the next one, as on a terminal. */
const COLUMNS = 120;
const FONT = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace";
const COLOURS = { green: "#7ee787", red: "#ff7b72", yellow: "#e3b341", dim: "#8b949e", none: "#e6edf3" };

/** `command` is shown as typed; `output` may have colours as `styleText` writes them. */
export function renderScreen(command: string, output: string): string {
  const prompt: readonly Run[] = [
    { text: "$ ", colour: "dim", bold: false },
    { text: command, colour: "none", bold: true },
  ];
  const lines = [prompt, ...parseAnsi(output.trimEnd())].flatMap(wrap);
  const width = Math.ceil(COLUMNS * CHARACTER + 2 * MARGIN);
  const height = BAR + lines.length * LINE + MARGIN;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${xml(`$ ${command}`)}">
<title>${xml(command)}</title>
<rect width="${width}" height="${height}" rx="8" fill="#0d1117"/>
${["#ff5f57", "#febc2e", "#28c840"].map((fill, index) => `<circle cx="${MARGIN + 6 + index * 18}" cy="16" r="5" fill="${fill}"/>`).join("\n")}
<g font-family="${FONT}" font-size="14">
${lines.flatMap((runs, index) => renderLine(runs, BAR + (index + 1) * LINE - 5)).join("\n")}
</g>
</svg>
`;
}

/** Each run at its own column and as wide as its characters, whatever font the reader has. */
function renderLine(runs: readonly Run[], y: number): readonly string[] {
  let column = 0;
  return runs.flatMap(({ text, colour, bold }) => {
    const [, blank = "", shown = ""] = /^( *)(.*?) *$/su.exec(text) ?? [];
    const x = MARGIN + (column + blank.length) * CHARACTER;
    column += [...text].length;
    if (shown === "") return [];
    const weight = bold ? ' font-weight="bold"' : "";
    const length = ([...shown].length * CHARACTER).toFixed(1);
    return `<text x="${x.toFixed(1)}" y="${y}" fill="${COLOURS[colour]}"${weight} textLength="${length}">${xml(shown)}</text>`;
  });
}

function wrap(runs: readonly Run[]): readonly (readonly Run[])[] {
  const lines: Run[][] = [[]];
  let column = 0;
  for (const { text, ...look } of runs) {
    for (let rest = [...text]; rest.length > 0; ) {
      if (column === COLUMNS) {
        lines.push([]);
        column = 0;
      }
      const part = rest.slice(0, COLUMNS - column);
      lines.at(-1)?.push({ text: part.join(""), ...look });
      column += part.length;
      rest = rest.slice(part.length);
    }
  }
  return lines;
}

/** Blanks as hard ones, or several would shrink to one. */
function xml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll('"', "&quot;")
    .replaceAll(" ", "\u00a0");
}
