import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { connect } from "node:net";
import { after, before, suite, test } from "node:test";
import { sharedControlPlane } from "../control-plane/shared.ts";
import { type Bundle, bundle } from "./harness/bundle.ts";
import { changeEvent, type HttpAnswer, post, send } from "./harness/cloud-events.ts";
import { type FunctionProcess, startFunctionProcess } from "./harness/function-process.ts";
import { dnsNames, ROUTES } from "./harness/objects.ts";
import { startWorld, type World } from "./harness/world.ts";

type Headers = Readonly<Record<string, string | number>>;
type Body = string | Buffer;

const ref = { apiVersion: "traefik.io/v1alpha1", kind: "IngressRoute", namespace: "default", name: "a" };
const binary: Headers = {
  "ce-specversion": "1.0",
  "ce-id": "1",
  "ce-source": "/hostile",
  "ce-type": "dev.knative.apiserver.ref.add",
  "content-type": "application/json",
};
const envelope = { specversion: "1.0", id: "1", source: "/hostile", type: binary["ce-type"], data: ref };
const structured: Headers = { "content-type": "application/cloudevents+json" };
const batch: Headers = { "content-type": "application/cloudevents-batch+json" };

function without(name: string): Headers {
  return Object.fromEntries(Object.entries(binary).filter(([key]) => key !== name));
}

const named = (change: object): Body => JSON.stringify({ ...ref, ...change });

/** Title, headers, body: each is answered with 400. */
const malformed: readonly (readonly [string, Headers, Body])[] = [
  ["nothing at all", {}, ""],
  ["JSON that is no event", { "content-type": "application/json" }, "{}"],
  ["content type constructor", { "content-type": "constructor" }, "{}"],
  ["content type __proto__", { "content-type": "__proto__" }, "{}"],
  ["a binary event of content type __proto__", { ...binary, "content-type": "__proto__" }, "{}"],
  ["structured null", structured, "null"],
  ["structured []", structured, "[]"],
  ["structured text", structured, '"a"'],
  ["structured malformed", structured, '{"specversion":"1.0"'],
  ["structured without a type", structured, JSON.stringify({ ...envelope, type: undefined })],
  ["structured with a type of 1", structured, JSON.stringify({ ...envelope, type: 1 })],
  ["structured with data and data_base64", structured, JSON.stringify({ ...envelope, data_base64: "YQ==" })],
  ["batch {}", batch, "{}"],
  ["batch null", batch, "null"],
  ["a batch with one malformed event", batch, JSON.stringify([envelope, {}])],
  ["no type", without("ce-type"), named({})],
  ["no id", without("ce-id"), named({})],
  ["no source", without("ce-source"), named({})],
  ["specversion 9.9", { ...binary, "ce-specversion": "9.9" }, named({})],
  ["a time that is none", { ...binary, "ce-time": "yesterday" }, named({})],
  ["malformed data", binary, "{"],
  ["no data", binary, ""],
  ["data null", binary, "null"],
  ["data a list", binary, "[]"],
  ["data nested 100,000 deep", binary, "[".repeat(100_000)],
  ["a kind of 1", binary, named({ kind: 1 })],
  ["no name", binary, named({ name: undefined })],
  ["an empty name", binary, named({ name: "" })],
  ["a name with a path in it", binary, named({ name: "../../../secrets/x" })],
  ["a name with an encoded path in it", binary, named({ name: "..%2f..%2fsecrets%2fx" })],
  ["a name with a query in it", binary, named({ name: "a?fieldManager=x" })],
  ["a name with a NUL", binary, named({ name: "a\u0000" })],
  ["a name of 254 letters", binary, named({ name: "a".repeat(254) })],
  ["a namespace with a path in it", binary, named({ namespace: "kube-system/secrets" })],
  ["a namespace of dots", binary, named({ namespace: ".." })],
  ["a namespace of 64 letters", binary, named({ namespace: "a".repeat(64) })],
  ["an object as name", binary, named({ name: { __proto__: null, toString: "x" } })],
  ["bytes that are no UTF-8", binary, Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d])],
  [
    "a resync of namespace ../x",
    { ...binary, "ce-type": "io.traefik-cert-rotater.resync" },
    '{"namespace":"../x"}',
  ],
  ["a resync of a list", { ...binary, "ce-type": "io.traefik-cert-rotater.resync" }, "[1]"],
  ["a body of 2 MiB", binary, named({ padding: "a".repeat(2 * 1024 * 1024) })],
  ["8 MiB of base64", structured, JSON.stringify({ ...envelope, data_base64: "A".repeat(8 * 1024 * 1024) })],
];

suite("hostile requests to the real process", () => {
  let world: World;
  let app: FunctionProcess;
  let bundled: Bundle;

  before(async () => {
    const cluster = await sharedControlPlane();
    [world, bundled] = await Promise.all([startWorld(cluster), bundle()]);
    app = await startFunctionProcess(cluster, world.release, { app: bundled.folder });
  });
  after(async () => {
    await app?.stop();
    await world?.stop();
    await bundled?.remove();
  });

  /** Resident memory in MiB. */
  const memory = () =>
    Number(execFileSync("ps", ["-o", "rss=", "-p", String(app.child.pid)], { encoding: "utf8" })) / 1024;
  const isAlive = async () => {
    const { status } = await send(`${app.url}health/liveness`, { method: "GET" });
    return status === 200 && app.child.exitCode === null;
  };

  for (const [title, headers, body] of malformed) {
    test(`${title}: 400 with a reason, and nobody is asked about it`, async () => {
      const mark = await world.cluster.auditLog.mark();
      const from = app.logs.length;
      const length = { "content-length": Buffer.byteLength(body) };
      const answer: HttpAnswer = await send(app.url, { headers: { ...headers, ...length }, body });
      assert.equal(answer.status, 400);
      assert.notEqual(answer.body.trim(), "");
      // A batch is read event by event, and those that are fine are worked on.
      if (!title.startsWith("a batch")) assert.deepEqual(await world.requests(mark), []);
      const refused = await app.logged(({ outcome }) => outcome === "malformed", from);
      assert.equal(refused.level, "warn");
      assert.notEqual(refused.reason, "");
    });
  }

  test("a body without an end is refused in its middle", async () => {
    const { hostname, port } = new URL(app.url);
    const socket = connect(Number(port), hostname);
    const head = Object.entries(binary).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.write(`POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n${head.join("")}\r\n`);
    const chunk = `10000\r\n${"a".repeat(65_536)}\r\n`;
    const answered = new Promise<string>((resolve, reject) => {
      socket.once("data", (data) => resolve(data.toString()));
      socket.once("error", reject);
    });
    for (let sent = 0; sent < 32; sent++) socket.write(chunk);
    assert.match(await answered, /^HTTP\/1\.1 400 /);
    socket.destroy();
    assert.ok(await isAlive());
  });

  test("what is no HTTP is refused too", async () => {
    const { hostname, port } = new URL(app.url);
    const socket = connect(Number(port), hostname);
    const answered = new Promise<string>((resolve) =>
      socket.once("data", (data) => resolve(data.toString())),
    );
    socket.write("\u0016\u0003\u0001 no HTTP at all\r\n\r\n");
    assert.match(await answered, /^HTTP\/1\.1 400 /);
    socket.destroy();
    assert.ok(await isAlive());
  });

  test("a caller that breaks off in the middle of its body does no harm", async () => {
    const { hostname, port } = new URL(app.url);
    const socket = connect(Number(port), hostname);
    socket.write("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\nce-id: 1\r\n\r\n{");
    await new Promise<void>((resolve) => socket.end(resolve));
    assert.ok(await isAlive());
  });

  test("prototypes cannot be reached through an event", async () => {
    const body = `{"__proto__": {"name": "x"}, "constructor": {"prototype": {}}, ${named({}).toString().slice(1)}`;
    const { status } = await send(app.url, { headers: binary, body });
    assert.equal(status, 204);
    assert.ok(await isAlive());
  });

  test("a flood of large bodies leaves memory bounded, and a good event is answered", async () => {
    const large = JSON.stringify({ ...envelope, data_base64: "A".repeat(900 * 1024) });
    const headers = { ...structured, "content-length": large.length };
    for (let round = 0; round < 25; round++) {
      await Promise.all(Array.from({ length: 8 }, () => send(app.url, { headers, body: large })));
    }
    const { namespace } = world;
    await world.admin.apply(world.route({ name: "good" }));
    assert.equal(
      (await post(app.url, changeEvent("add", { ...ROUTES, namespace, name: "good" }))).status,
      204,
    );
    assert.deepEqual(await dnsNames(world.admin, namespace, "good-tls"), ["good.example.com"]);
    const used = memory();
    assert.ok(used < 256, `${used} MiB, the chart's limit is 256`);
  });

  test("objects too large to keep are worked on by their names, in no more memory", async () => {
    const { namespace } = world;
    const name = "large";
    await world.admin.apply(world.route({ name }));
    const { apiVersion, kind } = ROUTES;
    const metadata = { namespace, name, annotations: { "example.com/large": "a".repeat(8 * 1024 * 1024) } };
    const body = JSON.stringify({ apiVersion, kind, metadata });
    const headers = {
      ...binary,
      "ce-type": "dev.knative.apiserver.resource.add",
      "ce-subject": `/apis/${apiVersion}/namespaces/${namespace}/ingressroutes/${name}`,
      "content-length": Buffer.byteLength(body),
    };
    for (let round = 0; round < 10; round++) {
      const answers = await Promise.all(Array.from({ length: 8 }, () => send(app.url, { headers, body })));
      for (const { status } of answers) assert.equal(status, 204);
    }
    assert.deepEqual(await dnsNames(world.admin, namespace, "large-tls"), ["large.example.com"]);
    const used = memory();
    assert.ok(used < 256, `${used} MiB, the chart's limit is 256`);
  });

  test("nothing secret is in its log", async () => {
    const text = JSON.stringify(app.logs);
    assert.equal(/eyJ[\w-]+\.eyJ/.test(text), false);
    assert.equal(/bearer/i.test(text), false);
  });
});
