// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders as users write them
/**
 * Inputs as people have them, through `render` and `explain`.
 *
 * @module
 */
import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { parseYamlDocuments } from "../config/yaml.lazy.ts";
import { run } from "./program.ts";

let folder = "";
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "field-"));
});
after(() => rm(folder, { recursive: true }));

interface Result {
  readonly code: number;
  readonly out: string;
  readonly lines: readonly string[];
}

async function cli(words: readonly string[], input: string | Uint8Array = ""): Promise<Result> {
  let out = "";
  let err = "";
  const code = await run(words, {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    stdin: async () => (typeof input === "string" ? Buffer.from(input) : input),
    env: {},
  });
  return { code, out, lines: err.split("\n").slice(0, -1) };
}

const render = (input: string | Uint8Array, ...words: string[]) =>
  cli(["render", "-f", "-", "--target", "192.0.2.7", ...words], input);

async function write(name: string, text: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
  return path;
}

/** `Kind namespace/name`, of a Certificate with its Secret and names. */
function children(out: string): readonly string[] {
  return parseYamlDocuments(out).map((document) => {
    assert.ok("value" in document);
    const { kind, metadata, spec } = document.value as {
      kind: string;
      metadata: { name: string; namespace?: string };
      spec: { secretName?: string; dnsNames?: string[] };
    };
    const names = spec.dnsNames === undefined ? "" : ` ${spec.secretName}: ${spec.dnsNames.join(" ")}`;
    return `${kind} ${metadata.namespace ?? "-"}/${metadata.name}${names}`;
  });
}

function route(name: string, host: string, more: { group?: string; secret?: string } = {}): string {
  const { group = "traefik.io", secret = name } = more;
  return `apiVersion: ${group}/v1alpha1
kind: IngressRoute
metadata: {name: ${name}, namespace: zoo}
spec:
  routes: [{kind: Rule, match: "Host(\`${host}\`)", services: [{name: s, port: 80}]}]
  tls: {secretName: ${secret}}
`;
}

const BOTH = (name: string, host = `${name}.example.org`) => [
  `Certificate zoo/${name}-tls ${name}: ${host}`,
  `DNSEndpoint zoo/${name}`,
];

describe("files as kubectl reads them", () => {
  const [one, two] = [route("ape", "ape.example.org"), route("bat", "bat.example.org")];
  const json = (yaml: string) => {
    const [document] = parseYamlDocuments(yaml);
    assert.ok(document !== undefined && "value" in document);
    return JSON.stringify(document.value);
  };
  const indented = (yaml: string) => yaml.replaceAll(/^/gm, "    ").trimEnd();
  const list = (items: readonly string[]) =>
    `apiVersion: v1\nkind: List\nitems:\n${items.map((item) => `  -\n${indented(item)}\n`).join("")}`;

  const ACCEPTED: readonly [what: string, input: string | Uint8Array][] = [
    ["documents", `${one}---\n${two}`],
    ["JSON lines", `${json(one)}\n${json(two)}\n`],
    ["JSON one behind the other", `${json(one)}${json(two)}`],
    ["a list", list([one, two])],
    ["lists in lists", list([list([one]), list([two])])],
    ["Windows' line ends", `${one}---\n${two}`.replaceAll("\n", "\r\n")],
    ["byte order marks", `\uFEFF${one}---\n\uFEFF${two}`],
    ["UTF-16", Buffer.from(`\uFEFF${one}---\n${two}`, "utf16le")],
    ["UTF-16, the other order", Buffer.from(`\uFEFF${one}---\n${two}`, "utf16le").swap16()],
    ["empty documents and an empty list", `---\n# nothing\n---\n${one}---\n${two}---\n${list([])}`],
  ];
  for (const [what, input] of ACCEPTED) {
    test(what, async () => {
      const { code, out, lines } = await render(input);
      assert.deepEqual([code, lines], [0, []]);
      assert.deepEqual(children(out), [...BOTH("ape"), ...BOTH("bat")]);
    });
  }

  test("a namespace without a value is none", async () => {
    for (const value of ["", " null", ' ""', " ~"]) {
      const { code, out, lines } = await render(
        one.replace("{name: ape, namespace: zoo}", `\n  name: ape\n  namespace:${value}`),
      );
      assert.deepEqual([code, lines], [0, []]);
      assert.deepEqual(children(out), ["Certificate -/ape-tls ape: ape.example.org", "DNSEndpoint -/ape"]);
    }
  });

  test("merge keys in routes and in the configuration, and never a field << in a child", async () => {
    const input = list([
      one.replace("metadata: {", "metadata: &m {").replace("spec:", "spec: &s"),
      "apiVersion: traefik.io/v1alpha1\nkind: IngressRoute\nmetadata: {<<: *m, name: bat}\nspec: {<<: *s, tls: {secretName: bat}}\n",
    ]);
    const config = await write(
      "merge.yaml",
      `integrations:
  certManager:
    certificateTemplate:
      spec: &spec {issuerRef: &issuer {kind: ClusterIssuer, name: le}, duration: 2160h}
    overrides:
      - namespaces: [zoo]
        certificateTemplate:
          spec: {<<: *spec, issuerRef: {<<: *issuer, name: other}}
`,
    );
    const { code, out, lines } = await cli(["render", "-f", "-", "--config", config], input);
    assert.deepEqual([code, lines], [0, []]);
    assert.match(out, /issuerRef:\n {4}name: other\n {4}kind: ClusterIssuer\n/);
    assert.doesNotMatch(out, /<</);
    assert.equal(children(out).length, 2);
  });

  test("in quotes << in the configuration is refused by its path", async () => {
    const spec = '{"integrations":{"certManager":{"certificateTemplate":{"spec":{"<<":{"duration":"1h"}}}}}}';
    const config = await write("quoted.json", spec);
    const { code, lines } = await render(one, "--config", config);
    assert.equal(code, 2);
    assert.match(
      lines.join(),
      /quoted\.json: integrations\.certManager\.certificateTemplate\.spec\.<<: found/,
    );
  });

  test("a configuration in UTF-16, and an empty class, which is none", async () => {
    const text = '\uFEFFselector: {ingressClass: ""}\nintegrations: {certManager: }\n';
    const config = await write("utf16.yaml", Buffer.from(text, "utf16le"));
    assert.deepEqual(children((await cli(["render", "-f", "-", "--config", config], one)).out), [
      "Certificate zoo/ape-tls ape: ape.example.org",
    ]);
  });
});

describe("what cannot be read", () => {
  test("says file, document and line, and costs nothing else", async () => {
    const file = await write(
      "bad.yaml",
      `${route("ape", "ape.example.org")}---\na: 1\nb: 2\na: 3\n---\nkind: List\n`,
    );
    const { code, out, lines } = await cli(["render", "-f", file, "--target", "192.0.2.7"]);
    assert.equal(code, 1);
    assert.deepEqual(children(out), BOTH("ape"));
    assert.deepEqual(lines, [
      `${file}, document 2 (line 8): the key a stands twice in one mapping at line 10, column 1; write valid YAML or JSON`,
      `${file}, document 3 (line 12): no Kubernetes object; give it apiVersion and kind`,
    ]);
  });

  test("an item of a list has a line of its own", async () => {
    const input =
      "apiVersion: v1\nkind: List\nitems:\n- {a: 1}\n- apiVersion: traefik.io/v1alpha1\n  kind: IngressRoute\n";
    const { lines } = await render(input);
    assert.deepEqual(
      lines.map((line) => line.split(": ")[0]),
      [
        "standard input, document 1 (line 4), items[0]",
        "standard input, document 1 (line 5), items[1], IngressRoute",
      ],
    );
  });

  test("items that are no list, and a list without a kind", async () => {
    const { lines } = await render('apiVersion: v1\nkind: List\nitems: {a: 1}\n---\n[{"a": 1}]\n');
    assert.match(lines[0] ?? "", /items: found \{"a":1\}; give it a list of objects/);
    assert.match(lines[1] ?? "", /a list; write its objects one after another/);
  });

  test("a file's path is named once", async () => {
    const missing = join(folder, "missing.yaml");
    const broken = await write("broken.yaml", "a: [");
    const slip = await write("slip.yaml", "integrations: {externalDNS: {ttl: 0}}\nlogLevel: loud\n");
    for (const words of [
      ["render", "-f", missing],
      ["render", "-f", "-", "--config", missing],
      ["render", "-f", "-", "--config", broken],
      ["render", "-f", "-", "--config", slip],
    ]) {
      const { code, lines } = await cli(words, route("ape", "ape.example.org"));
      assert.equal(code, 2);
      for (const line of lines) assert.equal(line.split(words.at(-1) ?? "").length - 1, 1, line);
    }
  });
});

describe("placeholders", () => {
  test("each is reported once a file, as it is written", async () => {
    const input = [
      route("ape", "ape.${SECRET_DOMAIN}"),
      route("bat", "bat.${SECRET_DOMAIN}"),
      route("cat", "<your-host>"),
      route("dog", "dog.${SECRET_DOMAIN}").replace(
        "namespace: zoo",
        "namespace: zoo, annotations: {external-dns.alpha.kubernetes.io/target: 'in.${SECRET_DOMAIN}'}",
      ),
    ].join("---\n");
    const { code, lines } = await render(input);
    assert.equal(code, 1);
    assert.equal(lines.length, 2);
    assert.match(
      lines[0] ?? "",
      /document 1 .*"ape\.\$\{SECRET_DOMAIN\}" is left out: it has an unsubstituted variable \$\{SECRET_DOMAIN\}; .* \(and in 3 more places of this file\)$/,
    );
    assert.match(lines[1] ?? "", /it has the placeholder <your-host>/);
  });

  test("an annotation", async () => {
    const annotations = "annotations: {external-dns.alpha.kubernetes.io/target: 'in.${SECRET_DOMAIN}'}";
    const { lines } = await render(
      route("ape", "ape.example.org").replace("namespace: zoo", `namespace: zoo, ${annotations}`),
    );
    assert.match(lines.join(), /target\]: found "in\.\$\{SECRET_DOMAIN\}": it has an unsubstituted variable/);
  });

  test("a name", async () => {
    const { code, lines } = await render(
      route("ape", "ape.example.org").replace("name: ape,", "name: '$(NAME)',"),
    );
    assert.equal(code, 1);
    assert.match(
      lines.join(),
      /metadata\.name: found "\$\(NAME\)": it has an unsubstituted variable \$\(NAME\)/,
    );
  });

  test("a Secret's name: no Certificate, and DNS goes on", async () => {
    for (const [secret, reported] of [
      ["'${X}-tls'", "has an unsubstituted variable ${X};"],
      ["'<Your-Secret>'", "has the placeholder <Your-Secret>;"],
      ["'{{ .Values.tls }}'", "has the placeholder {{ .Values.tls }} of a Helm template;"],
      ["Web-TLS", 'write lower-case letters, digits, "-" and "."'],
      ["other/web-tls", "the Secret stands in the route's own namespace"],
      ['"web\\e[31m-tls"', '"web\\u001b[31m-tls"'],
    ] as const) {
      const input = route("ape", "ape.example.org", { secret });
      const { code, out, lines } = await render(input);
      assert.deepEqual([code, children(out)], [1, ["DNSEndpoint zoo/ape"]]);
      assert.equal(lines.length, 1);
      const [line = ""] = lines;
      assert.ok(
        line.includes(": spec.tls.secretName: no Secret can have the name ") && line.includes(reported),
        line,
      );
      const explained = await cli(["explain", "-f", "-"], input);
      assert.equal(explained.code, 1);
      assert.match(
        explained.out,
        /no child {2}Certificate: no Secret can have the name .*\n {2}child {5}DNSEndpoint/,
      );
      assert.match(explained.out, /\n {2}problem {3}spec\.tls\.secretName: /);
    }
  });

  test("a Secret's name among the places of a placeholder", async () => {
    const { lines } = await render(route("ape", "ape.${X}", { secret: "'${X}-tls'" }));
    assert.equal(lines.length, 1);
    assert.match(
      lines[0] ?? "",
      /\$\{X\};.* \(and in 1 more place of this file, spec\.tls\.secretName among them/,
    );
  });

  const HELM = [
    "{{- if .Values.web.enabled }}",
    route("ape", "ape.example.org").replace("name: ape,", 'name: {{ include "web.name" . }},'),
    "{{- end }}",
    "---",
    route("bat", "{{ .Values.host }}"),
  ].join("\n");

  test("a Helm template is called one once, with the command for it", async () => {
    const file = await write("charts/web/templates/route.yaml", HELM);
    const { code, lines } = await cli(["render", "-f", file]);
    assert.equal(code, 1);
    assert.deepEqual(lines, [
      `${file}: is a Helm template (line 1: {{- if .Values.web.enabled }}); render it first: ` +
        `helm template ${join(folder, "charts/web")} | traefik-cert-rotater render -f -`,
    ]);
    const piped = await render(HELM);
    assert.match(piped.lines.join(), /^standard input: is a Helm template .*: helm template CHART \|/);
  });

  test("a template elsewhere in the file hides no placeholder of another kind", async () => {
    const input = [
      route("ape", "ape.example.org").replace("name: ape,", "name: '${NAME}',"),
      route("bat", "bat.example.org").replace("namespace: zoo", "namespace: '<Zoo>'"),
      route("cat", "cat.example.org").replace("name: cat,", "name: '{{ .Release.Name }}-cat',"),
    ];
    const { lines } = await render(input.join("---\n"));
    assert.equal(lines.length, 3);
    assert.match(
      lines[0] ?? "",
      /^standard input: is a Helm template \(line 17: \{\{ \.Release\.Name \}\}\)/,
    );
    assert.match(lines[1] ?? "", /metadata\.name: .*unsubstituted variable \$\{NAME\}/);
    assert.match(lines[2] ?? "", /IngressRoute bat: metadata\.namespace: .*the placeholder <Zoo>/);
  });

  test("annotations whose value may be nearly anything", async () => {
    const keys = [
      "cert-manager.io/cluster-issuer",
      "cert-manager.io/common-name",
      "cert-manager.io/subject-organizations",
      "acme.cert-manager.io/http01-ingress-class",
      "acme.cert-manager.io/http01-ingress-ingressclassname",
      "external-dns.alpha.kubernetes.io/set-identifier",
      "external-dns.alpha.kubernetes.io/aws-region",
      "traefik-cert-rotater.io/ignore",
      "traefik-cert-rotater.io/default-targets",
    ];
    for (const value of ["${X}", "$(X)-y", "{{ .Values.x }}"]) {
      const annotations = keys.map((key) => `${key}: '${value}'`).join(", ");
      const input = route("ape", "ape.example.org").replace("zoo}", `zoo, annotations: {${annotations}}}`);
      const { out, code } = await cli(["explain", "-f", "-"], input);
      assert.equal(code, 1);
      for (const key of keys) {
        const line = out.split("\n").find((candidate) => candidate.includes(`[${key}]: `)) ?? "";
        assert.match(
          line,
          /it has (?:an unsubstituted variable|the placeholder) /,
          `${key} ${value}: ${line}`,
        );
      }
    }
    const meant =
      "cert-manager.io/subject-organizations: 'A$AP, 50% <b>', cert-manager.io/common-name: 'a %b% c'";
    const { code } = await render(
      route("ape", "ape.example.org").replace("zoo}", `zoo, annotations: {${meant}}}`),
    );
    assert.equal(code, 0);
  });

  test("one that is YAML as it stands, and one of another kind", async () => {
    const quoted = await render(
      [route("ape", "{{ .Values.a }}"), route("bat", "{{ .Values.b }}")].join("---\n"),
    );
    assert.equal(quoted.lines.length, 1);
    assert.match(
      quoted.lines[0] ?? "",
      /\{\{ \.Values\.a \}\} of a Helm template; .*\(and in 1 more place of/,
    );
    const other = await render("name: {{ domain }}\n");
    assert.match(
      other.lines.join(),
      /^standard input: is a template \(line 1: \{\{ domain \}\}\); render it first/,
    );
  });
});

describe("more than one of a kind", () => {
  test("a route that stands twice: the last counts, as with kubectl apply, and it is reported", async () => {
    const input = [
      route("ape", "old.example.org"),
      route("bat", "bat.example.org"),
      route("ape", "ape.example.org"),
    ];
    const { code, out, lines } = await render(input.join("---\n"));
    assert.equal(code, 1);
    assert.deepEqual(children(out), [...BOTH("bat"), ...BOTH("ape")]);
    assert.deepEqual(lines, [
      "standard input, document 1 (line 1), IngressRoute ape: stands again at standard input, document 3 (line 15), " +
        "IngressRoute ape, and the last counts, as with kubectl apply; remove one, or give it another name",
    ]);
  });

  test("twice the same, or in two namespaces, is nothing to report", async () => {
    const ape = route("ape", "ape.example.org");
    const same = await render(`${ape}---\n${ape}`);
    assert.deepEqual([same.code, same.lines, children(same.out)], [0, [], BOTH("ape")]);
    const apart = await render(`${ape}---\n${ape.replace("namespace: zoo", "namespace: park")}`);
    assert.deepEqual([apart.code, children(apart.out).length], [0, 4]);
  });

  test("a route of Traefik v2 is left out unless legacyGroup is set, and reported", async () => {
    const group = "traefik.containo.us";
    const input = `${route("ape", "ape.example.org", { group })}---\n${route("bat", "bat.example.org")}`;
    const { code, out, lines } = await render(input);
    assert.deepEqual([code, children(out)], [0, BOTH("bat")]);
    assert.match(lines.join("\n"), /^note: .*IngressRoute ape: left out, .*set selector\.legacyGroup: true/);
    const explained = await cli(["explain", "-f", "-"], input);
    assert.match(
      explained.out,
      /no child {2}Certificate: the route is of traefik\.containo\.us, which selector/,
    );
    const config = await write("legacy.yaml", "selector: {legacyGroup: true}\n");
    const served = await render(input, "--config", config);
    assert.deepEqual([served.code, children(served.out)], [0, [...BOTH("ape"), ...BOTH("bat")]]);
  });

  test("its namesake in the current group counts", async () => {
    const config = await write("legacy.yaml", "selector: {legacyGroup: true}\n");
    const legacy = route("ape", "old.example.org", { group: "traefik.containo.us" });
    const { code, out, lines } = await render(
      `${legacy}---\n${route("ape", "ape.example.org")}`,
      "--config",
      config,
    );
    assert.deepEqual([code, children(out)], [1, BOTH("ape")]);
    assert.match(lines.join(), /apiVersion: IngressRoute ape exists in traefik\.io too/);
  });
});

describe("a Certificate of the user's own in the same input", () => {
  const certificate = (name: string, names: readonly string[], more = "") => `apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: ${name}, namespace: zoo${more}}
spec: {secretName: ape, dnsNames: ${JSON.stringify(names)}, issuerRef: {name: x}}
---
${route("ape", "ape.example.org")}`;
  const DNS = ["DNSEndpoint zoo/ape"];

  test("it has the route's names: a note, and how to hand it over", async () => {
    const { code, out, lines } = await render(certificate("own", ["Ape.example.org"]));
    assert.deepEqual([code, children(out)], [0, DNS]);
    assert.match(
      lines.join("\n"),
      /^note: .*Certificate own, which is not ours.*ignoreSecrets\. Or hand .*adopt: "true"\.$/,
    );
  });

  test("it is a wildcard: adopting it would lose names, so that is not advised", async () => {
    for (const names of [["*.example.org"], ["ape.example.org", "bat.example.org"]]) {
      const { code, out, lines } = await render(certificate("own", names));
      assert.deepEqual([code, children(out)], [0, DNS]);
      assert.match(lines.join("\n"), /^note: .*ignoreSecrets\.$/);
    }
  });

  test("names are missing: a problem, and no second Certificate either", async () => {
    for (const names of [["bat.example.org"], ["*.org"], ["*.ape.example.org"], []]) {
      const { code, out, lines } = await render(certificate("own", names));
      assert.deepEqual([code, children(out)], [1, DNS]);
      assert.match(
        lines.join("\n"),
        /spec\.tls\.secretName: Certificate own, which is not ours, writes the Secret ape/,
      );
    }
  });

  test("under the child's name, for another Secret or for the same", async () => {
    const other = await render(
      certificate("ape-tls", ["ape.example.org"]).replace("secretName: ape,", "secretName: x,"),
    );
    assert.deepEqual([other.code, children(other.out)], [1, DNS]);
    assert.match(other.lines.join(), /Certificate ape-tls exists and was not made by this installation/);
    const same = await render(certificate("ape-tls", ["ape.example.org"]));
    assert.deepEqual([same.code, children(same.out)], [0, DNS]);
  });

  test("handed over, or made by us: it is the child, under its name", async () => {
    for (const more of [
      ", annotations: {traefik-cert-rotater.io/adopt: 'true'}",
      ", labels: {kubernetes.io/managed-by: Traefik-cert-rotater}",
    ]) {
      const { code, out, lines } = await render(certificate("own", ["x.example.org"], more));
      assert.deepEqual([code, lines], [0, []]);
      assert.deepEqual(children(out), ["Certificate zoo/own ape: ape.example.org", ...DNS]);
    }
  });

  test("in another namespace it is another Secret; explain says what render does", async () => {
    const apart = await render(
      certificate("own", ["ape.example.org"]).replace("namespace: zoo", "namespace: park"),
    );
    assert.deepEqual(children(apart.out), BOTH("ape"));
    const { code, out } = await cli(["explain", "-f", "-"], certificate("own", ["ape.example.org"]));
    assert.equal(code, 0);
    assert.match(out, /no child {2}Certificate: Certificate own is there, which is not ours\n/);
    assert.match(out, /\n {2}note {6}spec\.tls\.secretName: /);
  });

  test("a DNSEndpoint of one's own, too", async () => {
    const endpoint =
      "apiVersion: externaldns.k8s.io/v1alpha1\nkind: DNSEndpoint\nmetadata: {name: ape, namespace: zoo}\nspec: {}\n";
    const { code, out, lines } = await render(`${endpoint}---\n${route("ape", "ape.example.org")}`);
    assert.deepEqual([code, children(out)], [1, [BOTH("ape")[0]]]);
    assert.match(lines.join(), /DNSEndpoint ape exists and was not made by this installation/);
  });
});

describe("control characters", () => {
  const HOSTILE = `apiVersion: traefik.io/v1alpha1
kind: IngressRoute
metadata: {name: esc, namespace: zoo}
spec:
  routes:
    - match: "Host(\`a.example.org\`) && PathPrefix(\`/\\e[31mRED\\e]0;pwned\\a\\x9b2J\\u202e\`)"
      services: [{name: "s\\e[2J\\x7f", port: 80}]
    - match: "Hst(\`\\e[1m\\x9b\`)"
  tls: {secretName: "x\\e[31m\\r\\n  child     Certificate forged: {}", certResolver: "r\\x85"}
`;
  const RAW = /[^\P{Cc}\n\t]|[\u202a-\u202e]/u;

  for (const words of [["render"], ["explain"], ["explain", "--output", "json"]]) {
    test(`none is written by ${words.join(" ")}`, async () => {
      const { out, lines } = await cli([...words, "-f", "-"], HOSTILE);
      assert.doesNotMatch(out + lines.join("\n"), RAW);
      assert.doesNotMatch(out, /^ +child +Certificate forged/m);
    });
  }

  test("neither in what was asked for, nor in what cannot be read", async () => {
    for (const [words, input] of [
      [["render", "-f", "/\u001b[31m\u009b"], ""],
      [["rend\u001b[31mer"], ""],
      [["render", "-f", "-"], "a: *\u001b[2J\u202e"],
      [["render", "-f", "-"], "\u009b: '\u202e'"],
    ] as const) {
      const { code, out, lines } = await cli(words, input);
      assert.notEqual(code, 0);
      assert.doesNotMatch(out + lines.join("\n"), RAW);
    }
  });

  test("no line is forged by what was asked for, nor by the name of a file in a folder", async () => {
    const name = "a\n  forged.yaml";
    const file = await write(`names/${name}`, "a: [");
    for (const words of [
      ["render", join(folder, "names")],
      ["explain", file],
      ["render", "-f", "missing\u001b\nforged"],
      ["render", "-f", "-", "--target", "x\nforged"],
      ["rend\nforged"],
      ["--opt\nforged"],
      ["plan", "--namespace", "x\nforged"],
      ["completion", "x\nforged"],
    ]) {
      const { code, out, lines } = await cli(words);
      assert.notEqual(code, 0);
      for (const line of [...lines, ...out.split("\n")])
        assert.doesNotMatch(line, /^\s*forged/, words.join(" "));
    }
    const { lines } = await cli(["render", file]);
    assert.equal(lines.length, 1);
  });

  test("for programs they are what they were", async () => {
    const { out } = await cli(["explain", "-f", "-", "--output", "json"], HOSTILE);
    assert.equal(JSON.parse(out).tls.certResolver, "r\u0085");
    const match: string = JSON.parse(out).routes[0].match;
    assert.ok(match.includes("/\u001b[31mRED\u001b]0;pwned\u0007\u009b2J\u202e"));
  });
});

test("problems in the order of the rules", async () => {
  const rules = ["Host(`ok.example.org`)", "Host(`bad_host`)", "Host(", "Host(`also_bad`)", "Hst(`x`)"];
  const routes = rules.map((match) => `{match: "${match}"}`).join(", ");
  const input = route("ape", "x").replace(/routes: .*/, `routes: [${routes}]`);
  const { lines } = await render(input);
  assert.deepEqual(
    lines.map((line) => /routes\[\d\]/.exec(line)?.[0]),
    ["routes[1]", "routes[2]", "routes[3]", "routes[4]"],
  );
});

test("a redirect twin publishes what the annotated route of its host publishes; a second target is reported", async () => {
  const twin = (name: string, annotations: string) => `apiVersion: traefik.io/v1alpha1
kind: IngressRoute
metadata: {name: ${name}, namespace: shop, annotations: {${annotations}}}
spec: {routes: [{kind: Rule, match: "Host(\`www.shop.example.com\`)", services: [{name: s, port: 80}]}]}
`;
  const target = (value: string) => `external-dns.alpha.kubernetes.io/target: ${value}`;
  const pair = await render([twin("redirect", ""), twin("web", target("tunnel.example.net"))].join("---\n"));
  assert.deepEqual([pair.code, pair.lines], [0, []]);
  assert.equal(pair.out.match(/- tunnel\.example\.net/g)?.length, 2);
  assert.ok(!pair.out.includes("192.0.2.7") && !pair.out.includes("shared-hosts"));

  const two = [twin("web", target("203.0.113.1")), twin("shop", target("203.0.113.2"))].join("---\n");
  const contradicting = await render(two);
  assert.equal(contradicting.code, 1);
  assert.match(
    contradicting.lines.join("\n"),
    /IngressRoute web: .*www\.shop\.example\.com has another target in IngressRoute shop/,
  );
  assert.equal(contradicting.out.match(/- 203\.0\.113\.2/g)?.length, 2);
  assert.match((await cli(["explain", "-f", "-"], two)).out, /has another target/);
});
