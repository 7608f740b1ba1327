/**
 * Writes knative/, the manifests for people without Helm, as the chart renders them with its default values.
 *
 * `node tools/render-knative.ts` writes the folder, `npm run generate` this and all others.
 *
 * @module
 */
import { readdir, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { type Document, parseAllDocuments, stringify } from "yaml";
import { runHelm } from "../test/control-plane/helm.ts";

const NAMESPACE = "traefik-cert-rotation";
const SOURCE_COMMENT = /^ Source: [^/]+\/templates\/(.+)$/m;
/** Labels that would say of these manifests that Helm looks after them. */
const HELM_LABELS = ["app.kubernetes.io/managed-by", "helm.sh/chart"];
const HEADER = "# Written by `npm run generate` from the chart in traefik-cert-rotation/.\n";

const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: NAMESPACE } };

/** The files of knative/ by name: one for each template of the chart, the namespace, and kustomization.yaml. */
export async function renderKnative(repository: URL): Promise<Map<string, string>> {
  const chart = fileURLToPath(new URL("traefik-cert-rotation", repository));
  const { code, stdout, stderr } = await runHelm([
    "template",
    NAMESPACE,
    chart,
    "--namespace",
    NAMESPACE,
    ...WITHOUT_JOBS,
  ]);
  if (code !== 0) throw new Error(stderr);
  const files = new Map([["namespace.yaml", `${HEADER}${stringify(namespace)}`]]);
  for (const [name, documents] of groupByTemplate(stdout)) files.set(name, HEADER + documents.join("---\n"));
  const resources = [...files.keys()];
  const kustomization = { apiVersion: "kustomize.config.k8s.io/v1beta1", kind: "Kustomization", resources };
  return new Map([["kustomization.yaml", HEADER + USAGE + stringify(kustomization)], ...files]);
}

/**
 * No Job among manifests that are applied again with another image: it cannot be changed, and would fail them all. The
 * chart gives it another name then.
 */
const WITHOUT_JOBS = ["--skip-tests", "--set", "resync.onInstall=false"];

const USAGE = `# kubectl apply -k knative
# Routes that were there before are looked at within the hour, or at once:
# kubectl create job -n ${NAMESPACE} --from=cronjob/${NAMESPACE}-resync first-resync
# The namespace is part of addresses and of the instance's name: for another one, or for other settings than the
# default ones, use the chart (\`helm template\` renders it without installing).
`;

/** Rendered documents by the file of the template they come from, in the order of `helm template`. */
function groupByTemplate(rendered: string): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const document of parseAllDocuments(rendered)) {
    const { contents } = document as Document.Parsed;
    const template = SOURCE_COMMENT.exec(contents?.commentBefore ?? "")?.[1];
    if (!contents || template === undefined)
      throw new Error("helm template wrote a document without its source");
    contents.commentBefore = null;
    for (const label of HELM_LABELS) document.deleteIn(["metadata", "labels", label]);
    const text = document.toString({ lineWidth: 0, flowCollectionPadding: false, directives: false });
    groups.set(template, [...(groups.get(template) ?? []), text]);
  }
  return groups;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const repository = new URL("../", import.meta.url);
  const folder = new URL("knative/", repository);
  const files = await renderKnative(repository);
  for (const name of await readdir(folder)) if (!files.has(name)) await rm(new URL(name, folder));
  for (const [name, content] of files) await writeFile(new URL(name, folder), content);
}
