/**
 * Signs what is published, with cosign.
 *
 * @module
 */
import { run } from "../../test/cluster/host/command.ts";
import { reasonOf } from "./refused.ts";

export interface Signer {
  /** Why it cannot sign, each in one sentence. */
  problems(): Promise<readonly string[]>;
  /** Signs an artifact by its digest, in the registry that has it. */
  sign(reference: string): Promise<void>;
}

/** Without a key: cosign gets a certificate for who runs this, such as a workflow. */
export const keylessSigner: Signer = {
  async problems() {
    return run("cosign", ["version"]).then(
      () => [],
      (error: unknown) => [
        `signatures need cosign, and that says: ${reasonOf(error)}; install it, or leave out --sign`,
      ],
    );
  },
  async sign(reference) {
    await run("cosign", ["sign", "--yes", reference]);
  },
};
