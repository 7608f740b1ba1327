/**
 * The commands as a user runs them: the bundle, as a process, in a folder without `node_modules`.
 *
 * @module
 */
import assert from "node:assert/strict";
import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { parseAllDocuments } from "yaml";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const EXAMPLE = join(ROOT, "examples/my-ingress.yaml");

let folder = "";

before(() => {
  folder = mkdtempSync(join(tmpdir(), "bundle-"));
  const built = spawnSync(process.execPath, [join(ROOT, "tools/bundle.ts"), folder], { encoding: "utf8" });
  assert.equal(built.status, 0, built.stderr);
});
after(() => rmSync(folder, { recursive: true }));

function run(
  words: readonly string[],
  input = "",
  file = "traefik-cert-rotater.cjs",
): SpawnSyncReturns<string> {
  // Of our own environment nothing may decide what a command does.
  return spawnSync(process.execPath, [join(folder, file), ...words], { encoding: "utf8", input, env: {} });
}

function documents(text: string): unknown[] {
  return [...parseAllDocuments(text)].map((document) => document.toJS() as unknown);
}

function write(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

function route(name: string, spec: object, metadata: object = {}): object {
  return { apiVersion: "traefik.io/v1alpha1", kind: "IngressRoute", metadata: { name, ...metadata }, spec };
}

function host(name: string, more: object = {}): object {
  return { routes: [{ match: `Host(\`${name}\`)` }], ...more };
}

const CERTIFICATE = `apiVersion: cert-manager.io/v1
kind: Certificate
metadata:
  name: my-ingress-tls
  labels:
    kubernetes.io/managed-by: Traefik-cert-rotater
spec:
  issuerRef:
    kind: ClusterIssuer
    name: ca-issuer
  dnsNames:
    - www.example.com
  secretName: www-tls-certificate
`;

const DNS_ENDPOINT = `apiVersion: externaldns.k8s.io/v1alpha1
kind: DNSEndpoint
metadata:
  name: my-ingress
  labels:
    kubernetes.io/managed-by: Traefik-cert-rotater
spec:
  endpoints:
    - dnsName: www.example.com
      recordTTL: 300
      recordType: A
      targets:
        - 10.96.0.10
`;

describe("render", () => {
  test("the README's example, byte by byte", () => {
    const { status, stdout, stderr } = run(["render", "-f", EXAMPLE, "--target", "10.96.0.10"]);
    assert.equal(stderr, "");
    assert.equal(stdout, `${CERTIFICATE}---\n${DNS_ENDPOINT}`);
    assert.equal(status, 0);
  });

  test("without a target the documentation address stands there, and both streams say so", () => {
    const { status, stdout, stderr } = run(["render", "-f", EXAMPLE]);
    assert.equal(status, 0);
    assert.equal(documents(stdout).length, 2);
    assert.match(stdout, /^# 192\.0\.2\.1 stands for the address of Service traefik\/traefik/m);
    assert.match(stderr, /give it with --target/);
  });

  test("IPv6 gives AAAA, a hostname CNAME", () => {
    const types = (target: string) =>
      run(["render", "-f", EXAMPLE, "--target", target]).stdout.match(/(?<=recordType: )\w+/g);
    assert.deepEqual(types("2001:db8::1,192.0.2.7"), ["A", "AAAA"]);
    assert.deepEqual(types("lb.example.net"), ["CNAME"]);
  });

  test("lists, several documents, other kinds and standard input", () => {
    const list = {
      apiVersion: "v1",
      kind: "List",
      items: [route("a", host("a.example.com")), { apiVersion: "v1", kind: "Secret" }],
    };
    const input = `${JSON.stringify(list)}\n---\n---\n${JSON.stringify(route("b", host("b.example.com"), { namespace: "shop" }))}`;
    const { status, stdout } = run(["render", "-f", "-", "--target", "192.0.2.7"], input);
    assert.equal(status, 0);
    const metadata = documents(stdout).map(
      (child) => (child as { metadata: { name: string; namespace?: string } }).metadata,
    );
    assert.deepEqual(
      metadata.map(({ name, namespace }) => [name, namespace]),
      [
        ["a", undefined],
        ["b", "shop"],
      ],
    );
  });

  test("routes of one Secret share one Certificate", () => {
    const tls = { tls: { secretName: "shared" } };
    const input = ["a", "b"]
      .map((name) => JSON.stringify(route(name, host(`${name}.example.com`, tls))))
      .join("\n---\n");
    const { stdout } = run(["render", "-f", "-", "--target", "192.0.2.7"], input);
    const certificates = documents(stdout).filter(
      (child) => (child as { kind: string }).kind === "Certificate",
    );
    assert.equal(certificates.length, 1);
    assert.deepEqual((certificates[0] as { spec: { dnsNames: string[] } }).spec.dnsNames, [
      "a.example.com",
      "b.example.com",
    ]);
  });

  test("the configuration counts", () => {
    const config = write(
      "config.yaml",
      "integrations:\n  externalDNS:\n    targetIPs: [192.0.2.9]\n    ttl: 60\n",
    );
    const { stdout, status } = run(["render", "-f", EXAMPLE, "--config", config]);
    assert.equal(status, 0);
    assert.match(stdout, /^apiVersion: externaldns.*recordTTL: 60\n.*- 192\.0\.2\.9\n$/s);
  });

  test("files and folders may just be named, and several after -f", () => {
    for (const name of ["one", "two"]) {
      mkdirSync(join(folder, "manifests", name), { recursive: true });
      write(`manifests/${name}/route.yaml`, JSON.stringify(route(name, host(`${name}.example.com`))));
    }
    const manifests = join(folder, "manifests");
    const [one, two] = ["one", "two"].map((name) => join(manifests, name));
    const names = (words: readonly string[], input = "") => {
      const { status, stdout, stderr } = run(["render", "--target", "192.0.2.7", ...words], input);
      assert.equal(status, 0, stderr);
      return documents(stdout).map((child) => (child as { metadata: { name: string } }).metadata.name);
    };
    assert.deepEqual(names([EXAMPLE]), ["my-ingress-tls", "my-ingress"]);
    assert.deepEqual(names(["-f", one ?? "", two ?? ""]), ["one", "two"]);
    assert.deepEqual(names(["-R", manifests]), ["one", "two"]);
    assert.deepEqual(names(["-f", two ?? "", "-"], JSON.stringify(route("in", host("in.example.com")))), [
      "two",
      "in",
    ]);
    const flat = run(["render", manifests]);
    assert.equal(flat.status, 2);
    assert.match(
      flat.stderr,
      /^error: there is no \.yaml, .* file in the folder .*manifests itself; -R looks/,
    );
    const explained = run(["explain", "-R", manifests, EXAMPLE]);
    assert.deepEqual(explained.stdout.match(/^IngressRoute .*$/gm), [
      "IngressRoute default/one",
      "IngressRoute default/two",
      "IngressRoute default/my-ingress",
    ]);
  });

  test("values of the chart are a configuration too, and it is said that they are read so", () => {
    const values = {
      image: { tag: "1" },
      integrations: {
        certManager: { enabled: false },
        externalDNS: { targetIPs: ["192.0.2.9"], ttl: 60 },
      },
    };
    const file = write("values.yaml", JSON.stringify(values));
    const { stdout, stderr, status } = run(["render", EXAMPLE, "--config", file]);
    assert.equal(stderr, `note: ${file} is read as values of the chart, for it has image\n`);
    assert.deepEqual(
      documents(stdout).map((child) => (child as { kind: string }).kind),
      ["DNSEndpoint"],
    );
    assert.match(stdout, /recordTTL: 60\n.*- 192\.0\.2\.9\n$/s);
    assert.equal(status, 0);
  });

  test("a broken rule is reported with file, document and field, and costs only itself", () => {
    const broken = route("web", { routes: [{ match: "Host(`ok.example.com`)" }, { match: "Host(" }] });
    const file = write("broken.yaml", `# first\n---\n${JSON.stringify(broken)}\n`);
    const { status, stdout, stderr } = run(["render", "-f", file, "--target", "192.0.2.7"]);
    assert.equal(status, 1);
    assert.match(stdout, /ok\.example\.com/);
    assert.match(stderr, /broken\.yaml, document 1 \(line 3\), IngressRoute web: spec\.routes\[1\]\.match: /);
  });

  const BROKEN: readonly [what: string, text: string, message: RegExp][] = [
    ["no YAML", "a: [", /standard input, document 1 .*; write valid YAML/],
    ["no object", "hello", /document 1 .*no Kubernetes object; give it apiVersion and kind/],
    [
      "no name",
      JSON.stringify({ ...route("x", {}), metadata: {} }),
      /metadata\.name: found nothing; give it/,
    ],
    [
      "hostile namespace",
      JSON.stringify(route("x", {}, { namespace: "../x" })),
      /x: metadata\.namespace: found "\.\.\/x"; give it/,
    ],
  ];
  for (const [what, text, message] of BROKEN) {
    test(`${what} is a problem, and what stands beside it is rendered`, () => {
      const good = JSON.stringify(route("good", host("good.example.com")));
      const { status, stdout, stderr } = run(
        ["render", "-f", EXAMPLE, "-f", "-", "--target", "192.0.2.7"],
        `${text}\n---\n${good}`,
      );
      assert.equal(status, 1);
      assert.match(stderr, message);
      assert.match(stdout, /www\.example\.com/);
    });
  }
});

describe("explain", () => {
  test("JSON has the documented shape, one document a line", () => {
    const bad = route("bad", {
      routes: [{ match: "Host(`a.example.com`) && Foo(`x`)" }, { match: "Host(`ö`" }],
    });
    const { status, stdout } = run(
      ["explain", "-f", EXAMPLE, "-f", "-", "--output", "json"],
      JSON.stringify(bad),
    );
    assert.equal(status, 1);
    const [good, second, ...rest] = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    assert.equal(rest.length, 0);
    const { children, ...extracted } = good;
    assert.deepEqual(extracted, {
      kind: "IngressRoute",
      namespace: "default",
      name: "my-ingress",
      routes: [
        {
          match: "Host(`www.example.com`) && PathPrefix(`/images`)",
          syntax: "v3",
          domains: ["www.example.com"],
          paths: ["/images"],
          services: [{ name: "nginx", namespace: "default", port: null, kind: "Service", weight: null }],
          error: null,
        },
      ],
      hosts: ["www.example.com"],
      tls: { secretName: "www-tls-certificate", passthrough: false, certResolver: null, domains: [] },
      problems: [],
    });
    assert.deepEqual(
      children.map(({ kind }: { kind: string }) => kind),
      ["Certificate", "DNSEndpoint"],
    );
    assert.deepEqual(
      second.routes.map(({ error }: { error: { stage: string } }) => Object.keys(error)),
      [
        ["stage", "message", "position"],
        ["stage", "message", "position"],
      ],
    );
    assert.deepEqual(
      second.problems.map(({ field }: { field: string }) => field),
      ["spec.routes[0].match", "spec.routes[1].match"],
    );
  });

  test("text says what was found and why there is no child", () => {
    const { status, stdout } = run(
      ["explain", "-f", "-"],
      JSON.stringify(route("web", host("a.example.com"))),
    );
    assert.equal(status, 0);
    assert.match(stdout, /^IngressRoute default\/web\n/);
    assert.match(stdout, /hosts +a\.example\.com\n/);
    assert.match(stdout, /no child +Certificate: the route has no spec\.tls\n/);
    assert.match(
      stdout,
      /child +DNSEndpoint web .*\n {12}endpoints:\n {14}- dnsName: a\.example\.com\n {16}recordTTL: 300\n/,
    );
  });
});

describe("usage", () => {
  test("help and version", () => {
    for (const words of [
      ["--help"],
      ["render", "--help"],
      ["explain", "--help"],
      ["plan", "--help"],
      ["status", "--help"],
      ["completion", "--help"],
      ["resync", "--help"],
      ["serve", "--help"],
    ]) {
      const { status, stdout } = run(words);
      assert.equal(status, 0);
      assert.match(stdout, /^Usage: traefik-cert-rotater /);
    }
    assert.match(run(["--version"]).stdout, /^\d+\.\d+\.\d+\n$/);
  });

  const WRONG: readonly [words: readonly string[], message: RegExp][] = [
    [[], /Usage:/],
    [["rendr"], /unknown command 'rendr'/],
    [["render"], /required option '-f, --filename <file>'/],
    [["render", "-f", "/missing.yaml"], /cannot read \/missing\.yaml: ENOENT/],
    [["render", "-f", EXAMPLE, "--target", "a b"], /--target a b is no target; give IP addresses/],
    [["render", "-f", EXAMPLE, "--config", "/missing"], /expected a readable file \/missing/],
    [["explain", "-f", EXAMPLE, "--output", "xml"], /Allowed choices are text, json/],
    [["resync"], /nowhere to send to; give --to URL, or set K_SINK/],
    [["resync", "--to", "ftp://x"], /--to: found "ftp:\/\/x", expected an http or https URL/],
    [["resync", "--to", "http://x", "--name", "x"], /--name needs --namespace/],
    [["resync", "--to", "http://x", "-n", "../x"], /--namespace \.\.\/x is not the name of a namespace/],
    [["serve", "--port", "99999"], /Expected a number from 0 to 65535/],
    [["serve", "--config", "/missing"], /cannot start: .*expected a readable file \/missing/],
  ];
  for (const [words, message] of WRONG) {
    test(`exit code 2: ${words.join(" ") || "nothing"}`, () => {
      const { status, stderr } = run(words);
      assert.match(stderr, message);
      assert.equal(status, 2);
    });
  }

  test("an invalid configuration names file, key, what was found and what is expected", () => {
    const config = write("bad.yaml", "integrations:\n  externalDNS:\n    ttl: 0\n    tagetIPs: []\n");
    const { status, stderr } = run(["render", "-f", EXAMPLE, "--config", config]);
    assert.equal(status, 2);
    assert.match(stderr, /bad\.yaml: integrations\.externalDNS\.ttl: found 0, expected a whole number/);
    assert.match(
      stderr,
      /bad\.yaml: integrations\.externalDNS\.tagetIPs: found an unknown key, expected the key targetIPs/,
    );
    for (const words of [["serve", "--config", config], []]) {
      const served = run(
        words.length > 0 ? words : ["--config", config],
        "",
        words.length > 0 ? undefined : "serve.cjs",
      );
      assert.equal(served.status, 2);
      assert.match(served.stderr, /^cannot start: integrations\.externalDNS\.ttl: found 0/);
    }
  });

  test("serve.cjs alone refuses what it does not know", () => {
    assert.match(run(["--prot", "1"], "", "serve.cjs").stderr, /unknown argument --prot\nusage: /);
    assert.equal(run(["--port", "x"], "", "serve.cjs").status, 2);
  });
});
