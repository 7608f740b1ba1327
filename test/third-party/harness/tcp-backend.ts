/**
 * A TCP server outside of the cluster, which Traefik reaches by a Service of type ExternalName, and a client of it.
 *
 * @module
 */
import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { connect, createServer as createTlsServer } from "node:tls";
import type { Manifest } from "../../control-plane/admin.ts";
import type { KeyedCertificate } from "../../control-plane/certificates.ts";

export interface TcpBackend {
  readonly port: number;
  stop(): Promise<void>;
}

/** Greets whoever connects with `greeting`; by TLS of its own where it has a certificate. */
export async function startTcpBackend(greeting: string, certificate?: KeyedCertificate): Promise<TcpBackend> {
  const greet = (socket: Socket) => socket.on("error", () => {}).end(greeting);
  const server: Server =
    certificate === undefined
      ? createServer(greet)
      : createTlsServer({ cert: certificate.certPem, key: certificate.keyPem }, greet);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    async stop() {
      server.close();
      await once(server, "close");
    },
  };
}

/** A Service of that name which stands for what listens on loopback. */
export function loopbackService(namespace: string, name: string, port: number): Manifest {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { namespace, name },
    spec: { type: "ExternalName", externalName: "localhost", ports: [{ name: "tcp", port }] },
  };
}

/** Connects by TLS as `host`, again and again until the certificate is valid to `ca`, and returns the greeting. */
export async function untilGreeted(port: number, host: string, ca: string): Promise<string> {
  const end = Date.now() + 30_000;
  for (;;) {
    try {
      return await greeting(port, host, ca);
    } catch (cause) {
      if (Date.now() > end) throw new Error(`TLS as ${host} at port ${port}: ${String(cause)}`, { cause });
      await delay(20);
    }
  }
}

function greeting(port: number, host: string, ca: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    connect({ host: "127.0.0.1", port, servername: host, ca })
      .setEncoding("utf8")
      .on("data", (chunk: string) => {
        text += chunk;
      })
      .on("end", () => (text === "" ? reject(new Error("no greeting")) : resolve(text)))
      .on("error", reject);
  });
}
