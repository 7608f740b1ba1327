import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { NoCredentialsError } from "./credentials.ts";
import { findCredentials } from "./find-credentials.ts";

suite("credentials of a pod", () => {
  let directory: string;
  const env = (extra: NodeJS.ProcessEnv = {}) => ({
    KUBERNETES_SERVICE_HOST: "10.0.0.1",
    SERVICE_ACCOUNT_DIRECTORY: directory,
    ...extra,
  });

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "credentials-"));
    await writeFile(join(directory, "token"), "one\n");
    await writeFile(join(directory, "ca.crt"), "CA");
  });
  after(() => rm(directory, { recursive: true }));

  test("three files and two variables", async () => {
    const { server, tls, authorization } = await findCredentials(env({ KUBERNETES_SERVICE_PORT: "6443" }));
    assert.equal(server.href, "https://10.0.0.1:6443/");
    assert.deepEqual(tls, { ca: "CA" });
    assert.equal(await authorization(false), "Bearer one");
  });

  test("an IPv6 address, and the port that https has", async () => {
    const { server } = await findCredentials(env({ KUBERNETES_SERVICE_HOST: "fd00::1" }));
    assert.equal(server.href, "https://[fd00::1]/");
  });

  test("the token is read again when a fresh one is asked for, and then kept", async () => {
    const { authorization } = await findCredentials(env());
    await writeFile(join(directory, "token"), "two");
    assert.equal(await authorization(false), "Bearer one");
    assert.equal(await authorization(true), "Bearer two");
    assert.equal(await authorization(false), "Bearer two");
  });

  test("the authority is read again when it is asked for", async () => {
    const { reloadTls } = await findCredentials(env());
    await writeFile(join(directory, "ca.crt"), "another CA");
    assert.deepEqual(await reloadTls?.(), { ca: "another CA" });
  });

  test("outside of a pod the message says what to set", async () => {
    await assert.rejects(findCredentials({}), (error) => {
      assert.ok(error instanceof NoCredentialsError);
      assert.match(error.message, /set KUBECONFIG .*KUBERNETES_SERVICE_HOST is not set/);
      return true;
    });
  });

  test("without a mounted token the message names the file", async () => {
    const elsewhere = env({ SERVICE_ACCOUNT_DIRECTORY: join(directory, "none") });
    await assert.rejects(findCredentials(elsewhere), /none\/token cannot be read; does the pod mount/);
  });
});
