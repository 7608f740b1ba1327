/**
 * `migrate` on files: each kind of thing that people come with, and the values that it is answered with.
 *
 * @module
 */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite, test } from "node:test";
import { parseYamlDocuments } from "../../config/yaml.lazy.ts";
import { run } from "../program.ts";

const EXAMPLES = "examples/moving";
const VALUES = "examples/moving-values.yaml";

interface Result {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function cli(words: readonly string[], input = ""): Promise<Result> {
  let [out, err] = ["", ""];
  const code = await run(words, {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    stdin: async () => Buffer.from(input),
    env: {},
  });
  return { code, out, err };
}

interface MoveDocument {
  readonly values: { readonly [key: string]: unknown };
  readonly found: Readonly<Record<string, unknown>>;
  readonly steps: readonly string[];
  readonly changes: Readonly<Record<string, number>>;
  readonly unpublished: readonly { readonly by: string; readonly names: readonly string[] }[];
  readonly problems: readonly { readonly reason: string }[];
  readonly patches: readonly string[];
  readonly notes: readonly string[];
  readonly failures: readonly string[];
}

async function migrate(input: string, ...words: string[]): Promise<MoveDocument & { readonly code: number }> {
  const { code, out } = await cli(["migrate", "-", "--output", "json", ...words], input);
  return { ...(JSON.parse(out) as MoveDocument), code };
}

function route(
  name: string,
  host: string,
  more: { secret?: string; namespace?: string; annotations?: string; tls?: string } = {},
) {
  const { secret, namespace = "shop", annotations = "{}" } = more;
  const tls = more.tls ?? (secret === undefined ? "null" : `{secretName: ${secret}}`);
  return `
apiVersion: traefik.io/v1alpha1
kind: IngressRoute
metadata: {name: ${name}, namespace: ${namespace}, annotations: ${annotations}}
spec:
  routes: [{kind: Rule, match: "Host(\`${host}\`)", services: [{name: s, port: 80}]}]
  tls: ${tls}
---`;
}

function certificate(
  name: string,
  secret: string,
  names: readonly string[],
  issuer = "{kind: ClusterIssuer, name: le}",
  namespace = "shop",
) {
  return `
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: ${name}, namespace: ${namespace}}
spec: {secretName: ${secret}, dnsNames: [${names.map((each) => JSON.stringify(each)).join(", ")}], issuerRef: ${issuer}}
---`;
}

function endpoint(name: string, host: string, record: string) {
  return `
apiVersion: externaldns.k8s.io/v1alpha1
kind: DNSEndpoint
metadata: {name: ${name}, namespace: shop}
spec: {endpoints: [{dnsName: ${host}, ${record}}]}
---`;
}

function deployment(name: string, image: string, args: readonly string[] = [], replicas = 1) {
  return `
apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}, namespace: tools}
spec: {replicas: ${replicas}, template: {spec: {containers: [{image: ${image}, args: ${JSON.stringify(args)}}]}}}
---`;
}

suite("the examples for a move", () => {
  test("their values are what migrate says, and nothing stands in the way", async () => {
    const { code, out } = await cli(["migrate", EXAMPLES, "--output", "values"]);
    assert.equal(code, 0);
    assert.equal(out, readFileSync(VALUES, "utf8"));
  });

  test("the page of the guide is the one that is written", async () => {
    const { out } = await cli(["migrate", EXAMPLES]);
    const guide = readFileSync("docs/migration.md", "utf8");
    assert.ok(guide.includes(`$ traefik-cert-rotater migrate ${EXAMPLES}\n${out}`), out);
  });

  test("one file of values serves each of them: what is wanted, no more, and no warning", async () => {
    const { code, out, err } = await cli(["render", EXAMPLES, "--config", VALUES, "--target", "192.0.2.7"]);
    assert.equal(code, 0, err);
    assert.deepEqual(
      err.split("\n").filter((line) => line !== "" && !line.startsWith("note: ")),
      [],
    );
    const children = parseYamlDocuments(out).map((document) => {
      assert.ok("value" in document);
      const { kind, metadata, spec } = document.value as {
        kind: string;
        metadata: { name: string; namespace: string };
        spec: { dnsNames?: string[]; endpoints?: { dnsName: string }[] };
      };
      const names = spec.dnsNames ?? spec.endpoints?.map(({ dnsName }) => dnsName) ?? [];
      return `${kind} ${metadata.namespace}/${metadata.name} ${names.join(" ")}`;
    });
    assert.deepEqual(children.sort(), [
      "Certificate argocd/argocd-tls argocd.example.com",
      "Certificate ci/webhook-tls argocd.example.com",
      // By its own name: it is the one that was there.
      "Certificate shop/shop shop.example.com",
      "DNSEndpoint apps/mail mail.apps.example.com",
      "DNSEndpoint apps/wiki wiki.apps.example.com",
      "DNSEndpoint argocd/argocd argocd.example.com",
      "DNSEndpoint blog/blog blog.example.com",
      "DNSEndpoint ci/webhook argocd.example.com",
      "DNSEndpoint home/photos photos.example.com",
      "DNSEndpoint shop/shop shop.example.com",
      "DNSEndpoint team-a/web example.org www.example.org",
    ]);
  });
});

const CERT_MANAGER = (values: MoveDocument["values"]) =>
  (values.integrations as { certManager?: Record<string, unknown> } | undefined)?.certManager;
const EXTERNAL_DNS = (values: MoveDocument["values"]) =>
  (values.integrations as { externalDNS?: Record<string, unknown> } | undefined)?.externalDNS;

suite("what migrate suggests", () => {
  test("nothing where nothing has to be set", async () => {
    const { code, out } = await cli(["migrate", "-"], route("web", "web.example.com", { secret: "web" }));
    assert.equal(code, 0);
    assert.match(
      out,
      /2 to create, 0 to change, 0 to adopt, 0 to delete\n\nValues\n# The defaults fit: nothing need be set\.\n$/,
    );
  });

  test("the issuer that most have, and others for their namespaces", async () => {
    const { values, changes } = await migrate(
      [
        route("a", "a.example.com", { secret: "a" }),
        route("b", "b.example.com", { secret: "b" }),
        route("c", "c.example.com", { secret: "c", namespace: "lab" }),
        certificate("a", "a", ["a.example.com"]),
        certificate("b", "b", ["b.example.com"]),
        certificate("c", "c", ["c.example.com"], "{name: own}", "lab"),
      ].join("\n"),
    );
    assert.deepEqual(CERT_MANAGER(values), {
      adopt: "matching",
      certificateTemplate: { spec: { issuerRef: { kind: "ClusterIssuer", name: "le" } } },
      overrides: [
        {
          namespaces: ["lab"],
          certificateTemplate: { spec: { issuerRef: { kind: "Issuer", name: "own" } } },
        },
      ],
    });
    assert.equal(changes.adopt, 3);
  });

  test("the only ClusterIssuer where nothing was issued yet", async () => {
    const issuer = (name: string) =>
      `\napiVersion: cert-manager.io/v1\nkind: ClusterIssuer\nmetadata: {name: ${name}}\n---`;
    const web = route("web", "web.example.com", { secret: "web" });
    const one = await migrate(web + issuer("only"));
    assert.deepEqual(CERT_MANAGER(one.values), {
      certificateTemplate: { spec: { issuerRef: { kind: "ClusterIssuer", name: "only" } } },
    });
    assert.deepEqual((await migrate(web + issuer("one") + issuer("two"))).values, {});
  });

  test("a Secret that is a copy in one namespace and free in another is told by what it is", async () => {
    const copy =
      "\napiVersion: v1\nkind: Secret\nmetadata: {name: tls, namespace: shop, annotations: {reflector.v1.k8s.emberstack.com/reflects: infra/tls}}\n---";
    const free = route("b", "b.example.com", { secret: "tls", namespace: "lab" });
    const { values, code } = await migrate(route("a", "a.example.com", { secret: "tls" }) + copy + free);
    assert.deepEqual([code, CERT_MANAGER(values)], [0, { existingSecrets: "keep" }]);
    const alone = await migrate(route("a", "a.example.com", { secret: "tls" }) + copy);
    assert.deepEqual([alone.code, CERT_MANAGER(alone.values)], [0, { ignoreSecrets: ["tls"] }]);
  });

  test("addresses that DNSEndpoints have and no Service of Traefik's", async () => {
    const web = route("web", "web.example.com");
    const { values, changes } = await migrate(
      web + endpoint("web", "web.example.com", "recordType: A, targets: [203.0.113.5]"),
    );
    assert.deepEqual(EXTERNAL_DNS(values), {
      adopt: "matching",
      targetService: null,
      targetIPs: ["203.0.113.5"],
    });
    assert.deepEqual([changes.adopt, changes.create], [1, 0]);
  });

  test("a DNSEndpoint under another name than the route's goes on beside it, which is noted", async () => {
    const other = endpoint("records", "web.example.com", "recordType: A, targets: [203.0.113.5]");
    const { code, notes } = await migrate(route("web", "web.example.com") + other);
    assert.deepEqual(
      [code, notes],
      [
        0,
        [
          "DNSEndpoint shop/records publishes web.example.com too: take that out once the route's own is there",
        ],
      ],
    );
  });

  test("Traefik 2's syntax, its old group, and what external-dns filters by", async () => {
    const v2 = route("old", "a.example.com`, `b.example.com").replace("traefik.io/", "traefik.containo.us/");
    const both = route("new", "c.example.com`, `d.example.com");
    const filters = ["--source", "crd", "--annotation-filter=zone=public", "--label-filter=team=edge"];
    const { values } = await migrate(
      v2 + both + deployment("dns", "registry.k8s.io/external-dns/external-dns:v1", filters),
    );
    assert.deepEqual([values.selector, values.traefik], [{ legacyGroup: true }, { defaultRuleSyntax: "v2" }]);
    assert.deepEqual(EXTERNAL_DNS(values), {
      endpointTemplate: { metadata: { annotations: { zone: "public" }, labels: { team: "edge" } } },
    });
    const carried = route("web", "web.example.com", { annotations: "{zone: public}" });
    const copied = await migrate(
      carried + deployment("dns", "x/external-dns", ["--source=crd", "--annotation-filter=zone=public"]),
    );
    assert.deepEqual(EXTERNAL_DNS(copied.values), { copyAnnotations: ["zone"] });
  });

  test("records for those alone that external-dns' source for Traefik publishes", async () => {
    const target = "{external-dns.kubernetes.io/target: lb.example.net}";
    const routes = route("a", "a.example.com", { annotations: target }) + route("b", "b.example.com");
    const dns = deployment("dns", "registry.k8s.io/external-dns/external-dns:v1", [
      "--source=crd",
      "--source=traefik-proxy",
    ]);
    const { values, changes, unpublished } = await migrate(routes + dns);
    assert.deepEqual([EXTERNAL_DNS(values), changes.create, unpublished], [{ optIn: true }, 1, []]);
    const config = "examples/moving-values.yaml";
    const away = await migrate(route("a", "a.local", { annotations: target }) + dns, "--config", config);
    assert.deepEqual(
      [away.code, away.unpublished],
      [1, [{ by: "external-dns' source traefik-proxy", names: ["a.local"] }]],
    );
  });

  test("nothing is written while a former tool runs, and several are named", async () => {
    const tools =
      deployment("sb", "ghcr.io/borchero/switchboard:1") + deployment("cm", "ncsa/traefik-certmanager:1");
    const { values, steps, code } = await migrate(route("web", "web.example.com") + tools);
    assert.deepEqual([code, values], [1, { mode: "observe" }]);
    assert.deepEqual(
      steps.map((step) => step.split(/[:.,]/, 1)[0]),
      ["Several tools had a part in this", "traefik-certmanager still runs", "Switchboard still runs"],
    );
    const stopped = deployment("sb", "ghcr.io/borchero/switchboard:1", [], 0);
    assert.deepEqual((await migrate(route("web", "web.example.com") + stopped)).steps, []);
  });

  test("what an Ingress has and no route yet", async () => {
    const ingress = (name: string, hosts: readonly string[]) =>
      `\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: ${name}, namespace: shop}\nspec: {rules: [${hosts.map((host) => `{host: ${host}}`).join(", ")}]}\n---`;
    const moving =
      ingress("wiki", ["wiki.example.com", "docs.example.com"]) + ingress("other", ["other.example.com"]);
    const { code, unpublished } = await migrate(route("wiki", "wiki.example.com") + moving);
    assert.deepEqual([code, unpublished], [1, [{ by: "Ingress shop/wiki", names: ["docs.example.com"] }]]);
  });

  test("an integration that is off in the given configuration stays off", async () => {
    const input = route("nas", "nas.local", { secret: "nas" }) + certificate("nas", "nas", ["nas.local"]);
    const { values } = await migrate(input, "--config", "examples/moving-values.yaml");
    assert.deepEqual(EXTERNAL_DNS(values)?.excludeDomains, ["lan", "local"]);
    const folder = mkdtempSync(join(tmpdir(), "migrate-"));
    const certificatesOnly = join(folder, "config.json");
    writeFileSync(certificatesOnly, JSON.stringify({ integrations: { certManager: {} } }));
    const only = await cli(["migrate", "-", "-o", "json", "--config", certificatesOnly], input);
    const document = JSON.parse(only.out) as MoveDocument;
    assert.deepEqual(EXTERNAL_DNS(document.values), { enabled: false });
    assert.equal(document.changes.create, 0);
    rmSync(folder, { recursive: true });
  });

  test("what cannot be read is told, and costs nothing else", async () => {
    const { code, failures, changes } = await migrate(`${route("web", "web.example.com")}\nkind: [\n`);
    assert.deepEqual([code, failures.length, changes.create], [1, 1, 1]);
    const { code: usage, err } = await cli(["migrate", EXAMPLES, "--context", "prod"]);
    assert.deepEqual([usage, err], [2, "error: --context is for a cluster; leave out the files\n"]);
  });

  test("objects in any form are no crash", async () => {
    const kinds = [
      "cert-manager.io/v1 Certificate",
      "externaldns.k8s.io/v1alpha1 DNSEndpoint",
      "networking.k8s.io/v1 Ingress",
      "apps/v1 Deployment",
      "v1 Service",
      "v1 Secret",
      "v1 Namespace",
      "cert-manager.io/v1 ClusterIssuer",
    ];
    const specs = [
      "null",
      "5",
      "{}",
      "{secretName: 5, dnsNames: x, issuerRef: 7, endpoints: [null, {dnsName: 5}], rules: [null], tls: 7, template: {spec: {containers: [null, {image: 5, args: 7}]}}}",
    ];
    const metadata = ["labels: null", "annotations: [1]", "ownerReferences: {a: 1}", "labels: {a: 5}"];
    const objects = kinds.flatMap((kind) => {
      const [apiVersion, name] = kind.split(" ");
      return specs.map(
        (spec, index) =>
          `\napiVersion: ${apiVersion}\nkind: ${name}\nmetadata: {name: web, namespace: shop${index}, ${metadata[index]}}\nspec: ${spec}\n---`,
      );
    });
    const { failures } = await migrate(
      route("web", "web.example.com", { secret: "web", namespace: "shop3" }) + objects.join(""),
    );
    assert.deepEqual(failures, []);
  });
});
