/**
 * Samples of two sides that are measured in turn, and what they come to.
 *
 * @module
 */

export interface Summary {
  readonly median: number;
  readonly p95: number;
}

/** Throws `RangeError` without samples. */
export function summarize(samples: readonly number[]): Summary {
  const sorted = samples.toSorted((a, b) => a - b);
  return {
    median: quantile(sorted, 0.5),
    p95: quantile(sorted, 0.95),
  };
}

/** Linear between the two nearest samples. */
function quantile(sorted: readonly number[], share: number): number {
  const place = (sorted.length - 1) * share;
  const below = sorted[Math.floor(place)];
  const above = sorted[Math.ceil(place)];
  if (below === undefined || above === undefined) throw new RangeError("there are no samples");
  return below + (above - below) * (place - Math.floor(place));
}

/**
 * Runs every side once per repetition, one after the other, so that what drifts (caches, heat, neighbours) hits all
 * alike. The first round is thrown away. `Values` are the numbers that one run of a side gives.
 */
export async function inTurn<Side extends string, Values>(
  repetitions: number,
  sides: Readonly<Record<Side, (repetition: number) => Promise<Values>>>,
  onRound: (done: number) => void,
): Promise<Record<Side, Values[]>> {
  const names = Object.keys(sides) as Side[];
  const samples = Object.fromEntries(names.map((name) => [name, [] as Values[]])) as Record<Side, Values[]>;
  for (let repetition = 0; repetition <= repetitions; repetition++) {
    for (const name of names) {
      const values = await sides[name](repetition);
      if (repetition > 0) samples[name].push(values);
    }
    onRound(repetition);
  }
  return samples;
}
