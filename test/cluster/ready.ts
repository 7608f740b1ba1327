/**
 * `npm run test:cluster:ready`: exits with 0 where the cluster tests can run at once, else says in a sentence why not.
 *
 * @module
 */
import { platformPrograms, testPrograms, unbuiltPrograms } from "./components.ts";
import { CannotRunHereError, requireNodeSupport } from "./host/requirements.ts";

try {
  await requireNodeSupport();
  const unbuilt = await unbuiltPrograms([...platformPrograms, ...testPrograms]);
  if (unbuilt.length > 0) {
    throw new CannotRunHereError(`not built yet: ${unbuilt.join(", ")}; npm run test:cluster builds them`);
  }
} catch (error) {
  if (!(error instanceof CannotRunHereError)) throw error;
  console.log(error.message);
  process.exitCode = 1;
}
