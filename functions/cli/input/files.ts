/**
 * The words that name input to the files that are read: files, folders, and `-` for standard input.
 *
 * @module
 */
import { readdir, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { UsageError } from "../terminal/terminal.ts";

const STANDARD_INPUT = "-";

/** As kubectl has it: what else lies in a folder is passed over. A file that is named may be called anything. */
const MANIFEST = /\.(ya?ml|json)$/i;

/**
 * Each file once, in the order of the words; those of a folder by name.
 *
 * @param recursive whether folders in folders are looked into; not those whose name begins with a dot
 * @throws {UsageError} where a folder cannot be read or has nothing to read
 */
export async function expandFiles(words: readonly string[], recursive: boolean): Promise<readonly string[]> {
  const files = new Map<string, string>();
  for (const word of words) {
    for (const file of await filesOf(word, recursive)) {
      const key = file === STANDARD_INPUT ? STANDARD_INPUT : resolve(file);
      if (!files.has(key)) files.set(key, file);
    }
  }
  return [...files.values()];
}

async function filesOf(word: string, recursive: boolean): Promise<readonly string[]> {
  if (word === STANDARD_INPUT || !(await isFolder(word))) return [word];
  const files = await walk(word, recursive);
  if (files.length > 0) return files;
  const more = recursive ? "or the folders in it" : "itself; -R looks into the folders in it too";
  throw new UsageError(`there is no .yaml, .yml or .json file in the folder ${word} ${more}`);
}

async function walk(folder: string, recursive: boolean): Promise<readonly string[]> {
  const names = await read(folder);
  const files: string[] = [];
  for (const name of [...names].sort()) {
    const path = join(folder, name);
    if (await isFolder(path)) {
      if (recursive && !name.startsWith(".")) files.push(...(await walk(path, recursive)));
    } else if (MANIFEST.test(name)) {
      files.push(path);
    }
  }
  return files;
}

async function read(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError(`cannot read the folder ${folder}: ${why}`, { cause });
  }
}

/** Also behind a symbolic link. What cannot be looked at is said by whoever reads it. */
async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}

/** Whether a word can only mean a file: it has the ending of one, or is written as a path, or lies there. */
export async function namesFile(word: string): Promise<boolean> {
  if (word === STANDARD_INPUT || MANIFEST.test(word) || /^(\.{0,2}\/|\.{1,2}$|~)/.test(word)) return true;
  if (word.includes("/")) return false;
  return await stat(word).then(
    () => true,
    () => false,
  );
}
