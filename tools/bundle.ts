/**
 * Makes `dist/`, which runs without `node_modules`:
 *
 * - `serve.cjs`, the function, and `traefik-cert-rotater.cjs`, the CLI;
 * - every `functions/**\/*.lazy.ts` as a file of its own, loaded when it is first needed.
 *
 * CommonJS, because it starts faster than modules do (ADR 0002). Run by `npm ci` (`prepare`);
 * `node tools/bundle.ts FOLDER` writes elsewhere.
 *
 * @module
 */
import { chmod, glob, mkdir, readdir, rm, symlink } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { type BuildOptions, build, type Plugin } from "esbuild";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const CLI = "traefik-cert-rotater.cjs";

/** Dynamic imports of these stay imports of the file beside the bundle. */
const SEPARATE: readonly { readonly filter: RegExp; file(path: string): string }[] = [
  { filter: /\.lazy\.ts$/, file: (path) => `./${basename(path, ".ts")}.cjs` },
  { filter: /\/serve\.ts$/, file: () => "./serve.cjs" },
];

const separate: Plugin = {
  name: "separate files",
  setup({ onResolve }) {
    for (const { filter, file } of SEPARATE) {
      onResolve({ filter }, ({ path, kind }) =>
        kind === "dynamic-import" ? { path: file(path), external: true } : undefined,
      );
    }
  },
};

/**
 * What pino's modules load and our use of them does not need: worker threads, for log transports and to ask whether
 * it runs in one, and `assert`, for a check of arguments. Together they cost a fifth of a bare server's start.
 */
const UNUSED_BY_PINO: Readonly<Record<string, string>> = {
  worker_threads: "module.exports = { isMainThread: true }",
  assert: "module.exports = (value, message) => { if (!value) throw new Error(message) }",
  "./transport": "module.exports = () => { throw new Error('log transports are not bundled') }",
};

const leanPino: Plugin = {
  name: "lean pino",
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /^(worker_threads|assert|\.\/(lib\/)?transport)$/ }, ({ path, importer }) =>
      /\/node_modules\/(pino|sonic-boom)\//.test(importer)
        ? { path: path.replace("./lib/", "./"), namespace: "lean-pino" }
        : undefined,
    );
    onLoad({ filter: /.*/, namespace: "lean-pino" }, ({ path }) => ({
      contents: UNUSED_BY_PINO[path] ?? "",
    }));
  },
};

/**
 * Node's own modules that the function needs for its first request and not for listening: loaded when something of them
 * is first used. `serve.ts` does so once it listens.
 */
const LATE = /^node:(crypto|https|tls)$/;

const late: Plugin = {
  name: "late modules of Node",
  setup({ onLoad, onResolve }) {
    onResolve({ filter: LATE }, ({ path, namespace }) =>
      namespace === "late" ? { path, external: true } : { path, namespace: "late" },
    );
    onLoad({ filter: LATE, namespace: "late" }, ({ path }) => {
      const names = Object.keys(process.getBuiltinModule(path) ?? {});
      const getters = names.map((name) => `get ${name}() { return require("${path}").${name} }`);
      return { contents: `module.exports = { ${getters.join(", ")} }` };
    });
  },
};

const COMMON: BuildOptions = {
  absWorkingDir: ROOT,
  bundle: true,
  minify: true,
  platform: "node",
  format: "cjs",
  // Older than what it runs on: a Node that is too old must get as far as saying so (functions/require-node.ts).
  target: "node18",
  legalComments: "linked",
  // Loads with `require`: `import()` would start Node's module loader for it.
  supported: { "dynamic-import": false },
  banner: { js: "const isMainModule=require.main===module;" },
  define: { "import.meta.main": "isMainModule", "import.meta.url": "undefined" },
  plugins: [separate, leanPino, late],
  logLevel: "warning",
  metafile: true,
};

/** Bundles into `folder`; returns bytes by file. */
async function bundle(folder: string): Promise<ReadonlyMap<string, number>> {
  const lazy: string[] = [];
  for await (const path of glob("functions/**/*.lazy.ts", { cwd: ROOT })) lazy.push(path);
  const names = lazy.map((path) => basename(path));
  if (new Set(names).size < names.length) throw new Error(`two lazy files of one name: ${names.join(", ")}`);
  const entries = new Map([
    ["functions/serve.ts", "serve.cjs"],
    ["functions/cli/main.ts", CLI],
    ...lazy.map((path): [string, string] => [path, `${basename(path, ".ts")}.cjs`]),
  ]);
  const outputs = await Promise.all(
    [...entries].map(async ([entry, file]) => {
      const result = await build({
        ...COMMON,
        entryPoints: [entry],
        outfile: join(folder, file),
        metafile: true,
      });
      return Object.entries(result.metafile.outputs).map(([path, { bytes }]): [string, number] => [
        basename(path),
        bytes,
      ]);
    }),
  );
  await chmod(join(folder, CLI), 0o755);
  const sizes = new Map(outputs.flat());
  for (const file of await readdir(folder)) if (!sizes.has(file)) await rm(join(folder, file));
  return sizes;
}

/** `npx traefik-cert-rotater` in the clone finds the command there, instead of installing the clone elsewhere. */
async function link(): Promise<void> {
  const bin = join(ROOT, "node_modules", ".bin");
  const path = join(bin, basename(CLI, ".cjs"));
  await mkdir(bin, { recursive: true });
  await rm(path, { force: true });
  await symlink(join("..", "..", "dist", CLI), path);
}

const [folder] = process.argv.slice(2);
const sizes = await bundle(folder === undefined ? join(ROOT, "dist") : resolve(folder));
if (folder === undefined) await link();
for (const [file, bytes] of [...sizes].sort()) {
  if (file.endsWith(".cjs")) console.log(`${file.padEnd(28)} ${(bytes / 1024).toFixed(0).padStart(6)} kB`);
}
