/**
 * Fills the compile cache of the image: runs the bundled function against a fake of the API server, sends it an
 * event, and stops it, so that V8 keeps the code of a whole wake.
 *
 * `node tools/warm-compile-cache.ts FOLDER`, where FOLDER holds `serve.cjs`; the cache is `FOLDER/.cache`.
 *
 * @module
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { createAuthority, issue } from "../test/control-plane/certificates.ts";
import { answer, ROUTE_REFERENCE } from "./warm/stub-api-server.ts";

/** Fills `folder/.cache`; returns how many scripts it holds. Throws when the function does not work. */
export async function warmCompileCache(folder: string): Promise<number> {
  const cache = join(resolve(folder), ".cache");
  const account = await mkdtemp(join(tmpdir(), "warm-"));
  const server = await startStub(account);
  const child = startFunction(resolve(folder), cache, account, server);
  try {
    const port = await listening(child);
    for (const change of ["add", "update", "delete"])
      await send(port, `dev.knative.apiserver.ref.${change}`, ROUTE_REFERENCE);
    await send(port, "io.traefik-cert-rotater.resync", {});
    child.kill("SIGTERM");
    const [code] = (await once(child, "exit")) as [number | null];
    if (code !== 0) throw new Error(`the function ended with ${code}`);
  } finally {
    child.kill("SIGKILL");
    server.close();
    server.closeAllConnections();
    await rm(account, { recursive: true, force: true });
  }
  const entries = await readdir(cache, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).length;
}

/** The fake, with the credentials for it in `account` as the kubelet would mount them. */
async function startStub(account: string): Promise<Server> {
  const authority = await createAuthority("warm-ca");
  const { certPem, keyPem } = await issue(authority, { commonName: "warm", hosts: ["127.0.0.1"] });
  await writeFile(join(account, "ca.crt"), authority.certPem);
  await writeFile(join(account, "token"), "warm");
  const server = createServer({ cert: certPem, key: keyPem }, async (request, response) => {
    const { status, body } = answer(request.method ?? "GET", request.url ?? "/", await text(request));
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}

function startFunction(folder: string, cache: string, account: string, server: Server): ChildProcess {
  const { port } = server.address() as AddressInfo;
  return spawn(process.execPath, [join(folder, "serve.cjs"), "--port", "0"], {
    stdio: ["ignore", "pipe", "inherit"],
    env: {
      NODE_COMPILE_CACHE: cache,
      NODE_COMPILE_CACHE_PORTABLE: "1",
      SERVICE_ACCOUNT_DIRECTORY: account,
      KUBERNETES_SERVICE_HOST: "127.0.0.1",
      KUBERNETES_SERVICE_PORT: String(port),
    },
  });
}

/** The port that the function says it listens on. */
async function listening(child: ChildProcess): Promise<number> {
  if (child.stdout === null) throw new TypeError("the function's output is not piped");
  for await (const line of createInterface(child.stdout)) {
    const entry = JSON.parse(line) as { msg?: unknown; port?: unknown };
    if (entry.msg === "listening" && typeof entry.port === "number") {
      child.stdout.resume();
      return entry.port;
    }
  }
  throw new Error("the function ended before it listened");
}

async function send(port: number, type: string, data: object): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${port}/`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "ce-specversion": "1.0",
      "ce-id": "warm",
      "ce-source": "https://127.0.0.1",
      "ce-type": type,
    },
    body: JSON.stringify(data),
  });
  if (!response.ok) throw new Error(`the function answered ${response.status} to ${type}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = process.argv[2];
  if (folder === undefined) throw new Error("usage: node tools/warm-compile-cache.ts FOLDER");
  console.log(`compile cache: ${await warmCompileCache(folder)} scripts`);
}
