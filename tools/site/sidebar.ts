/**
 * The site's sidebar: the tables of docs/README.md, and the decisions. Pure.
 *
 * @module
 */
import { siteLink } from "./links.ts";

const INDEX = "docs/README.md";

export interface Group {
  readonly text: string;
  readonly collapsed?: boolean;
  readonly items: readonly Item[];
}

interface Item {
  readonly text: string;
  readonly link: string;
}

const ALL_DECISIONS = siteLink(INDEX, "adr/README.md", null);

/** `decisions`: title and path in the repository of each. */
export function sidebarOf(
  index: string,
  decisions: readonly { readonly title: string; readonly path: string }[],
): readonly Group[] {
  const tables = index.split(/^(?=\| [^|]+ \| \|$)/m).slice(1);
  const groups = tables.map((table) => ({
    text: /^\| ([^|]+) \|/.exec(table)?.[1] ?? "",
    items: itemsOf(table),
  }));
  const isAll = ({ link }: Item) => link === ALL_DECISIONS;
  const listed = decisions.map(({ title, path }) => ({ text: title, link: siteLink("", path, null) ?? "" }));
  return [
    ...groups.map(({ text, items }) => ({ text, items: items.filter((item) => !isAll(item)) })),
    {
      text: "Decisions",
      collapsed: true,
      items: [...groups.flatMap(({ items }) => items).filter(isAll), ...listed],
    },
  ];
}

function itemsOf(table: string): readonly Item[] {
  return [...table.matchAll(/^\| \[([^\]]+)\]\(([^)]+)\)/gm)].map(([, text = "", link = ""]) => ({
    text,
    link: siteLink(INDEX, link, null) ?? "",
  }));
}
