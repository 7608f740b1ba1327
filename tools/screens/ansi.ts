/**
 * Colours in the output of a command: as much of ECMA-48 as `styleText` writes. Pure.
 *
 * @module
 */

export type Colour = "green" | "red" | "yellow" | "dim" | "none";

/** Characters of one look. */
export interface Run {
  readonly text: string;
  readonly colour: Colour;
  readonly bold: boolean;
}

const ESCAPE = "\u001b";

const LOOKS: Readonly<Record<string, Partial<Run>>> = {
  1: { bold: true },
  2: { colour: "dim" },
  22: { bold: false, colour: "none" },
  31: { colour: "red" },
  32: { colour: "green" },
  33: { colour: "yellow" },
  39: { colour: "none" },
};

/**
 * The runs of each line; a look goes on in the next line, as on a terminal.
 *
 * @throws Error at a sequence that is none of these: a screen must not lose what the command meant
 */
export function parseAnsi(output: string): readonly (readonly Run[])[] {
  let look: Omit<Run, "text"> = { colour: "none", bold: false };
  return output.split("\n").map((line) => {
    const [first = "", ...rest] = line.split(ESCAPE);
    const runs: Run[] = [{ text: first, ...look }];
    for (const part of rest) {
      const [sequence = "", code = ""] = /^\[(\d+)m/.exec(part) ?? [];
      const change = LOOKS[code];
      if (change === undefined)
        throw new Error(`cannot show the control sequence in ${JSON.stringify(line)}`);
      look = { ...look, ...change };
      runs.push({ text: part.slice(sequence.length), ...look });
    }
    return runs.filter(({ text }) => text !== "");
  });
}
