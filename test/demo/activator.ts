/**
 * Stands in for Knative Serving: holds an event while no function runs, starts one, passes the event on, and stops
 * the function when there has been none for a while.
 *
 * @module
 */
import { once } from "node:events";
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

export interface Runnable {
  readonly pid: number;
  readonly url: string;
  stop(): Promise<void>;
}

export interface ActivatorOptions {
  start(): Promise<Runnable>;
  /** The URL of a function that takes the events instead (`npm run dev`); null: there is none. */
  instead(): string | null;
  /** Time without a request after which the function is stopped, in milliseconds. */
  readonly idleAfter: number;
  onStart(running: Runnable, milliseconds: number): void;
  /** `idle`: nobody asked for it. */
  onStop(running: Runnable, idle: boolean): void;
  onAnswer(request: IncomingMessage, status: number, milliseconds: number): void;
}

export interface Activator {
  readonly url: string;
  /** Whether a function runs, starts or ends. */
  isAwake(): boolean;
  /** Waits until there has been no request for so long, in milliseconds. */
  quiet(milliseconds: number): Promise<void>;
  stop(): Promise<void>;
}

export async function startActivator(options: ActivatorOptions): Promise<Activator> {
  let running: Promise<Runnable> | null = null;
  let stopping: Promise<void> = Promise.resolve();
  let awake = false;
  let inFlight = 0;
  let last = performance.now();
  let timer: NodeJS.Timeout | undefined;

  const wake = async (): Promise<Runnable> => {
    awake = true;
    await stopping;
    running ??= (async () => {
      const begin = performance.now();
      const started = await options.start();
      options.onStart(started, performance.now() - begin);
      return started;
    })();
    return running.catch((error: unknown) => {
      running = null;
      throw error;
    });
  };
  const sleep = async (idle: boolean) => {
    const ending = running;
    running = null;
    const ended = (async () => {
      const pod = await ending?.catch(() => null);
      await pod?.stop();
      if (pod) options.onStop(pod, idle);
      awake = running !== null;
    })();
    stopping = ended;
    await ended;
  };
  const server = createServer(async (incoming, outgoing) => {
    clearTimeout(timer);
    inFlight++;
    const begin = performance.now();
    try {
      const url = options.instead() ?? (await wake()).url;
      const status = await forward(url, incoming, outgoing);
      options.onAnswer(incoming, status, performance.now() - begin);
    } catch (error) {
      if (outgoing.headersSent) outgoing.destroy();
      else outgoing.writeHead(503).end(String(error));
    }
    inFlight--;
    last = performance.now();
    clearTimeout(timer);
    if (inFlight === 0) timer = setTimeout(() => void sleep(true), options.idleAfter);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    isAwake: () => awake,
    async quiet(milliseconds) {
      while (inFlight > 0 || performance.now() - last < milliseconds) await delay(50);
    },
    async stop() {
      clearTimeout(timer);
      server.closeAllConnections();
      server.close();
      await sleep(false);
    },
  };
}

function forward(url: string, incoming: IncomingMessage, outgoing: ServerResponse): Promise<number> {
  return new Promise((resolve, reject) => {
    const { method, url: path = "/", headers } = incoming;
    const request = httpRequest(new URL(path, url), { method, headers, agent: false });
    request.on("error", reject);
    request.on("response", (response) => {
      outgoing.writeHead(response.statusCode ?? 503, response.headers);
      response.on("error", reject).pipe(outgoing);
      outgoing.on("finish", () => resolve(response.statusCode ?? 503));
    });
    incoming.pipe(request);
  });
}
