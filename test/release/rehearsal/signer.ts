/**
 * Signs with a key made for the rehearsal, where a release signs without one: that takes a certificate for the workflow
 * and a public log, which cannot be rehearsed.
 *
 * @module
 */
import { join } from "node:path";
import { reasonOf } from "../../../tools/release/refused.ts";
import type { Signer } from "../../../tools/release/signer.ts";
import { run } from "../../cluster/host/command.ts";
import { buildGoTool } from "../../control-plane/go-tools.ts";

export interface KeySigner extends Signer {
  /** Throws unless the artifact, by digest, has a signature of this key. */
  verify(reference: string): Promise<void>;
}

/** The path of cosign. Builds it if need be, in some minutes; throws `GoToolError`. */
export function findCosign(): Promise<string> {
  const moduleDir = join(import.meta.dirname, "go", "cosign");
  return buildGoTool({ name: "cosign", moduleDir, package: "github.com/sigstore/cosign/v3/cmd/cosign" });
}

/** Makes a key pair in `folder`. */
export async function keySigner(folder: string): Promise<KeySigner> {
  const program = await findCosign();
  const prefix = join(folder, "rehearsal");
  // No log and no timestamps of others: nothing of a rehearsal may get out.
  const env = { ...process.env, COSIGN_PASSWORD: "", HOME: folder };
  const cosign = (...args: string[]) => run(program, args, env);
  await cosign("generate-key-pair", "--output-key-prefix", prefix);
  return {
    problems: async () => [],
    async sign(reference) {
      const alone = ["--tlog-upload=false", "--use-signing-config=false"];
      await cosign("sign", "--yes", "--key", `${prefix}.key`, ...alone, reference);
    },
    async verify(reference) {
      const alone = ["--insecure-ignore-tlog=true", "--key", `${prefix}.pub`];
      await cosign("verify", ...alone, reference).catch((cause: unknown) => {
        throw new Error(`the signature of ${reference} does not hold: ${reasonOf(cause)}`, { cause });
      });
    },
  };
}
