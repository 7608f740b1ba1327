/**
 * Asks the system for a TCP port that nobody uses now.
 *
 * @module
 */
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";

/** A port free at this moment: another process may take it before it is used, so whoever uses it must check. */
export async function freePort(host = "127.0.0.1"): Promise<number> {
  const held = await holdPort(host);
  await held.release();
  return held.port;
}

/** Two of them. Asked for one after the other, they may be the same. */
export async function twoFreePorts(host = "127.0.0.1"): Promise<readonly [number, number]> {
  const [one, other] = await Promise.all([holdPort(host), holdPort(host)]);
  await Promise.all([one.release(), other.release()]);
  return [one.port, other.port];
}

async function holdPort(host: string) {
  const server = createServer().listen(0, host);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const release = async () => {
    server.close();
    await once(server, "close");
  };
  return { port, release };
}
