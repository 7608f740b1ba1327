/**
 * Links and anchors of Markdown, as GitHub makes them. Pure.
 *
 * @module
 */
import GithubSlugger from "github-slugger";

export interface Page {
  /** Where links of the page lead, as written. */
  readonly links: readonly string[];
  /** What a link to the page may have after `#`. */
  readonly anchors: ReadonlySet<string>;
}

/** Reads inline links, images, headings, and the anchors and pictures of HTML; code is left out. */
export function readPage(markdown: string): Page {
  const prose = markdown.replaceAll(/^( *)(```|~~~)[^\n]*\n[\s\S]*?^\1\2 *$/gm, "");
  const slugger = new GithubSlugger();
  const headings = [...prose.matchAll(/^#{1,6} +(.+?)(?: +#+)? *$/gm)].map(([, text = ""]) =>
    slugger.slug(plainText(text)),
  );
  const named = [...prose.matchAll(/<a (?:id|name)="([^"]+)"/g)].map(([, name = ""]) => name);
  const text = prose.replaceAll(/`[^`\n]+`/g, "");
  const links = [...text.matchAll(/\]\(([^()\s]+)(?: "[^"]*")?\)|<(?:img|a) [^>]*(?:src|href)="([^"]+)"/g)];
  return {
    links: links.map(([, inline, html]) => inline ?? html ?? ""),
    anchors: new Set([...headings, ...named]),
  };
}

/** What a reader sees of a heading. */
function plainText(heading: string): string {
  return heading
    .replaceAll(/!?\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replaceAll("`", "")
    .replaceAll(/(\*{1,2})(\S(?:.*?\S)?)\1/g, "$2");
}
