/**
 * Stops and starts the API server of the node.
 *
 * @module
 */
import { request } from "node:http";
import { text } from "node:stream/consumers";
import { controlSocket } from "../layout.ts";

/** Kills the API server; everything else goes on. */
export const stopApiServer = (): Promise<void> => order("/stop");

/** Starts it again and waits until it is ready. */
export const startApiServer = (): Promise<void> => order("/start");

function order(path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ socketPath: controlSocket, path, method: "POST" });
    outgoing.on("error", reject);
    outgoing.on("response", async (response) => {
      const answer = await text(response);
      if (response.statusCode === 204) resolve();
      else reject(new Error(`${path}: ${answer}`));
    });
    outgoing.end();
  });
}
