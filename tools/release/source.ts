/**
 * Whether what is in the working tree may be released under its version. Pure.
 *
 * @module
 */
import { sectionOf } from "./changelog.ts";

/** What is looked at. */
export interface Source {
  /** Of package.json. */
  readonly version: string;
  /** `version` and `appVersion` of the chart. */
  readonly chart: { readonly version: string; readonly appVersion: string };
  /** Files that differ from the commit, or are unknown to it. */
  readonly changed: readonly string[];
  /** Tags of the commit. */
  readonly tags: readonly string[];
  /** Full hash of the commit. */
  readonly revision: string;
  readonly changelog: string;
  /** The images in the plain manifests. */
  readonly manifestImages: readonly string[];
}

const SEMANTIC = /^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/;

/** Everything that speaks against it, each in one sentence; `image` is the published name without tag. */
export function problemsOf(source: Source, image: string): string[] {
  const { version, chart, changed, changelog, manifestImages } = source;
  const problems: string[] = [];
  if (!SEMANTIC.test(version))
    problems.push(`version ${version} in package.json is not a semantic version, such as 1.2.3`);
  if (changed.length > 0)
    problems.push(`the working tree is not clean (${some(changed)}): commit or stash that first`);
  problems.push(...tagProblems(source));
  for (const field of ["version", "appVersion"] as const)
    if (chart[field] !== version)
      problems.push(
        `${field} in traefik-cert-rotation/Chart.yaml is ${chart[field]}, version in package.json ${version}: make them the same`,
      );
  const section = sectionOf(changelog, version);
  if (section === null)
    problems.push(
      `CHANGELOG.md has no section "## ${version}": name the one that is called Unreleased so, with today's date`,
    );
  if (section === "") problems.push(`CHANGELOG.md says nothing under ${version}: add what users notice`);
  const strange = manifestImages.filter((name) => name !== `${image}:${version}`);
  if (strange.length > 0)
    problems.push(
      `knative/ has the image ${strange[0]} instead of ${image}:${version}: run node tools/render-knative.ts`,
    );
  return problems;
}

function tagProblems({ tags, version }: Source): string[] {
  const wanted = `v${version}`;
  if (tags.includes(wanted)) return [];
  const [other] = tags.filter((tag) => tag.startsWith("v"));
  return [
    other === undefined
      ? `no tag names this commit: git tag ${wanted}`
      : `the tag of this commit is ${other}, version in package.json ${version}: tag it ${wanted}, or change the version`,
  ];
}

function some(names: readonly string[]): string {
  const [first = "", ...others] = names;
  return others.length === 0 ? first : `${first} and ${others.length} more`;
}
