/**
 * Values that cert-manager or external-dns choke on, drop silently or retry for ever: none is handed on, the user is told of
 * each, and the route is served all the same.
 *
 * @module
 */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { inParallel } from "../integration/harness/in-parallel.ts";
import { CERTIFICATES, ENDPOINTS, eventsOn, mustGet } from "../integration/harness/objects.ts";
import { until } from "../integration/harness/until.ts";
import { ADDRESS, type RouteWorld, servedRoute, startRouteWorld } from "./harness/world.ts";

let world: RouteWorld;
before(async () => {
  world = await startRouteWorld();
});
after(() => world?.stop());

interface BadValue {
  readonly annotations: Readonly<Record<string, string>>;
  /** What must not be in a child; the first value unless given. */
  readonly never?: string;
}

const cm = (name: string, value: string): BadValue => ({
  annotations: { [`cert-manager.io/${name}`]: value },
});
const dns = (name: string, value: string): BadValue => ({
  annotations: { [`external-dns.kubernetes.io/${name}`]: value },
});

const BAD: Readonly<Record<string, BadValue>> = {
  "duration-short": cm("duration", "10m"),
  "duration-word": cm("duration", "forever"),
  "renew-before": cm("renew-before", "1m"),
  "renew-percentage": cm("renew-before-percentage", "120"),
  "key-size": cm("private-key-size", "1024"),
  "key-algorithm": cm("private-key-algorithm", "DSA"),
  "key-encoding": cm("private-key-encoding", "PEM"),
  rotation: cm("private-key-rotation-policy", "Sometimes"),
  "common-name": cm("common-name", `${"a".repeat(65)}.example.com`),
  usages: cm("usages", "everything"),
  "alt-names": cm("alt-names", "a b.example.com"),
  "ip-sans": cm("ip-sans", "10.0.0"),
  "uri-sans": cm("uri-sans", "/shop"),
  "email-sans": cm("email-sans", "Ops <ops@example.com>"),
  history: cm("revision-history-limit", "-3"),
  "secret-template": cm("secret-template", "{broken"),
  "ttl-word": dns("ttl", "soon"),
  "ttl-zero": { ...dns("ttl", "0"), never: '"recordTTL":0' },
  "ttl-large": dns("ttl", "99999999999"),
  "target-mixed": dns("target", "10.0.0.1,lb.example.com"),
  "target-word": dns("target", "not a host"),
  hostname: dns("hostname", "b_c.example.com"),
  alias: { ...dns("alias", "yes"), never: '"alias"' },
  "record-type": { ...dns("record-type", "CNAME"), never: '"record-type"' },
  weight: { ...dns("aws-weight", "half"), never: "aws/weight" },
  "no-identifier": { ...dns("aws-weight", "80"), never: "aws/weight" },
};

test("none of them is handed on, each is told, and every route is served", async () => {
  const { admin, namespace, parties } = world;
  const all = Object.entries(BAD);
  await inParallel(all, ([name, { annotations }]) =>
    admin.apply(servedRoute({ namespace, name, annotations })),
  );
  for (const [name, { annotations, never }] of all) {
    const [[annotation, value] = ["", ""]] = Object.entries(annotations);
    await until(`${name} is told`, async () =>
      (await eventsOn(admin, namespace, name)).some(
        ({ type, note }) => type === "Warning" && note.includes(annotation),
      ),
    );
    await admin.waitFor({ ...CERTIFICATES, namespace, name: `${name}-tls` }, Boolean);
    const children = [await mustGet(admin, { ...CERTIFICATES, namespace, name: `${name}-tls` })];
    // Where the target itself cannot be used, there is no record yet.
    if (!name.startsWith("target-")) {
      await admin.waitFor({ ...ENDPOINTS, namespace, name }, Boolean);
      children.push(await mustGet(admin, { ...ENDPOINTS, namespace, name }));
    }
    for (const { kind, spec } of children)
      assert.ok(!JSON.stringify(spec).includes(never ?? value), `${name}: ${kind} has ${never ?? value}`);
  }
  for (const [name] of all) {
    await world.certified(`${name}-tls`, [`${name}.example.com`], 120_000);
    if (!name.startsWith("target-")) await world.answered(`${name}.example.com`, "A", [ADDRESS]);
  }
  for (const name of ["key-size", "ttl-word"]) await world.validEverywhere(`${name}.example.com`);
  assert.deepEqual(await complaints(), []);
  assert.equal(parties.acme.front.orders.length, all.length);
});

test("hosts that no third party can use are left out and told, and the others are served", async () => {
  const { admin, namespace } = world;
  const bad = [
    "with_underscore.example.com",
    "port.example.com:8443",
    "*",
    "**.deep.example.com",
    "203.0.113.9",
  ];
  const match = [...bad, "UPPER.Example.com.", "good.example.com"].map((host) => `Host(\`${host}\`)`);
  await admin.apply(servedRoute({ namespace, name: "bad-hosts", match }));
  await world.certified("bad-hosts-tls", ["good.example.com", "upper.example.com"]);
  for (const host of ["good.example.com", "upper.example.com"]) {
    await world.validEverywhere(host);
    await world.answered(host, "A", [ADDRESS]);
  }
  await until("each host is told", async () => {
    const notes = (await eventsOn(admin, namespace, "bad-hosts")).map(({ note }) => note).join("\n");
    return bad.every((host) => notes.includes(`"${host}"`));
  });
  assert.deepEqual(await complaints(), []);
});

test("by hand, such values are dropped or retried for ever: the look at external-dns' log can fail", async () => {
  const { admin, namespace } = world;
  const endpoint = {
    dnsName: "by-hand.example.com",
    recordType: "A",
    recordTTL: 60,
    targets: ["203.0.113.9."],
  };
  await admin.apply({
    ...ENDPOINTS,
    metadata: { namespace, name: "by-hand" },
    spec: { endpoints: [endpoint] },
  });
  await until("external-dns complains", async () => (await complaints()).length > 0);
});

/** What external-dns has warned of, or failed at. */
async function complaints(): Promise<readonly string[]> {
  const { folder } = world.controlPlane.supervisor;
  const log = await readFile(join(folder, "external-dns.log"), "utf8");
  return log
    .split("\n")
    .filter((line) => /level=(warning|error)/.test(line) && /illegal|failed|Invalid/i.test(line));
}
