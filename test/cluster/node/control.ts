/**
 * Lets the machine stop and start the API server, which lives with the node's first process.
 *
 * @module
 */
import { createServer } from "node:http";
import type { ControlPlane } from "../../control-plane/control-plane.ts";

/** Serves `POST /stop` and `POST /start` on a socket in a folder that only root can read. */
export function serveControl(cluster: ControlPlane, socket: string): void {
  const orders: Readonly<Record<string, () => Promise<void>>> = {
    "/stop": () => cluster.stopApiServer("SIGKILL"),
    "/start": () => cluster.startApiServer(),
  };
  createServer(async (request, response) => {
    const order = orders[request.url ?? ""];
    try {
      await order?.();
      response.writeHead(order === undefined ? 404 : 204).end();
    } catch (error) {
      response.writeHead(500).end(String(error));
    }
  }).listen(socket);
}
