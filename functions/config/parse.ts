/**
 * Raw configuration to a checked one. The keys of Switchboard's file mean here what they mean there.
 *
 * @module
 */
import * as v from "valibot";
import type { IntegrationDefinition } from "../integrations/definition.ts";
import { isIdentityPattern } from "../integrations/identity.ts";
import type { Integration } from "../integrations/integration.ts";
import { LOG_LEVELS } from "../log.ts";
import { choice, flag, open, settings, strings } from "../schema/fields.ts";
import { isInstanceName } from "../schema/object-names.ts";
import { isRecord } from "../schema/unknown.ts";
import { type Configuration, type ConfigurationProblem, InvalidConfigurationError } from "./configuration.ts";
import { expectedDomain, toDomain } from "./domain-suffix.ts";
import { otlp } from "./otlp.ts";
import { problemsOf } from "./problems.ts";

/** Keys of Switchboard's file about things that a function has no use for. */
const UNUSED = ["apiVersion", "kind", "health", "leaderElection", "metrics"] as const;

/** Keys that every integration has besides its own settings. */
const SWITCHES = {
  enabled: v.optional(flag(), true),
  onDisable: v.optional(choice(["keep", "delete"]), "keep"),
};

/**
 * Checks a configuration and sets up the integrations that it turns on: those that `integrations` names, or all that
 * are on by default where that key is missing. A key with the value null counts as missing, but for the name of an integration.
 *
 * @param raw parsed JSON or YAML; undefined and null are an empty file
 * @throws {InvalidConfigurationError} with every problem at once
 */
export function parseConfiguration(
  raw: unknown,
  definitions: readonly IntegrationDefinition[],
): { configuration: Configuration; warnings: readonly string[] } {
  const file = normalise(raw);
  const parsed = v.safeParse(fileSchema(definitions), file);
  const problems = [...problemsOf(parsed.issues ?? [], [])];
  const integrations = definitions.flatMap((definition) =>
    setUp(definition, settingsFor(file, definition), problems),
  );
  if (!parsed.success || problems.length > 0) throw new InvalidConfigurationError(problems);
  const {
    selector,
    traefik,
    logLevel,
    mode,
    onOptOut,
    hostPolicy,
    hostClaims,
    takeOverFrom,
    auth,
    telemetry,
  } = parsed.output;
  return {
    configuration: {
      selector: { ...selector, ingressClass: selector.ingressClass || null },
      defaultRuleSyntax: traefik.defaultRuleSyntax,
      integrations,
      logLevel,
      mode,
      onOptOut,
      hostPolicy,
      hostClaims,
      takeOverFrom,
      oidc: auth.oidc ?? null,
      telemetry: telemetry.otlp ?? null,
    },
    warnings: UNUSED.filter((key) => parsed.output[key] !== undefined).map(
      (key) => `${key} has no meaning for this function and is ignored`,
    ),
  };
}

function fileSchema(definitions: readonly IntegrationDefinition[]) {
  const integrations = Object.fromEntries(definitions.map(({ key }) => [key, v.optional(open(SWITCHES))]));
  return settings({
    selector: v.optional(
      settings({
        ingressClass: v.optional(v.string("a string")),
        legacyGroup: v.optional(flag(), false),
        udp: v.optional(flag(), true),
      }),
      {},
    ),
    traefik: v.optional(settings({ defaultRuleSyntax: v.optional(choice(["v3", "v2"]), "v3") }), {}),
    integrations: v.optional(settings(integrations)),
    logLevel: v.optional(choice(LOG_LEVELS), "info"),
    mode: v.optional(choice(["reconcile", "observe"]), "reconcile"),
    onOptOut: v.optional(choice(["delete", "keep"]), "delete"),
    hostPolicy: v.optional(
      v.array(
        settings({
          namespaces: namespaceGlobs(),
          suffixes: suffixes(),
          identities: v.optional(identities()),
        }),
        "a list",
      ),
      [],
    ),
    auth: v.optional(
      settings({ oidc: v.optional(settings({ audience: v.string("a string"), subjects: strings() })) }),
      {},
    ),
    telemetry: v.optional(settings({ otlp: v.optional(otlp()) }), {}),
    // YAML 1.1, as Helm reads it, takes a bare `off` for false.
    hostClaims: v.optional(
      v.pipe(
        v.unknown(),
        v.transform((value) => (value === false ? "off" : value)),
        choice(["resync", "strict", "off"]),
      ),
      "resync",
    ),
    takeOverFrom: v.optional(v.array(instanceName(), "a list"), []),
    apiVersion: v.optional(v.unknown()),
    kind: v.optional(v.unknown()),
    health: v.optional(v.unknown()),
    leaderElection: v.optional(v.unknown()),
    metrics: v.optional(v.unknown()),
  });
}

/** Domains as people write them: `.Example.com` means `example.com`. */
function suffixes() {
  const suffix = v.pipe(
    v.string("a string"),
    v.rawTransform(({ dataset: { value }, addIssue, NEVER }) => {
      const domain = toDomain(value);
      if (domain !== null) return domain;
      addIssue({ message: expectedDomain(value) });
      return NEVER;
    }),
  );
  return v.array(suffix, "a list of strings");
}

/** Globs for names of namespaces. One with a character that no name has would match none. */
function namespaceGlobs() {
  const glob = v.pipe(
    v.string("a string"),
    v.regex(/^[a-z0-9*-]+$/, "the name of a namespace, in which * stands for any text"),
  );
  return v.array(glob, "a list of strings");
}

/** An installation as it stands on its children. */
function instanceName() {
  return v.pipe(
    v.string("a string"),
    v.check(isInstanceName, "an installation as NAMESPACE/RELEASE, such as traefik/traefik-cert-rotation"),
  );
}

function identities() {
  return v.array(
    v.pipe(v.string("a string"), v.check(isIdentityPattern, "an IP address, or a range such as 10.0.0.0/8")),
    "a list of strings",
  );
}

/** What the file says about an integration: undefined where it is off, empty where nothing is said of any. */
function settingsFor(file: unknown, { key, enabledByDefault }: IntegrationDefinition): unknown {
  if (!isRecord(file) || file.integrations === undefined) return enabledByDefault ? {} : undefined;
  return isRecord(file.integrations) ? file.integrations[key] : undefined;
}

function setUp(
  definition: IntegrationDefinition,
  given: unknown,
  problems: ConfigurationProblem[],
): readonly Integration[] {
  if (!isRecord(given)) return [];
  const { enabled, onDisable, ...own } = given;
  const parsed = v.safeParse(definition.schema, own);
  if (!parsed.success) {
    problems.push(...problemsOf(parsed.issues, ["integrations", definition.key], Object.keys(SWITCHES)));
    return [];
  }
  if (enabled !== false) return [definition.create(parsed.output)];
  return onDisable === "delete" ? [definition.createRemover()] : [];
}

/** Without null, at any depth; an integration that is named without a value has all its defaults. */
function normalise(raw: unknown): unknown {
  const file = withoutNulls(raw ?? {});
  if (!isRecord(file) || !isRecord(raw) || !isRecord(raw.integrations)) return file;
  const named = Object.entries(raw.integrations).map(([key, value]) => [key, withoutNulls(value ?? {})]);
  return { ...file, integrations: Object.fromEntries(named) };
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isRecord(value)) return value;
  const kept = Object.entries(value).filter(([, member]) => member !== null && member !== undefined);
  return Object.fromEntries(kept.map(([key, member]) => [key, withoutNulls(member)]));
}
