/**
 * Links of built pages. Pure.
 *
 * @module
 */

/** Links of the page at `path` that lead to no file and no `id`, as `path: link`; those to other sites are not looked at. */
export function deadLinks(
  path: string,
  html: string,
  files: ReadonlyMap<string, string>,
  base: string,
): readonly string[] {
  const links = [...html.matchAll(/<(?:a|img|link|script)\b[^>]*?\s(?:href|src)="([^"]+)"/g)];
  return links
    .map(([, link = ""]) => link.replaceAll("&amp;", "&"))
    .filter((link) => !leadsSomewhere(path, html, link, files, base))
    .map((link) => `${path}: ${link}`);
}

function leadsSomewhere(
  path: string,
  html: string,
  link: string,
  files: ReadonlyMap<string, string>,
  base: string,
): boolean {
  const here = new URL(base + path, "http://site");
  const { origin, pathname, hash } = new URL(link, here);
  if (origin !== here.origin) return true;
  if (!pathname.startsWith(base)) return false;
  const file = decodeURI(pathname)
    .slice(base.length)
    .replace(/(^|\/)$/, "$1index.html");
  const text = file === path ? html : files.get(file);
  return text !== undefined && (hash === "" || text.includes(`id="${decodeURIComponent(hash.slice(1))}"`));
}
