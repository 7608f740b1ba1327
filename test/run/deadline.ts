/**
 * Imported into the process of a test file, with milliseconds in `?after=`: ends it then. Node's runner fails a test that
 * runs out of time, but leaves its file running for as long as what the test has started does.
 *
 * @module
 */
const after = Number(new URL(import.meta.url).searchParams.get("after"));

setTimeout(() => {
  process.stderr.write(`ended: still running after ${after / 1000} s\n`);
  process.exit(1);
}, after).unref();
