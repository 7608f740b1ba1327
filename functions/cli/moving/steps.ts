/**
 * What a person has to do before the product is installed. Pure.
 *
 * @module
 */
import { prunerOf } from "../../reconcile/plan/matching.ts";
import { count, shortList } from "../terminal/words.ts";
import type { Findings } from "./findings.ts";
import type { Move } from "./move.ts";

/** Each a sentence, with a command where there is one. */
export function stepsOf({ findings, isFiles }: Pick<Move, "findings" | "isFiles">): readonly string[] {
  const { tools, certificates, externalDNS } = findings;
  const running = tools.filter(({ isRunning }) => isRunning);
  const ofIngress = certificates.filter(({ origin }) => origin === "Ingress").length;
  return [
    ...severalText(findings),
    ...halfText(findings),
    ...running.map(
      ({ name, namespace, deployment }) =>
        `${name} still runs, so nothing is to be taken over yet. Stop it; what it made stays: kubectl scale deployment -n ${namespace} ${deployment} --replicas 0`,
    ),
    ...(ofIngress === 0
      ? []
      : [
          `${count(ofIngress, "Certificate")} would go with an Ingress. Hand each over before: traefik-cert-rotater migrate --output patches`,
        ]),
    ...prunedTexts(findings),
    ...(externalDNS.isThere && !externalDNS.sources.includes("crd") && !isFiles
      ? ["external-dns does not read DNSEndpoints. Start it with --source=crd beside the sources it has"]
      : []),
  ];
}

/** Certificates that would be adopted, were it not that a tool for GitOps would remove them with their source. */
function prunedTexts({ certificates }: Findings): readonly string[] {
  const pruned = certificates
    .filter(({ origin, isWider }) => origin === "hand" && !isWider)
    .flatMap(({ certificate }) => {
      const pruner = prunerOf(certificate);
      const { namespace, name } = certificate.metadata;
      return pruner === null ? [] : [{ pruner, name: `${namespace}/${name}` }];
    });
  return [...Map.groupBy(pruned, ({ pruner }) => pruner.tool)].flatMap(([tool, list]) => {
    const [first] = list;
    if (first === undefined) return [];
    const names = shortList(list.map(({ name }) => name));
    return [
      `${tool} has ${count(list.length, "Certificate")} (${names}) and would remove what is taken out of Git. Give each the annotation ${first.pruner.annotation} there, and take it out once it is adopted`,
    ];
  });
}

/** Who made what routes use, where that is more than one tool. */
function severalText({ tools, switchboards, certificates }: Findings): readonly string[] {
  const names = new Set(tools.filter(({ isRunning }) => isRunning).map(({ name }) => name));
  if (switchboards.length > 0) names.add("Switchboard");
  if (certificates.some(({ origin }) => origin === "Ingress")) names.add("cert-manager's Ingress shim");
  if (names.size < 2) return [];
  return [
    `Several tools had a part in this: ${[...names].sort().join(", ")}. Each is stopped before anything is taken over`,
  ];
}

/** Objects of a former tool beside ours. */
function halfText({ switchboards, ours }: Findings): readonly string[] {
  if (switchboards.length === 0 || ours.length === 0) return [];
  return [
    `This is half moved: ${count(ours.length, "object")} made by this product beside ${count(switchboards.length, "object")} of Switchboard. Go on once Switchboard is stopped; see what is left below`,
  ];
}
