// VitePress makes the site from the pages as they are on GitHub; what that takes is in tools/site/.
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { slug } from "github-slugger";
import { pageFile, siteLink } from "../../../tools/site/links.ts";
import { sidebarOf } from "../../../tools/site/sidebar.ts";

const ROOT = new URL("../../../", import.meta.url);
const FOLDER = fileURLToPath(ROOT);
const read = (path: string) => readFileSync(new URL(path, ROOT), "utf8");

/** Set by GitHub's runners: where links to source files lead. */
const { GITHUB_SERVER_URL, GITHUB_REPOSITORY, GITHUB_SHA, DOCS_BASE = "/" } = process.env;
const SOURCE =
  GITHUB_REPOSITORY === undefined ? null : `${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}/blob/${GITHUB_SHA}`;

const decisions = readdirSync(new URL("docs/adr", ROOT))
  .filter((name) => /^\d/.test(name))
  .sort()
  .map((name) => ({ path: `docs/adr/${name}`, title: titleOf(read(`docs/adr/${name}`)) }));

export default {
  title: "Traefik-cert-rotater",
  description: "A cert-manager Certificate and an external-dns DNSEndpoint for every Traefik IngressRoute",
  base: DOCS_BASE,
  srcDir: "../..",
  outDir: process.env.DOCS_OUT ?? "dist",
  srcExclude: readdirSync(ROOT)
    .filter((name) => name !== "docs" && !name.endsWith(".md"))
    .map((name) => `${name}/**`)
    .concat("docs/{site,screens}/**"),
  rewrites: (path: string) => pageFile(path),
  cleanUrls: false,
  head: [["link", { rel: "icon", href: "data:," }]],
  markdown: {
    anchor: { slugify: slug },
    config: (markdown: Markdown) => {
      // Braces in the pages mean themselves, not something for Vue.
      const { rules } = markdown.renderer;
      for (const name of ["text", "code_inline"] as const) {
        const render = rules[name];
        rules[name] = (...given) => render(...given).replaceAll("{{", "&#123;&#123;");
      }
      markdown.core.ruler.push("repository-links", ({ tokens, env }) => {
        const from = (env.realPath ?? env.path).replaceAll("\\", "/").slice(FOLDER.length);
        for (const { children } of tokens) rewriteLinks(children ?? [], from);
      });
    },
  },
  vite: { plugins: [packagesOfTheSite()], server: { fs: { allow: [FOLDER] } } },
  themeConfig: {
    search: { provider: "local" },
    outline: [2, 3],
    sidebar: sidebarOf(read("docs/README.md"), decisions),
    nav: [
      { text: "Documentation", link: "/docs/" },
      { text: "Changelog", link: "/CHANGELOG" },
      ...(GITHUB_REPOSITORY === undefined
        ? []
        : [{ text: "Source", link: `${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}` }]),
    ],
  },
};

/** The pages lie outside the folder that has the packages, and import some of them. */
function packagesOfTheSite() {
  return {
    name: "packages-of-the-site",
    enforce: "pre",
    resolveId(this: Resolver, source: string, importer: string | undefined, options: object) {
      if (!/^[a-z@]/.test(source) || !importer?.replace(/\?.*/, "").endsWith(".md")) return null;
      return this.resolve(source, `${FOLDER}docs/site/package.json`, { ...options, skipSelf: true });
    },
  };
}

interface Resolver {
  resolve(source: string, importer: string, options: object): Promise<object | null>;
}

interface Token {
  type: string;
  tag: string;
  hidden?: boolean;
  attrGet(name: string): string | null;
  attrSet(name: string, value: string): void;
}

type Render = (...given: readonly unknown[]) => string;

interface Markdown {
  readonly renderer: { readonly rules: Record<"text" | "code_inline", Render> };
  readonly core: {
    readonly ruler: {
      push(
        name: string,
        rule: (state: {
          readonly tokens: readonly { readonly children: Token[] | null }[];
          readonly env: { readonly path: string; readonly realPath?: string };
        }) => void,
      ): void;
    };
  };
}

/** A link that leads nowhere on the site becomes plain text. */
function rewriteLinks(tokens: Token[], from: string): void {
  let plain = false;
  for (const token of tokens) {
    if (token.type === "link_open") {
      const target = siteLink(from, token.attrGet("href") ?? "", SOURCE);
      plain = target === null;
      if (target !== null) token.attrSet("href", target);
    }
    if (plain && /^link_(open|close)$/.test(token.type)) token.tag = "span";
    if (token.type === "link_open" && plain) token.type = "span_open";
    if (token.type === "link_close" && plain) token.type = "span_close";
  }
}

/** Of a decision, with its number. */
function titleOf(markdown: string): string {
  return /^# (.+)$/m.exec(markdown)?.[1]?.replaceAll("`", "") ?? "";
}
