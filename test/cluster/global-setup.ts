/**
 * For `node --test --test-global-setup=test/cluster/global-setup.ts`: a cluster for the run, unless one runs already,
 * which is then left running.
 *
 * @module
 */
import { findPrograms as findThirdPartyPrograms } from "../third-party/programs.ts";
import { findPrograms, testPrograms } from "./components.ts";
import { takeDown } from "./host/down.ts";
import { findCluster } from "./host/node.ts";
import { CannotRunHereError, installPackages, requireNodeSupport } from "./host/requirements.ts";
import { bringUp } from "./host/up.ts";
import { productArchive } from "./images/product.ts";
import { thirdPartyPrograms } from "./third-parties/images.ts";

let started = false;

export async function globalSetup(): Promise<void> {
  try {
    await requireNodeSupport();
    await installPackages();
    // Takes minutes the first time, and shows.
    await productArchive();
    await findPrograms(testPrograms);
    // One that cannot be had fails the test that needs it, which says why.
    await findThirdPartyPrograms(thirdPartyPrograms);
    if ((await findCluster()) !== null) return;
    await takeDown();
    started = true;
    (await bringUp()).admin.close();
  } catch (error) {
    if (started) await takeDown();
    console.error(error instanceof CannotRunHereError ? error.message : error);
    process.exit(1);
  }
}

export async function globalTeardown(): Promise<void> {
  if (started) await takeDown();
}
