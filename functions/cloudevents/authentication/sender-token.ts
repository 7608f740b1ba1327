/**
 * The token to send events with, where the sink asks for one.
 *
 * @module
 */
import { readFile } from "node:fs/promises";

/** Where Knative's SinkBinding mounts the token for a sink with an audience, and our chart too. */
export const TOKEN_FILE = "/oidc/token";

/** Null where none is mounted. The kubelet rotates the file, hence it is read for every event. */
export async function readSenderToken(file = TOKEN_FILE): Promise<string | null> {
  try {
    return (await readFile(file, "utf8")).trim();
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR"))
      return null;
    throw error;
  }
}
