import assert from "node:assert/strict";
import { test } from "node:test";
import { annotationProblems, namespaceProblems } from "./annotation-problems.ts";

const ENABLED = [{ name: "cert-manager" }, { name: "external-dns" }];

function reported(annotations: Record<string, string>): readonly (string | undefined)[] {
  return annotationProblems(annotations, ENABLED).map(({ reason, field, message }) => {
    assert.equal(reason, "InvalidAnnotation");
    assert.equal(field, `metadata.annotations[${Object.keys(annotations)[0]}]`);
    return /: (.*)\.$/.exec(message)?.[1];
  });
}

const NEAR: readonly [key: string, advice: string][] = [
  ["cert-manager.io/cluster-issuers", "write cert-manager.io/cluster-issuer"],
  ["cert-manager.io/clusterissuer", "write cert-manager.io/cluster-issuer"],
  ["cert-manager.io/Issuer", "write cert-manager.io/issuer"],
  ["cert-manager.io/issuer-name", "write cert-manager.io/issuer or cert-manager.io/cluster-issuer"],
  ["cert-manager.io/private-key-algo", "write cert-manager.io/private-key-algorithm"],
  ["cert-manager.io/subject-organisations", "write cert-manager.io/subject-organizations"],
  ["certmanager.k8s.io/cluster-issuer", "write cert-manager.io/cluster-issuer"],
  ["certmanager.io/issuer", "write cert-manager.io/issuer"],
  ["acme.cert-manager.io/http01-ingress-classname", "write acme.cert-manager.io/http01-ingress-class"],
  ["external-dns.alpha.kubernetes.io/targets", "write external-dns.alpha.kubernetes.io/target"],
  ["external-dns.kubernetes.io/host-name", "write external-dns.kubernetes.io/hostname"],
  ["external-dns.kubernetes.io/aws-weigth", "write external-dns.kubernetes.io/aws-weight"],
  ["externaldns.alpha.kubernetes.io/ttl", "write external-dns.alpha.kubernetes.io/ttl"],
  ["traefik-cert-rotater.io/targets", "write traefik-cert-rotater.io/target"],
  ["traefik-cert-rotator.io/target", "write traefik-cert-rotater.io/target"],
  ["traefik-cert-rotator.io/ignored", "write traefik-cert-rotater.io/ignore"],
  [
    "traefik-cert-rotater.io/adopt",
    "it belongs on the Certificate or DNSEndpoint that is to be handed over, not on the route",
  ],
];

test("a near miss of an annotation's name is reported, with the name that was meant", () => {
  for (const [key, advice] of NEAR) assert.deepEqual(reported({ [key]: "x" }), [advice], key);
  assert.match(
    reported({ "traefik-cert-rotater.io/zzzzzzzzzz": "x" })[0] ?? "",
    /^there is no "zzzzzzzzzz"; there are traefik-cert-rotater\.io\/ignore, /,
  );
});

test("names that mean something, here or on other objects, are not", () => {
  const keys = [
    "cert-manager.io/issuer",
    "cert-manager.io/uri-sans",
    "cert-manager.io/inject-ca-from",
    "cert-manager.io/issue-temporary-certificate",
    "cert-manager.io/something-of-tomorrow",
    "venafi.cert-manager.io/custom-fields",
    "csi.cert-manager.io/common-name",
    "acme.cert-manager.io/http01-ingress-class",
    "external-dns.kubernetes.io/internal-hostname",
    "external-dns.kubernetes.io/aws-geolocation-country-code",
    "external-dns.kubernetes.io/webhook-anything",
    "traefik-cert-rotater.io/default-targets",
    "traefik-cert-rotater.io/instance",
    "traefik.ingress.kubernetes.io/router.tls.certresolver",
    "service.beta.kubernetes.io/azure-dns-label-name",
    "service.beta.kubernetes.io/aws-load-balancer-ssl-cert",
    "dns.alpha.kubernetes.io/external",
    "example.org/target",
    "ttl",
  ];
  for (const key of keys) assert.deepEqual(annotationProblems({ [key]: "x" }, ENABLED), [], key);
});

test("an unknown word in ignore or enable is reported, with the word that was meant", () => {
  for (const key of [
    "traefik-cert-rotater.io/ignore",
    "traefik-cert-rotater.io/enable",
    "switchboard.borchero.com/ignore",
  ]) {
    assert.deepEqual(reported({ [key]: "certmanager" }), ["write cert-manager"]);
    assert.deepEqual(reported({ [key]: "External-DNS" }), ["write external-dns"]);
    assert.deepEqual(reported({ [key]: "everything" }), ["write all or cert-manager or external-dns"]);
    assert.deepEqual(reported({ [key]: "dns, all, cert-manger" }).length, 2);
    for (const value of ["all", "cert-manager,external-dns", " external-dns ,", "true", "false", ""])
      assert.deepEqual(reported({ [key]: value }), [], value);
  }
});

test("the word of a namespace is reported as the namespace's", () => {
  const [problem, ...others] = namespaceProblems(
    { "traefik-cert-rotater.io/ignore": "certmanager" },
    "shop",
    ENABLED,
  );
  assert.deepEqual(others, []);
  assert.match(
    problem?.message ?? "",
    /^of Namespace shop: "certmanager" is not known and has no effect: write cert-manager\.$/,
  );
});
