/**
 * Looks at what is in a registry as whoever pulls it would.
 *
 * @module
 */
import { helm } from "./chart.ts";
import { crane } from "./crane.ts";
import { CHART } from "./names.ts";
import type { Platform } from "./platforms.ts";

export interface ImageWish {
  readonly version: string;
  readonly revision: string;
  readonly platforms: readonly Platform[];
}

interface Manifest {
  readonly manifests?: readonly {
    readonly platform: { readonly os: string; readonly architecture: string };
  }[];
}

interface Config {
  readonly os: string;
  readonly architecture: string;
  readonly config?: { readonly Labels?: Readonly<Record<string, string>> };
}

/** Whether each layer has the content that its digest says, for each platform, with the labels of this release. */
export async function imageProblems(reference: string, wish: ImageWish): Promise<string[]> {
  const { version, revision, platforms } = wish;
  const found = await platformsOf(reference);
  const problems = platforms
    .filter((platform) => !found.includes(platform))
    .map((platform) => `the image has been built for ${found.join(", ")}, not for ${platform}`);
  for (const platform of platforms.filter((platform) => found.includes(platform))) {
    await crane("validate", "--platform", platform, "--remote", reference);
    const { config } = JSON.parse(await crane("config", "--platform", platform, reference)) as Config;
    for (const [label, wanted] of Object.entries({ version, revision })) {
      const value = config?.Labels?.[`org.opencontainers.image.${label}`];
      if (value !== wanted)
        problems.push(`the image for ${platform} has the label ${label} ${value}, not ${wanted}`);
    }
  }
  return problems;
}

async function platformsOf(reference: string): Promise<Platform[]> {
  const { manifests } = JSON.parse(await crane("manifest", reference)) as Manifest;
  if (manifests !== undefined) return manifests.map(({ platform }) => nameOf(platform));
  return [nameOf(JSON.parse(await crane("config", reference)) as Config)];
}

function nameOf({ os, architecture }: { os: string; architecture: string }): Platform {
  return `${os}/${architecture}`;
}

/** Whether the chart installs this image; `reference` without version. */
export async function chartProblems(reference: string, version: string, image: string): Promise<string[]> {
  const plain = /^(127\.|localhost)/.test(reference) ? ["--plain-http"] : [];
  const words = [`oci://${reference}`, "--version", version, ...plain];
  const rendered = await helm("template", CHART, ...words);
  const images = new Set([...rendered.matchAll(/^ +image: "?([^"\n]+)"?$/gm)].map(([, name]) => name));
  const wanted = `${image}:${version}`;
  return images.size === 1 && images.has(wanted)
    ? []
    : [`the chart runs ${[...images].join(", ") || "no image"}, not ${wanted}`];
}
