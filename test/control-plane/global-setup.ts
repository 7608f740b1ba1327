/**
 * For `node --test --test-global-setup=test/control-plane/global-setup.ts`: one control plane for the whole run.
 *
 * @module
 */
import { shareControlPlane } from "./shared.ts";

let stop: (() => Promise<void>) | undefined;

export async function globalSetup(): Promise<void> {
  stop = await shareControlPlane();
}

export async function globalTeardown(): Promise<void> {
  await stop?.();
}
