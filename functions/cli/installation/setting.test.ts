import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { KubernetesClient } from "../../kubernetes/client.ts";
import { ForbiddenError, UnavailableError } from "../../kubernetes/errors.ts";
import type { KubernetesObject } from "../../kubernetes/objects.ts";
import { ClusterAccessError } from "../connection/access-error.ts";
import { UsageError } from "../terminal/terminal.ts";
import { readSetting, type SettingOptions } from "./setting.ts";

const SCOPE = { server: "https://cluster/", namespace: null };

interface Map {
  readonly namespace: string;
  readonly release?: string;
  readonly name?: string;
  readonly config?: string;
  readonly created?: string;
  readonly instance?: string;
}

function configMap({ namespace, release = "tcr", name = "config", ...rest }: Map): KubernetesObject {
  const {
    config = '{"selector":{"ingressClass":"inside"}}',
    created = "2026-01-01T00:00:00Z",
    instance,
  } = rest;
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: {
      namespace,
      name,
      creationTimestamp: created,
      labels: { "app.kubernetes.io/instance": release },
      ...(instance === undefined ? {} : { annotations: { "traefik-cert-rotater.io/instance": instance } }),
    },
    data: { "config.json": config },
  } as KubernetesObject;
}

/** A cluster with these ConfigMaps, of which may be listed: all, those of a namespace, or none. */
function clusterWith(maps: readonly Map[], allowed: "all" | "namespaces" | "none" = "all") {
  const listed: (string | null)[] = [];
  const client: Pick<KubernetesClient, "get" | "getMetadata" | "list"> = {
    get: async () => null,
    getMetadata: async () => null,
    list: async ({ kind }, { namespace }) => {
      if (kind !== "ConfigMap") return { items: [], continueToken: null, resourceVersion: "1" };
      listed.push(namespace);
      if (allowed === "none" || (allowed === "namespaces" && namespace === null)) {
        throw new ForbiddenError("GET /api/v1/configmaps", "no");
      }
      const items = maps.filter((map) => namespace === null || map.namespace === namespace).map(configMap);
      return { items, continueToken: null, resourceVersion: "1" };
    },
  };
  return { client, listed };
}

async function settingOf(
  maps: readonly Map[],
  options: SettingOptions = {},
  allowed: "all" | "namespaces" | "none" = "all",
) {
  const { client } = clusterWith(maps, allowed);
  return await readSetting(client, options, SCOPE, { err: () => undefined });
}

function failsWith(type: typeof UsageError | typeof ClusterAccessError, message: RegExp) {
  return (error: unknown) => error instanceof type && message.test(error.message);
}

describe("what an installation is set to", () => {
  test("is its ConfigMap's", async () => {
    const { instance, configuration, from } = await settingOf([{ namespace: "ops" }]);
    assert.equal(instance, "ops/tcr");
    assert.equal(configuration.selector.ingressClass, "inside");
    assert.deepEqual(from, { source: "ConfigMap", namespace: "ops", name: "config" });
  });

  test("the ConfigMap says itself whose it is, wherever it was moved to", async () => {
    assert.equal((await settingOf([{ namespace: "moved", instance: "home/tcr" }])).instance, "home/tcr");
  });

  test("of two ConfigMaps of one release the newer counts", async () => {
    const maps = [
      { namespace: "ops", name: "new", created: "2026-02-02T00:00:00Z" },
      { namespace: "ops", name: "old" },
    ];
    assert.deepEqual((await settingOf(maps)).from, { source: "ConfigMap", namespace: "ops", name: "new" });
  });

  test("where nothing is installed: the defaults", async () => {
    const { instance, configuration, from } = await settingOf([]);
    assert.equal(instance, "traefik-cert-rotation/traefik-cert-rotation");
    assert.equal(configuration.selector.ingressClass, null);
    assert.deepEqual(from, { source: "defaults", why: "nothing is installed here yet" });
  });

  test("--defaults: the defaults, without a look at any ConfigMap", async () => {
    const { client, listed } = clusterWith([{ namespace: "ops" }]);
    const options = { defaults: true, installation: "ops/tcr" };
    const { instance, configuration } = await readSetting(client, options, SCOPE, { err: () => undefined });
    assert.deepEqual([instance, configuration.selector.ingressClass, listed], ["ops/tcr", null, []]);
  });

  test("of several, one must be named, and each of them can be", async () => {
    const both = [{ namespace: "one" }, { namespace: "two" }];
    await assert.rejects(
      settingOf(both),
      failsWith(UsageError, /several installations: one\/tcr, two\/tcr; say which with --instance/),
    );
    assert.equal((await settingOf(both, { installation: "two/tcr" })).instance, "two/tcr");
    await assert.rejects(
      settingOf(both, { installation: "three/tcr" }),
      failsWith(
        UsageError,
        /no ConfigMap of the installation three\/tcr; .*https:\/\/cluster\/ there is: one\/tcr, two\/tcr.*--defaults/,
      ),
    );
  });

  test("who may only look into its namespace names it", async () => {
    const maps = [{ namespace: "ops" }];
    assert.equal((await settingOf(maps, { installation: "ops/tcr" }, "namespaces")).instance, "ops/tcr");
    await assert.rejects(
      settingOf(maps, {}, "namespaces"),
      failsWith(
        ClusterAccessError,
        /may not list ConfigMaps in all namespaces.*--instance .*--config .*--defaults/,
      ),
    );
    await assert.rejects(
      settingOf(maps, { installation: "ops/tcr" }, "none"),
      failsWith(ClusterAccessError, /may not list ConfigMaps in namespace ops.*--config/),
    );
  });

  test("one that the function could not start with is reported with its keys", async () => {
    const config = '{"integrations":{"externalDNS":{"ttl":0,"tll":1}}}';
    await assert.rejects(
      settingOf([{ namespace: "ops", config }]),
      failsWith(
        ClusterAccessError,
        /^config\.json in ConfigMap ops\/config cannot be used.*ttl: found 0.*; .*tll: found an unknown key/,
      ),
    );
    await assert.rejects(
      settingOf([{ namespace: "ops", config: "{" }]),
      failsWith(ClusterAccessError, /ConfigMap ops\/config is not JSON/),
    );
  });

  test("a server that fails is reported as that", async () => {
    const client = {
      ...clusterWith([]).client,
      list: async () => Promise.reject(new UnavailableError("GET /api/v1/configmaps", "503 etcd")),
    };
    await assert.rejects(
      readSetting(client, {}, SCOPE, { err: () => undefined }),
      failsWith(ClusterAccessError, /is not well/),
    );
  });
});
