/**
 * Ends the process with one sentence on a Node that is too old. Imported before what would not even load there.
 *
 * @module
 */
import { refusalOfNode } from "./node-version.ts";

const refusal = refusalOfNode(process.versions.node);
if (refusal !== null) {
  process.stderr.write(`${refusal}\n`);
  process.exit(1);
}
