// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders as users write them
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseRoute } from "./ingress-route.ts";
import { asWritten, placeholderAt, placeholderIn } from "./placeholders.ts";

describe("a placeholder by its name", () => {
  const FOUND: readonly [text: string, placeholder: string, kind: string][] = [
    ["app.${SECRET_DOMAIN}", "${SECRET_DOMAIN}", "variable"],
    ["${SECRET_DOMAIN/./-}-tls", "${SECRET_DOMAIN/./-}", "variable"],
    ["${A:-${B}}.example.com", "${A:-${B}}", "variable"],
    ["${{ vars.HOST }}", "${{ vars.HOST }}", "variable"],
    ["$DOMAIN", "$DOMAIN", "variable"],
    ["app.$(DOMAIN)", "$(DOMAIN)", "variable"],
    ["app.<your domain>", "<your domain>", "blank"],
    ["app.%DOMAIN%", "%DOMAIN%", "blank"],
    ["@HOST@.example.com", "@HOST@", "blank"],
    ["__HOST__", "__HOST__", "blank"],
    ["DOMAIN_PLACEHOLDER", "DOMAIN_PLACEHOLDER", "blank"],
    ["{{ .Values.host }}", "{{ .Values.host }}", "helm"],
    ['{{- include "web.host" $ -}}', '{{- include "web.host" $ -}}', "helm"],
    ["{{ $host }}", "{{ $host }}", "helm"],
    ["{{ domain }}", "{{ domain }}", "template"],
    ["{% if x %}", "{% if x %}", "template"],
    ["<%= host %>", "<%= host %>", "template"],
    ["[[ host ]]", "[[ host ]]", "template"],
    ["((host)).example.com", "((host))", "blank"],
  ];
  for (const [text, placeholder, kind] of FOUND) {
    test(text, () => assert.deepEqual(placeholderIn(text), { text: placeholder, kind }));
  }

  for (const text of ["{sub:[a-z]+}.example.com", "^(?P<name>a+)$", "a_b", "*", "50%", "a@b", "$5"]) {
    test(`${text} is none`, () => assert.equal(placeholderIn(text), null));
  }
});

test("of a rule only the placeholder that the error is about", () => {
  const rule = "Host(`${A}`) && Foo(`$B`) && ${C}";
  assert.equal(placeholderAt(rule, 0), null);
  assert.equal(placeholderAt(rule, rule.indexOf("`$B`"))?.text, "$B");
  assert.equal(placeholderAt(rule, rule.indexOf("${C}"))?.text, "${C}");
  assert.equal(placeholderAt("Path(`ö`) && ${C}", Buffer.byteLength("Path(`ö`) && "))?.text, "${C}");
});

test("a name in its spelling", () => {
  assert.equal(asWritten("Host(`App.${DOMAIN}`)", "app.${domain}"), "App.${DOMAIN}");
  assert.equal(asWritten("Host(`x`)", "y"), "y");
});

function problemsOf(match: string, more: object = {}, annotations = {}): readonly string[] {
  const object = {
    apiVersion: "traefik.io/v1alpha1",
    kind: "IngressRoute",
    metadata: { name: "web", namespace: "shop", annotations },
    spec: { routes: [{ match, ...more }] },
  };
  const { problems } = parseRoute(object, { compileRegexp: () => null });
  return problems.map(({ field, message, placeholder }) => `${placeholder ?? "-"} ${field}: ${message}`);
}

describe("problems of routes", () => {
  test("a host: quoted as written", () => {
    assert.deepEqual(problemsOf("Host(`app.${SECRET_DOMAIN}`)"), [
      '${SECRET_DOMAIN} spec.routes[0].match: the host "app.${SECRET_DOMAIN}" is left out: ' +
        "it has an unsubstituted variable ${SECRET_DOMAIN}; put its value in the place of this placeholder",
    ]);
    const [helm] = problemsOf("Host(`{{ .Values.host }}`)");
    assert.match(
      helm ?? "",
      /of a Helm template; render that first: helm template CHART \| traefik-cert-rotater/,
    );
  });

  test("a host beside it that is wrong for another reason keeps that", () => {
    const [first, second] = problemsOf("Host(`bad_host`) || Host(`$DOMAIN`)");
    assert.match(first ?? "", /^- .*"bad_host" is left out: its label "bad_host" has an underscore/);
    assert.match(second ?? "", /^\$DOMAIN /);
  });

  test("a whole rule, and a value in it", () => {
    assert.match(
      problemsOf("${RULE}").join(),
      /^\$\{RULE\} .*cannot parse the rule "\$\{RULE\}": it has an unsubstituted variable \$\{RULE\}; .*\(at byte 0\)$/,
    );
    assert.match(problemsOf("Host(`a.org`) && PathPrefix(`%PATH%`)").join(), /it has the placeholder %PATH%/);
    assert.match(problemsOf("Hst(`$X`)").join(), /^- .*did you mean Host/);
  });

  test("another field", () => {
    const [problem] = problemsOf("Host(`a.org`)", { syntax: "${SYNTAX}" });
    assert.match(
      problem ?? "",
      /^\$\{SYNTAX\} spec\.routes\[0\]\.syntax: found "\$\{SYNTAX\}": it has an unsubst/,
    );
  });
});
