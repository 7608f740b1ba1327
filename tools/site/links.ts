/**
 * Where links of the pages lead on the site. The pages are written for GitHub, where a link is a path relative to the
 * file. Pure.
 *
 * @module
 */
import { posix } from "node:path";

/** What is a page of the site, by path in the repository. */
export const PAGES = ["*.md", "docs/*.md", "docs/adr/*.md"];

/** The path of a page on the site: `README.md` is the start of its folder. Without a slash at the beginning. */
export function pageFile(path: string): string {
  return path.replace(/(^|\/)README\.md$/, "$1index.md");
}

/**
 * The link of the page at `from` (path in the repository), as the site needs it: pages by their address, everything else in
 * the repository by `source`, the address of its files on the web; null where there is none, and nothing to link to.
 */
export function siteLink(from: string, link: string, source: string | null): string | null {
  if (/^([a-z]+:|#)/.test(link)) return link;
  const [file = "", anchor] = link.split("#");
  const target = posix.normalize(posix.join(posix.dirname(from), file)).replace(/\/$/, "");
  const end = anchor === undefined ? "" : `#${anchor}`;
  if (isPage(target)) return `/${pageFile(target).replace(/(^|\/)index\.md$/, "$1")}${end}`;
  return source === null ? null : `${source}/${target}${end}`;
}

function isPage(path: string): boolean {
  return PAGES.some((pattern) => posix.matchesGlob(path, pattern));
}
