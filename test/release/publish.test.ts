import assert from "node:assert/strict";
import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { crane, startRegistry } from "../../tools/release/crane.ts";
import { type Artifact, HalfTaggedError, publish, targetProblems } from "../../tools/release/publish.ts";
import type { Signer } from "../../tools/release/signer.ts";
import { freePort } from "../control-plane/free-port.ts";
import { type Supervisor, startSupervisor } from "../control-plane/supervised.ts";
import { problemsOf } from "./problems.ts";
import { type RefusingProxy, startRefusingProxy } from "./refusing-proxy.ts";
import { ownPlatform, smallImage } from "./small-image.ts";
import { tagsIn } from "./tags.ts";

let supervisor: Supervisor;
let staging: string;
/** Of the image that is staged. */
let digest: string;
let registry: string;
let proxy: RefusingProxy;
before(async () => {
  supervisor = await startSupervisor("tcr-publish-");
  staging = await startRegistry(supervisor);
  const folder = await mkdtemp(join(supervisor.folder, "image-"));
  const order = { version: "1.2.3", revision: "0".repeat(40), platforms: [ownPlatform], folder };
  await crane("push", await smallImage(supervisor).build(order), `${staging}/staged:1`);
  digest = await crane("digest", `${staging}/staged:1`);
  registry = await startRegistry(supervisor);
  proxy = await startRefusingProxy(registry);
});
after(async () => {
  proxy.stop();
  await supervisor.end();
});

/** Below a folder of their own; what they are does not matter here. */
function artifacts(folder: string): readonly Artifact[] {
  return ["image", "chart"].map((what) => ({
    what,
    staged: `${staging}/staged`,
    published: `${proxy.host}/${folder}/${what}`,
    digest,
  }));
}

async function tagsBelow(folder: string): Promise<string[]> {
  return (await tagsIn(registry)).filter((tag) => tag.startsWith(`${folder}/`));
}

suite("publish", () => {
  test("copies, signs what was copied, and tags last", async () => {
    const all = artifacts("whole");
    const signed: string[] = [];
    const signer: Signer = {
      problems: async () => [],
      async sign(reference) {
        assert.equal(await crane("digest", reference), digest);
        assert.deepEqual(await tagsBelow("whole"), []);
        signed.push(reference);
      },
    };
    await publish(all, "1.2.3", signer);
    assert.deepEqual(
      signed,
      all.map(({ published }) => `${published}@${digest}`),
    );
    assert.deepEqual(await tagsBelow("whole"), ["whole/chart:1.2.3", "whole/image:1.2.3"]);
  });

  test("shows nothing by half: the image gets no tag before the chart is there", async () => {
    proxy.refuse = /\/unwritable\/chart\//;
    const [problem] = await problemsOf(publish(artifacts("unwritable"), "1.2.3", null));
    assert.match(problem ?? "", /^the chart could not be pushed to .*\/unwritable\/chart: .*403/);
    assert.deepEqual(await tagsBelow("unwritable"), []);
  });

  test("shows nothing that could not be signed", async () => {
    proxy.refuse = null;
    let calls = 0;
    const signer: Signer = {
      problems: async () => [],
      sign: () => (++calls === 2 ? Promise.reject(new Error("no certificate")) : Promise.resolve()),
    };
    assert.deepEqual(await problemsOf(publish(artifacts("unsigned"), "1.2.3", signer)), [
      "the chart could not be signed: no certificate",
    ]);
    assert.deepEqual(await tagsBelow("unsigned"), []);
  });

  test("says how to finish where only the last tag is missing", async () => {
    proxy.refuse = /\/last\/chart\/manifests\/1\.2\.3$/;
    const error: unknown = await publish(artifacts("last"), "1.2.3", null).catch((error: unknown) => error);
    assert.ok(error instanceof HalfTaggedError, String(error));
    const command = /finish with: crane (.*)$/.exec(error.message)?.[1]?.split(" ") ?? [];
    proxy.refuse = null;
    await crane(...command);
    assert.deepEqual(await tagsBelow("last"), ["last/chart:1.2.3", "last/image:1.2.3"]);
  });
});

suite("a target", () => {
  test("must answer, and must not have the tag", async () => {
    proxy.refuse = null;
    await publish(artifacts("taken"), "1.2.3", null);
    const names = artifacts("taken").map(({ published }) => published);
    assert.deepEqual(await targetProblems(names, "1.2.4"), []);
    assert.deepEqual(
      await targetProblems(names, "1.2.3"),
      names.map((name) => `${name}:1.2.3 is published already: raise the version, for a tag is never moved`),
    );
    const host = `127.0.0.1:${await freePort()}`;
    assert.deepEqual(await targetProblems([`${host}/a`, `${host}/b`], "1.2.3"), [
      `the registry ${host} cannot be reached (connect ECONNREFUSED ${host}): is it up, and is the name right?`,
    ]);
  });
});
