/**
 * Under which names a release is published. The one place that says where is `image` in the chart's values.yaml. Pure.
 *
 * @module
 */
import { type Document, parseDocument } from "yaml";

export interface Names {
  /** Registry and folder below which everything stands, such as `ghcr.io/owner`. */
  readonly home: string;
  /** Of the image, without tag. */
  readonly image: string;
  /** Of the folder of charts; helm adds the chart's name. */
  readonly charts: string;
  /** Of the chart, without `oci://` and version. */
  readonly chart: string;
}

export const CHART = "traefik-cert-rotation";
const IMAGE = "traefik-cert-rotater";

/** The names in the chart's values.yaml, or those below another `home`. */
export function namesOf(valuesYaml: string, home?: string): Names {
  const document = parseDocument(valuesYaml);
  const place = home ?? imageOf(document).replace(/\/[^/]*$/, "");
  return {
    home: place,
    image: `${place}/${IMAGE}`,
    charts: `${place}/charts`,
    chart: `${place}/charts/${CHART}`,
  };
}

/** The chart's values.yaml with the image of these names, comments kept; the same text where they are its own. */
export function withImage(valuesYaml: string, { image }: Names): string {
  const document = parseDocument(valuesYaml);
  if (imageOf(document) === image) return valuesYaml;
  const [registry, ...rest] = image.split("/");
  if (document.hasIn(["image", "registry"])) {
    document.setIn(["image", "registry"], registry);
    document.setIn(["image", "repository"], rest.join("/"));
  } else document.setIn(["image", "repository"], image);
  return document.toString({ lineWidth: 0 });
}

function imageOf(document: Document): string {
  const parts = ["registry", "repository"].map((key) => document.getIn(["image", key]));
  return parts.filter((part) => typeof part === "string" && part !== "").join("/");
}

/** Host and port of a name, such as `ghcr.io`. */
export function hostOf(name: string): string {
  return name.split("/", 1)[0] ?? name;
}
