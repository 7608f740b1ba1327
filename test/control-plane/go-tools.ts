/**
 * Go programs that tests need: built once from a pinned module of ours, then found in the cache folder.
 *
 * @module
 */
import { execFile, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { cp, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join, relative } from "node:path";
import { promisify } from "node:util";
import { cached, cacheFolder, exists } from "./cache.ts";
import { startProgress } from "./progress.ts";

/** One program: `package` is built inside the Go module at `moduleDir`, whose go.mod and go.sum pin everything. */
export interface GoTool {
  readonly name: string;
  readonly moduleDir: string;
  readonly package: string;
  /** Flags for Go's linker; `-s -w` unless given. */
  readonly ldflags?: string;
  /** Adds to a copy of the module what cannot be in it, such as changed code of others; the copy is built. */
  readonly complete?: (copy: string) => Promise<void>;
}

/** Go is absent or too old, or the build failed: the message says what to do. */
export class GoToolError extends Error {
  override readonly name = "GoToolError";
}

const goFlags = ["build", "-trimpath"];

/**
 * Returns the path of the built program; the first call for a version builds it, with progress on stderr.
 * `queued` names what will be built after it. Throws `GoToolError`.
 */
export async function buildGoTool(
  tool: GoTool,
  { cache = cacheFolder(), queued = [] }: { cache?: string; queued?: readonly string[] } = {},
): Promise<string> {
  const fill = (draft: string) => buildComplete(tool, join(draft, tool.name), queued);
  return join(await cached(await cacheKey(tool), fill, cache), tool.name);
}

/** The path of the program if it has been built, else null. */
export async function findBuiltGoTool(tool: GoTool, cache = cacheFolder()): Promise<string | null> {
  const path = join(cache, await cacheKey(tool), tool.name);
  return (await exists(path)) ? path : null;
}

async function buildComplete(tool: GoTool, output: string, queued: readonly string[]): Promise<void> {
  if (tool.complete === undefined) return build(tool, output, queued);
  const copy = await mkdtemp(join(tmpdir(), `${tool.name}-`));
  try {
    await cp(tool.moduleDir, copy, { recursive: true });
    await tool.complete(copy);
    await build({ ...tool, moduleDir: copy }, output, queued);
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}

async function build(tool: GoTool, output: string, queued: readonly string[]): Promise<void> {
  const go = await findGo(tool.name, tool.moduleDir);
  const next = queued.length > 0 ? `then ${queued.join(", ")}` : "the last one";
  const endProgress = startProgress(`building ${tool.name}`, next);
  const args = [...goFlags, "-ldflags", tool.ldflags ?? "-s -w", "-o", output, tool.package];
  const { code, stderr } = await run(go, args, tool.moduleDir);
  endProgress(code === 0 ? "done" : "failed");
  if (code !== 0)
    throw new GoToolError(`go ${args.join(" ")} in ${tool.moduleDir} failed:\n${stderr.trim()}`);
}

function run(go: string, args: string[], cwd: string): Promise<{ code: number | null; stderr: string }> {
  return new Promise((resolve, reject) => {
    // The flags of the environment could change what is built; the key of the cache does not know them.
    const env = { ...process.env, CGO_ENABLED: "0", GOFLAGS: "-buildvcs=false", GOWORK: "off" };
    const child = spawn(go, args, { cwd, env, stdio: ["ignore", "ignore", "pipe"] });
    let stderr = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr = (stderr + text).slice(-20_000);
    });
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stderr }));
  });
}

/** The name and a hash of what decides the result: flags, platform, and the Go files of the module. */
async function cacheKey(tool: GoTool): Promise<string> {
  const hash = createHash("sha256");
  hash.update(JSON.stringify([goFlags, tool.package, tool.ldflags ?? "", process.platform, process.arch]));
  const files = await readdir(tool.moduleDir, { recursive: true, withFileTypes: true });
  const sources = files
    .filter((file) => file.isFile() && /^go\.(mod|sum)$|\.go$/.test(file.name))
    .map((file) => join(file.parentPath, file.name))
    .sort();
  for (const path of sources) hash.update(relative(tool.moduleDir, path)).update(await readFile(path));
  return `${tool.name}-${hash.digest("hex").slice(0, 12)}`;
}

/** The `go` command, if it can build the module in `moduleDir`. Throws `GoToolError` with what to install. */
export async function findGo(
  purpose: string,
  moduleDir?: string,
  searchPath: string = `${process.env.PATH ?? ""}${delimiter}/usr/local/go/bin`,
): Promise<string> {
  const wanted = moduleDir === undefined ? "1.26" : await goVersionOf(moduleDir);
  const install = `Install Go ${wanted} or newer and put its bin folder on PATH.`;
  const found = await promisify(execFile)("go", ["env", "GOVERSION", "GOROOT", "GOTOOLCHAIN"], {
    cwd: tmpdir(),
    env: { ...process.env, PATH: searchPath, GOWORK: "off" },
  }).catch((cause: NodeJS.ErrnoException) => {
    const what =
      cause.code === "ENOENT" ? "there is no go command" : `the go command fails: ${cause.message}`;
    throw new GoToolError(`${purpose} must be built once with Go, but ${what}. ${install}`, { cause });
  });
  const [version = "", root = "", toolchain = ""] = found.stdout.trim().split("\n");
  // From 1.21 on a go command fetches the version that a module asks for, unless it is configured to stay local.
  const canUpgrade = toolchain !== "local" && !isOlder(version, "1.21");
  if (isOlder(version, wanted) && !canUpgrade)
    throw new GoToolError(
      `${purpose} must be built once with Go ${wanted}; the go command here is ${version}. ${install}`,
    );
  return join(root, "bin", "go");
}

/** A Go module as published; `sum` is its hash as go.sum has it. */
export interface GoModule {
  readonly path: string;
  readonly version: string;
  readonly sum: string;
}

/** The folder of a module in Go's own cache, read-only. Throws where what was downloaded is not what was pinned. */
export async function downloadModule({ path, version, sum }: GoModule): Promise<string> {
  const argument = `${path}@${version}`;
  const go = await findGo(argument);
  // Outside of any module, or the go.mod found there would have a say.
  const { stdout } = await promisify(execFile)(go, ["mod", "download", "-json", argument], { cwd: tmpdir() });
  const { Dir, Sum } = JSON.parse(stdout) as { Dir: string; Sum: string };
  if (Sum !== sum) throw new GoToolError(`${argument} has hash ${Sum}, pinned is ${sum}`);
  return Dir;
}

async function goVersionOf(moduleDir: string): Promise<string> {
  const text = await readFile(join(moduleDir, "go.mod"), "utf8");
  return /^go (\S+)$/m.exec(text)?.[1] ?? "1.26";
}

/** Compares dotted numbers; a prefix such as `go` and a suffix such as `rc1` are ignored. */
function isOlder(version: string, wanted: string): boolean {
  const numbers = (text: string) => (/\d+(\.\d+)*/.exec(text)?.[0] ?? "0").split(".").map(Number);
  const [left, right] = [numbers(version), numbers(wanted)];
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}
