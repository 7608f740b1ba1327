/**
 * Many of the same, some at a time, with a line that says how far it is.
 *
 * @module
 */

export interface Progress {
  tell(done: number, of: number): void;
  end(): void;
}

/** How often a log that is no terminal gets a line, in milliseconds. */
const LOG_INTERVAL = 10_000;

/** Reports on standard error: in place on a terminal, a line now and then elsewhere. */
export function startCounter(what: string, stream: NodeJS.WriteStream = process.stderr): Progress {
  const begin = performance.now();
  let last = begin;
  const line = (text: string) => stream.write(stream.isTTY ? `\r\u001b[K${text}` : `${text}\n`);
  line(what);
  return {
    tell(done, of) {
      if (!stream.isTTY && performance.now() - last < LOG_INTERVAL) return;
      last = performance.now();
      line(`${what}: ${done} of ${of}`);
    },
    end() {
      line(`${what}: done in ${((performance.now() - begin) / 1000).toFixed(1)} s`);
      if (stream.isTTY) stream.write("\n");
    },
  };
}

/** Does the work for every item, so many at a time. The first failure ends it. */
export async function inPool<T>(
  items: Iterable<T>,
  size: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = Iterator.from(items);
  const lanes = Array.from({ length: size }, async () => {
    for (const item of queue) await work(item);
  });
  await Promise.all(lanes);
}
