/**
 * The fields of a Certificate's spec that a template may set: those of cert-manager 1.21's CRD, with what its webhook
 * asks of each.
 *
 * @module
 */
import * as v from "valibot";
import { choice, flag, pathTo, settings, strings, texts } from "../../../schema/fields.ts";
import { addressBits } from "../../../traefik/rule/ip-address.ts";
import { parseGoDuration } from "../../go-duration.ts";
import { LONGEST_COMMON_NAME } from "./common-name.ts";
import { secretTemplateError } from "./secret-template.ts";
import { isEmailAddress, isUri, USAGES } from "./values.ts";

/** The one annotation of cert-manager's own that its webhook takes in a secretTemplate. */
const DIRECT_INJECTION = "cert-manager.io/allow-direct-injection";

const MAX_INT32 = 2 ** 31 - 1;
const text = () => v.string("a string");

function integer(min: number, max: number, expected: string) {
  return v.pipe(
    v.number(expected),
    v.check((value) => Number.isInteger(value) && value >= min && value <= max, expected),
  );
}

function listOf(isOne: (value: string) => boolean, expected: string) {
  return v.array(v.pipe(v.string(expected), v.check(isOne, expected)), "a list");
}

const duration = v.pipe(
  v.string("a duration"),
  v.check(
    (value) => parseGoDuration(value) !== null,
    "a duration in hours, minutes and seconds such as 2160h for 90 days",
  ),
);

const issuer = v.pipe(
  settings({ name: v.optional(v.unknown()), kind: v.optional(text()), group: v.optional(text()) }),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const { name, kind = "", group = "" } = dataset.value;
    const addIssueAt = (message: string, key: "name" | "kind", input: unknown) =>
      addIssue({ message, input, path: pathTo(dataset.value, [key]) });
    if (name === "") addIssueAt("the name of an issuer", "name", name);
    const isForeign = group !== "" && group !== "cert-manager.io";
    if (!isForeign && !["", "Issuer", "ClusterIssuer"].includes(kind))
      addIssueAt("Issuer or ClusterIssuer, or the group of another kind of issuer beside it", "kind", kind);
  }),
);

const passwordSecret = settings({ name: text(), key: v.optional(text()) });
const keystore = {
  create: flag(),
  password: v.optional(text()),
  passwordSecretRef: v.optional(passwordSecret),
};
const constraints = settings({
  dnsDomains: v.optional(strings()),
  emailAddresses: v.optional(strings()),
  ipRanges: v.optional(strings()),
  uriDomains: v.optional(strings()),
});

/** Checks only: a template is used as it is written. */
export const certificateSpec = settings({
  // Refused with a reason elsewhere: they come from the route.
  dnsNames: v.optional(v.unknown()),
  secretName: v.optional(v.unknown()),
  issuerRef: v.optional(issuer),
  additionalOutputFormats: v.optional(v.array(settings({ type: choice(["DER", "CombinedPEM"]) }), "a list")),
  commonName: v.optional(
    v.pipe(
      text(),
      v.check(
        (name) => Buffer.byteLength(name) <= LONGEST_COMMON_NAME,
        `a common name of at most ${LONGEST_COMMON_NAME} bytes`,
      ),
    ),
  ),
  duration: v.optional(duration),
  emailAddresses: v.optional(listOf(isEmailAddress, "a plain email address such as ops@example.com")),
  encodeUsagesInRequest: v.optional(flag()),
  ipAddresses: v.optional(listOf((address) => addressBits(address) !== 0, "an IP address")),
  isCA: v.optional(flag()),
  keystores: v.optional(
    settings({
      jks: v.optional(settings({ ...keystore, alias: v.optional(text()) })),
      pkcs12: v.optional(
        settings({
          ...keystore,
          // Each release of cert-manager may add one; its CRD knows them.
          profile: v.optional(text()),
        }),
      ),
    }),
  ),
  literalSubject: v.optional(
    v.pipe(
      text(),
      v.check(
        (subject) => subject === "" || /^\s*[A-Za-z0-9.-]+\s*=/.test(subject),
        "a distinguished name such as CN=shop.example.com,O=Shop",
      ),
    ),
  ),
  nameConstraints: v.optional(
    settings({
      critical: v.optional(flag()),
      excluded: v.optional(constraints),
      permitted: v.optional(constraints),
    }),
  ),
  otherNames: v.optional(
    v.array(
      settings({
        oid: v.pipe(
          text(),
          v.check((oid) => /^[0-2](?:\.[0-9]+)+$/.test(oid), "an object identifier such as 1.2.3"),
        ),
        utf8Value: v.pipe(
          text(),
          v.check((value) => value !== "", "a value"),
        ),
      }),
      "a list",
    ),
  ),
  privateKey: v.optional(
    settings({
      algorithm: v.optional(choice(["RSA", "ECDSA", "Ed25519"])),
      encoding: v.optional(choice(["PKCS1", "PKCS8"])),
      rotationPolicy: v.optional(choice(["Never", "Always"])),
      size: v.optional(integer(0, MAX_INT32, "a number of bits such as 2048")),
    }),
  ),
  renewBefore: v.optional(duration),
  renewBeforePercentage: v.optional(integer(1, 99, "a percentage from 1 to 99")),
  renewal: v.optional(
    settings({
      policy: v.optional(choice(["RenewBefore", "Disabled"])),
      windows: v.optional(
        v.array(settings({ cron: text(), timezone: v.optional(text()), windowDuration: duration }), "a list"),
      ),
    }),
  ),
  revisionHistoryLimit: v.optional(integer(1, MAX_INT32, "a whole number from 1")),
  secretTemplate: v.optional(
    v.pipe(
      settings({ labels: v.optional(texts()), annotations: v.optional(texts()) }),
      v.rawCheck(({ dataset, addIssue }) => {
        if (!dataset.typed) return;
        const { [DIRECT_INJECTION]: _, ...annotations } = dataset.value.annotations ?? {};
        const error = secretTemplateError({ ...dataset.value, annotations });
        if (error !== null) addIssue({ message: `a template without this fault: ${error}` });
      }),
    ),
  ),
  signatureAlgorithm: v.optional(
    choice([
      "SHA256WithRSA",
      "SHA384WithRSA",
      "SHA512WithRSA",
      "ECDSAWithSHA256",
      "ECDSAWithSHA384",
      "ECDSAWithSHA512",
      "PureEd25519",
    ]),
  ),
  subject: v.optional(
    settings({
      countries: v.optional(strings()),
      localities: v.optional(strings()),
      organizationalUnits: v.optional(strings()),
      organizations: v.optional(strings()),
      postalCodes: v.optional(strings()),
      provinces: v.optional(strings()),
      serialNumber: v.optional(text()),
      streetAddresses: v.optional(strings()),
    }),
  ),
  uris: v.optional(listOf(isUri, "an absolute URI such as spiffe://example.com/shop")),
  usages: v.optional(listOf((usage) => USAGES.includes(usage), `a key usage: ${USAGES.join(", ")}`)),
});
