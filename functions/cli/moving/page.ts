/**
 * A move on one page: what you have, what to do first, what would change, which values to set.
 *
 * @module
 */
import { oneLine } from "../../hidden-characters.ts";
import { leftoverText, unpublishedText, vanishingText } from "../cluster/leftovers.ts";
import { notesInShort, reasonText } from "../cluster/problem-text.ts";
import type { PlannedAction } from "../cluster/write-recorder.ts";
import type { Paint } from "../terminal/colour.ts";
import { count, shortList } from "../terminal/words.ts";
import type { Findings, FoundCertificate, FoundSecret } from "./findings.ts";
import type { Move } from "./move.ts";
import { stepsOf } from "./steps.ts";

export async function pageOf(move: Move, paint: Paint): Promise<string> {
  const { findings, run, losses, secrets, unpublished, notes, failures } = move;
  const title = (text: string) => paint("bold", text);
  const section = (name: string, lines: readonly string[]) =>
    lines.length === 0 ? [] : ["", title(name), ...lines.map((line) => `  ${line}`)];
  const steps = stepsOf(move);
  const lines = [
    `Moving ${move.title} to Traefik-cert-rotater`,
    ...section("What you have", haveLines(findings)),
    ...section(
      "Do this first",
      steps.map((step, index) => `${index + 1}. ${step}`),
    ),
    ...section("What would change, with the values below", [changesText(move)]),
    ...section(
      "Secrets that would be overwritten",
      secrets.map(({ namespace, secret }) => `Secret ${namespace}/${secret.name}: ${secret.reason}`),
    ),
    ...section("Names that would vanish", [
      ...losses.vanishing.map(vanishingText),
      ...unpublished.map(unpublishedText),
    ]),
    ...section("Left by the former tool", losses.leftovers.map(leftoverText)),
    ...section("Problems", run.problems.map(reasonText)),
    ...section("Could not be read", failures),
    ...section("Notes", [...notes, ...notesInShort(run.notes)]),
  ].map(oneLine);
  const values = await valuesText(move);
  return `${[...lines, "", title("Values"), ...values.trimEnd().split("\n")].join("\n")}\n`;
}

/** The file of values, with the reason of each above it. */
export async function valuesText({
  suggestions,
  values,
}: Pick<Move, "suggestions" | "values">): Promise<string> {
  const { formatYaml } = await import("../../config/yaml.lazy.ts");
  if (Object.keys(values).length === 0) return "# The defaults fit: nothing need be set.\n";
  const comments = suggestions.map(({ path, why }) => ({ path, text: why }));
  return formatYaml(values, comments);
}

function haveLines(findings: Findings): readonly string[] {
  const { routes, groups, certificates, secrets, switchboards, ours, certResolver } = findings;
  const of = (origin: string) => certificates.filter((found) => found.origin === origin);
  const byHand = of("hand").filter(({ isWider }) => !isWider);
  const wider = of("hand").filter(({ isWider }) => isWider);
  const inSecrets = groups.length === 0 ? "" : `; certificates in ${count(groups.length, "Secret")}`;
  const rows: readonly (readonly [what: string, found: readonly unknown[], text: () => string])[] = [
    ["Routes", routes, () => `${routes.length}${inSecrets}`],
    ["This product", ours, () => `${count(ours.length, "object")} made already`],
    ["Switchboard", switchboards, () => count(switchboards.length, "object")],
    ["cert-manager's Ingress shim", of("Ingress"), () => certificateText(of("Ingress"))],
    ["Certificates by hand", byHand, () => certificateText(byHand)],
    ["Wildcards for many", wider, () => shortList(wider.map(widerText))],
    ["Secrets made elsewhere", secrets, () => shortList(secrets.map(secretText))],
    ["Traefik's own certificates", certResolver, () => resolverText(certResolver)],
    ["external-dns", findings.externalDNS.isThere ? [findings] : [], () => externalDNSText(findings)],
  ];
  return rows.flatMap(([what, found, text]) => (found.length === 0 ? [] : [`${what.padEnd(28)}${text()}`]));
}

function widerText({ certificate, routes }: FoundCertificate): string {
  return `${nameOf(certificate.metadata)} (${count(routes.length, "route")})`;
}

function secretText({ namespace, secretName }: FoundSecret): string {
  return `${namespace}/${secretName}`;
}

function resolverText(found: Findings["certResolver"]): string {
  const names = shortList(found.map(({ route }) => `${route.namespace}/${route.name}`));
  return `${count(found.length, "route")} with certResolver: ${names}; to have cert-manager get them: --output patches`;
}

function certificateText(found: Findings["certificates"]): string {
  const names = shortList(found.map(({ certificate }) => nameOf(certificate.metadata)));
  return `${count(found.length, "Certificate")}: ${names}`;
}

function nameOf({ namespace, name }: { readonly namespace?: string; readonly name: string }): string {
  return `${namespace}/${name}`;
}

function externalDNSText({ externalDNS: { sources } }: Findings): string {
  return `sources ${sources.join(", ") || "unknown"}`;
}

function changesText({ run: { writes } }: Move): string {
  const of = (action: PlannedAction) => writes.filter((write) => write.action === action).length;
  return `${of("create")} to create, ${of("update")} to change, ${of("adopt")} to adopt, ${of("delete")} to delete`;
}
