/**
 * Between crane and a real registry: refuses to write where it is told to, as a registry does where one has no right to.
 *
 * @module
 */
import { once } from "node:events";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";

export interface RefusingProxy {
  /** Host and port. */
  readonly host: string;
  /** Paths that cannot be written to; null: all can. */
  refuse: RegExp | null;
  stop(): void;
}

export async function startRefusingProxy(registry: string): Promise<RefusingProxy> {
  const server = createServer((incoming, outgoing) => {
    const { method, url = "/", headers } = incoming;
    if (method !== "GET" && method !== "HEAD" && proxy.refuse?.test(url)) {
      outgoing.writeHead(403).end();
      incoming.resume();
      return;
    }
    const onward = request(new URL(url, `http://${registry}`), { method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    onward.on("error", () => outgoing.destroy());
    incoming.pipe(onward);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const proxy: RefusingProxy = {
    host,
    refuse: null,
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
  return proxy;
}
