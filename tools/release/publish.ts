/**
 * Copies what has been verified to where it is published. Nobody sees anything of it before all of it is there: first
 * everything goes by digest and is signed, then it gets its tags.
 *
 * @module
 */
import { crane } from "./crane.ts";
import { hostOf } from "./names.ts";
import { RefusedError, reasonOf } from "./refused.ts";
import type { Signer } from "./signer.ts";

export interface Artifact {
  /** `image` or `chart`. */
  readonly what: string;
  /** Where it is now, without digest. */
  readonly staged: string;
  /** Where it goes to, without digest and tag. */
  readonly published: string;
  readonly digest: string;
}

/** What is there was tagged only in part; the message says how to finish. */
export class HalfTaggedError extends Error {
  override readonly name = "HalfTaggedError";
}

/** Why these names cannot get this tag, each in one sentence. */
export async function targetProblems(names: readonly string[], tag: string): Promise<string[]> {
  const hosts = [...new Set(names.map(hostOf))];
  const unreachable = (await Promise.all(hosts.map(registryProblems))).flat();
  if (unreachable.length > 0) return unreachable;
  const taken = await Promise.all(
    names.map(async (name) => [name, await isTaken(`${name}:${tag}`)] as const),
  );
  return taken
    .filter(([, is]) => is)
    .map(([name]) => `${name}:${tag} is published already: raise the version, for a tag is never moved`);
}

async function registryProblems(host: string): Promise<string[]> {
  const scheme = /^(127\.|localhost)/.test(host) ? "http" : "https";
  try {
    const { status } = await fetch(`${scheme}://${host}/v2/`, { signal: AbortSignal.timeout(10_000) });
    // Whether we may write shows when the first part goes there, which nobody sees.
    return status === 200 || status === 401
      ? []
      : [`the registry ${host} answers with ${status}: try again later`];
  } catch (error) {
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
    return [`the registry ${host} cannot be reached (${reasonOf(cause)}): is it up, and is the name right?`];
  }
}

async function isTaken(reference: string): Promise<boolean> {
  return crane("digest", reference).then(
    () => true,
    () => false,
  );
}

/**
 * Publishes everything under the tag.
 *
 * @throws {RefusedError} where something could not be copied or signed: no tag shows anything of it
 * @throws {HalfTaggedError}
 */
export async function publish(
  artifacts: readonly Artifact[],
  tag: string,
  signer: Signer | null,
): Promise<void> {
  for (const { what, staged, published, digest } of artifacts)
    await crane("copy", `${staged}@${digest}`, `${published}@${digest}`).catch((cause: unknown) => {
      throw new RefusedError([`the ${what} could not be pushed to ${published}: ${reasonOf(cause)}`], {
        cause,
      });
    });
  for (const { what, published, digest } of artifacts)
    await signer?.sign(`${published}@${digest}`).catch((cause: unknown) => {
      throw new RefusedError([`the ${what} could not be signed: ${reasonOf(cause)}`], { cause });
    });
  for (const [index, artifact] of artifacts.entries())
    await crane("tag", `${artifact.published}@${artifact.digest}`, tag).catch((cause: unknown) => {
      const rest = artifacts.slice(index).map((one) => `crane tag ${one.published}@${one.digest} ${tag}`);
      const message = `the ${artifact.what} could not be tagged (${reasonOf(cause)}); all is there, finish with: ${rest.join(" && ")}`;
      throw index === 0 ? new RefusedError([message], { cause }) : new HalfTaggedError(message, { cause });
    });
}
