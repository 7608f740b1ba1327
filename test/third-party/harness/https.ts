/**
 * HTTPS as a browser asks: by name, verified against the root of the ACME server.
 *
 * @module
 */
import type { X509Certificate } from "node:crypto";
import { request } from "node:https";
import { setTimeout as delay } from "node:timers/promises";
import type { TLSSocket } from "node:tls";

export interface HttpsAnswer {
  /** Of HTTP; null where there was no answer. */
  readonly status: number | null;
  /** Why the certificate, or the connection, is not valid; null where it is. */
  readonly problem: string | null;
  /** Of the certificate that was shown; "" where there was none. */
  readonly serial: string;
  readonly names: readonly string[];
  /** The kind of its key, such as `rsa 2048` or `ec secp384r1`. */
  readonly key: string;
}

/** Where somebody listens; on loopback unless it has an address. */
export interface HttpsServer {
  readonly address?: string;
  readonly port: number;
}

/** Asks `https://<host>/` of that server. */
export function askHttps(
  { address = "127.0.0.1", port }: HttpsServer,
  host: string,
  rootPem: string,
): Promise<HttpsAnswer> {
  return new Promise((resolve) => {
    const options = {
      host: address,
      port,
      servername: host,
      headers: { host },
      ca: rootPem,
      // The answer says whether it is valid, and what was shown if not.
      rejectUnauthorized: false,
      agent: false as const,
      timeout: 5_000,
    };
    const asked = request(options, (response) => {
      response.resume();
      const socket = response.socket as TLSSocket;
      resolve({ status: response.statusCode ?? null, ...shown(socket) });
    });
    asked.on("timeout", () => asked.destroy(new Error("no answer within 5 s")));
    asked.on("error", (error) => resolve({ status: null, problem: error.message, ...NOTHING }));
    asked.end();
  });
}

const NOTHING = { serial: "", names: [], key: "" };

function shown(socket: TLSSocket): Omit<HttpsAnswer, "status"> {
  const certificate: X509Certificate | undefined = socket.getPeerX509Certificate();
  // Null, though its type says otherwise, where all is well.
  const error = socket.authorizationError as Error | string | null;
  return {
    problem: socket.authorized ? null : String(error instanceof Error ? error.message : error),
    serial: certificate?.serialNumber ?? "",
    key: keyOf(certificate),
    names: (certificate?.subjectAltName ?? "").split(", ").map((name) => name.replace(/^DNS:/, "")),
  };
}

function keyOf(certificate: X509Certificate | undefined): string {
  const { modulusLength, namedCurve } = certificate?.publicKey.asymmetricKeyDetails ?? {};
  return certificate === undefined
    ? ""
    : `${certificate.publicKey.asymmetricKeyType} ${modulusLength ?? namedCurve}`;
}

/** Asks again and again until the answer is valid and 200, and as `wanted`. Throws after `timeout` ms what it was last. */
export async function untilValid(
  server: HttpsServer,
  host: string,
  rootPem: string,
  wanted: (answer: HttpsAnswer) => boolean = () => true,
  timeout = 30_000,
): Promise<HttpsAnswer> {
  const end = Date.now() + timeout;
  for (;;) {
    const answer = await askHttps(server, host, rootPem);
    if (answer.problem === null && answer.status === 200 && wanted(answer)) return answer;
    if (Date.now() > end)
      throw new Error(
        `https://${host} at ${server.address ?? ""}:${server.port} after ${timeout} ms: status ${answer.status}, ${answer.problem ?? "a valid certificate"}, for ${answer.names.join(" ")}`,
      );
    await delay(20);
  }
}

/** What an endless asker has seen so far. */
export interface Asker {
  readonly asked: () => number;
  /** Answers that were not valid or not 200. */
  readonly invalid: readonly HttpsAnswer[];
  /** The certificates seen, in the order in which they appeared. */
  readonly serials: readonly string[];
  stop(): Promise<void>;
}

/** Asks every 20 ms until it is stopped. */
export function keepAsking(server: HttpsServer, host: string, rootPem: string): Asker {
  const invalid: HttpsAnswer[] = [];
  const serials: string[] = [];
  let asked = 0;
  let stopped = false;
  const loop = (async () => {
    // Once more after the stop: what is there then is seen.
    for (let last = false; !last; ) {
      last = stopped;
      const answer = await askHttps(server, host, rootPem);
      asked++;
      if (answer.problem !== null || answer.status !== 200) invalid.push(answer);
      if (serials.at(-1) !== answer.serial) serials.push(answer.serial);
      await delay(20);
    }
  })();
  return {
    asked: () => asked,
    invalid,
    serials,
    async stop() {
      stopped = true;
      await loop;
    },
  };
}
